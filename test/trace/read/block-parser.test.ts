import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {BlockParser} from '../../../src/trace/read/block-parser.ts';
import {threadFailure} from '../../../src/trace/read/thread-failure.ts';
import {emptyBatch} from '../../../src/trace/row-sink.ts';

const LINE = '{"ts":1700000000000,"key":"a"}\n';

const parserOf = (content: string, size: number): BlockParser => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-block-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const path = join(folder, 't.ndjson');
  writeFileSync(path, content);
  return new BlockParser({
    path,
    size,
    blockBytes: 64,
    format: 'ndjson',
    columns: ['key'],
    mapping: [],
    timeUnit: undefined,
  });
};

it('gives each line to the block it begins in', () => {
  const content = LINE.repeat(20);
  const parser = parserOf(content, content.length);
  const blocks = Array.from({length: Math.ceil(content.length / 64)}, (_, block) => {
    const batch = emptyBatch(1);
    const {lines} = parser.parse(block, batch);
    expect(batch.count).toBe(lines);
    return lines;
  });
  expect(blocks.reduce((sum, lines) => sum + lines, 0)).toBe(20);
  expect(Math.max(...blocks)).toBeLessThanOrEqual(3);
});

it('refuses a file that became shorter: part of a trace would look like all of it', () => {
  const parser = parserOf(LINE.repeat(20), 30 * LINE.length);
  const parse = (): unknown => parser.parse(14, emptyBatch(1));
  expect(parse).toThrow('became shorter');
  try {
    parse();
  } catch (error) {
    expect(threadFailure('t.ndjson', error)).toMatchObject({
      exit: 2,
      message: expect.stringContaining('it became shorter while it was read'),
    });
  }
});
