import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {describe, expect, it, onTestFinished} from 'vitest';
import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {FieldMapping} from '../../../src/trace/field-mapping.ts';
import {formatNamed} from '../../../src/trace/formats/registry.ts';
import {TraceFile} from '../../../src/trace/read/trace-file.ts';

const IS_BAD = /\u2691/g;

const compressions = [
  ['plain', (bytes: Buffer) => bytes],
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const;

/** Where each bad line is said to be. */
const placesIn = async (format: string, content: Buffer): Promise<readonly string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-place-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 'trace');
  writeFileSync(path, content);
  const file = await TraceFile.open(path, {
    format: formatNamed(format),
    mapping: FieldMapping.none,
    timeUnit: undefined,
    delimiter: undefined,
    stdin: Readable.from([]),
  });
  for await (const batch of file.batches(new AttributeColumns(['key']))) expect(batch.columns).toBe(1);
  return file.stats!.problems.map(({line, column}) => `${line}:${column}`);
};

/** A text with a flag before each thing that is bad: without the flags, and where they stood as an editor shows it. */
const marked = (text: string): {readonly content: Buffer; readonly places: readonly string[]} => {
  const places = text
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(IS_BAD)].map(
        (match) => `${i + 1}:${Array.from(line.slice(0, match.index)).length + 1}`,
      ),
    );
  return {content: Buffer.from(text.replace(IS_BAD, '')), places};
};

const TEXTS: readonly (readonly [format: string, text: string])[] = [
  ['ndjson', '{"t":1,"key":"Zoë"}\n{"t":2,"key":"日本語😀","cost":⚑-2}\n{"t":3,"key":"é","cost":⚑1.5}\n'],
  ['common', 'é日 - ü [⚑32/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1\n'],
  ['csv', 't,key,cost\n1,日本語,⚑x\n2,"say ""é""",⚑-1\n3,a,1\n'],
  // Records of several lines: the place is in the line where it is.
  ['csv', 't,key,cost\n1,"a\nbé\nç",⚑x\n2,b,⚑y\n'],
  ['csv', 't,key,cost\r\n1,"a\r\nbé",⚑x\r\n2,b,⚑y\r\n'],
  [
    'json',
    '[\n  {\n    "t": 1,\n    "key": "é", "cost": ⚑-1\n  },\n  {"t": 2, "key": "é", "cost": ⚑-1}\n]\n',
  ],
];

describe.each(compressions)('a bad line of a trace (%s)', (_, compress) => {
  it.each(TEXTS)('of %s is found by line and character: %j', async (format, text) => {
    const {content, places} = marked(text);
    expect(await placesIn(format, compress(content))).toEqual(places);
  });
});

it('a quote that is never closed is found by line and character', async () => {
  const reading = placesIn('csv', Buffer.from('t,key\n1,"é\nü"\n2,é,"b\n'));
  await expect(reading).rejects.toMatchObject({where: {line: 4, column: 5}});
});
