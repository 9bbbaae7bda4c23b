import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseLines} from '../formats/parse-lines.ts';
import {jsonFormat, keyBytes, readJson} from './read-json.ts';

/** UTF-8, with half a surrogate pair as the three bytes UTF-8 would use. */
const wtf8 = (text: string): readonly number[] =>
  [...text].flatMap((char) => {
    const code = char.codePointAt(0)!;
    return code >= 0xd800 && code <= 0xdfff
      ? [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
      : [...new TextEncoder().encode(char)];
  });

type Json = unknown;

/** White space where JSON allows it. */
const stringify = (value: Json, spaces: () => string): string => {
  if (Array.isArray(value))
    return `[${spaces()}${value.map((element) => stringify(element, spaces)).join(`${spaces()},${spaces()}`)}${spaces()}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, inner]) => `${JSON.stringify(name)}${spaces()}:${spaces()}${stringify(inner, spaces)}`,
    );
    return `{${spaces()}${members.join(`${spaces()},${spaces()}`)}${spaces()}}`;
  }
  return JSON.stringify(value);
};

const text = fc.oneof(
  fc.string({unit: 'binary'}),
  fc.string(),
  fc.constantFrom('a', 'b', '10.0.0.1', '\ud800', '\udc00x', '💥', 'a"b\\c\n'),
);
const other = fc.jsonValue({maxDepth: 3}).filter((value) => value !== null);
const name = fc.oneof(
  fc.constantFrom('user', 'x', 'a.b', 'tenant', 'né', 'q"uote', 'back\\slash', 'status'),
  fc.string(),
);
const RESERVED = new Set(['ts', 'cost', 'key', 'tenant']);

/** A record with a time, and whatever else, its members in any order. */
const record = fc
  .tuple(
    fc.integer({min: 1_600_000_000_000, max: 1_800_000_000_000}),
    fc.option(fc.nat({max: 1_000_000})),
    fc.option(text),
    fc.option(fc.oneof(text, fc.boolean(), fc.integer(), fc.constant(null))),
    fc.dictionary(name, other, {maxKeys: 5}),
    fc.infiniteStream(fc.nat()),
  )
  .map(([ts, cost, key, tenant, rest, order]) => {
    const members: [string, Json][] = [
      ['ts', ts],
      ...Object.entries(rest).filter(([member]) => !RESERVED.has(member) && !ALIASES.has(member)),
    ];
    if (cost !== null) members.push(['cost', cost]);
    if (key !== null) members.push(['key', key]);
    if (tenant !== null) members.push(['tenant', tenant]);
    return Object.fromEntries(
      members
        .map((member) => [order.next().value, member] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, member]) => member),
    );
  });
const ALIASES = new Set(['t', 'ip', 'time', 'date', 'duration_ms']);

const spaces = fc.infiniteStream(fc.constantFrom('', '', '', ' ', '\t', '  ', '\n', '\r\n'));

const damage = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('drop', 'double', 'swap', 'put', 'cut'),
  char: fc.constantFrom(...'{}[]",:\\ue019.-+eEtrfn/ \t\n\u0001é'),
});

const damagedBy = (
  line: string,
  damages: readonly {readonly at: number; readonly what: string; readonly char: string}[],
): string => {
  let chars = [...line];
  for (const {at, what, char} of damages) {
    const i = at % Math.max(1, chars.length);
    if (what === 'drop') chars.splice(i, 1);
    else if (what === 'double') chars.splice(i, 0, chars[i] ?? ' ');
    else if (what === 'swap') chars.splice(i, 2, chars[i + 1] ?? '', chars[i] ?? '');
    else if (what === 'put') chars.splice(i, 1, char);
    else chars = chars.slice(0, i);
  }
  return chars.join('');
};

describe('a JSON record', () => {
  test('has the time, the cost and the attributes that JSON.parse finds', () => {
    fc.assert(
      fc.property(record, spaces, (value, stream) => {
        const line = stringify(value, () => stream.next().value);
        const parsed = JSON.parse(line) as Record<string, Json>;
        const outcome = readJson(line, {columns: ['tenant'], timeUnit: 'ms'});
        const {tenant} = parsed;
        const shown =
          tenant === undefined || tenant === null || tenant === ''
            ? {}
            : {tenant: new TextDecoder().decode(new Uint8Array(wtf8(String(tenant))))};
        expect(outcome).toEqual({
          kind: 'request',
          us: (parsed['ts'] as number) * 1000,
          cost: parsed['cost'] ?? 1,
          hold: 0,
          values: shown,
        });
      }),
    );
  });

  test('keeps the bytes of a key exactly, also half surrogate pairs', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (key, escaped) => {
        const written = escaped
          ? `"${[...Array(key.length).keys()].map((i) => `\\u${key.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
          : JSON.stringify(key);
        expect(keyBytes(`{"ts":1700000040000,"key":${written}}`)).toEqual(wtf8(key));
      }),
    );
  });

  test('is read the same after others as alone', () => {
    // Few shapes, so that what was learnt of one record is used for the next, and small changes, so that it must not be.
    const pick = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
    const line = fc
      .tuple(
        pick(
          '"ts":1700000040000',
          '"ts":1700000040001',
          '"ts":17e11',
          '"ts":0',
          '"ts":01',
          '"ts":-1',
          '"ts":"1700000040000"',
          '"ts":1700000040.5',
          '"ts":9007199254740993',
          '"ts":"2023-11-14T22:14:00Z"',
          '"time":1700000040000',
          '"ts":null',
          '"ts":1700000040000 ',
        ),
        pick(
          '"key":"a"',
          '"key":"bcdefghijkl"',
          '"key":""',
          '"key":"-"',
          '"key":"a\\n"',
          '"key":"tab\t"',
          '"key":"é💥"',
          '"key":7',
          '"key":true',
          '"key":tru',
          '"key":null',
          '"key":{"a":1}',
          '"key":[1]',
          '"ip":"10.0.0.1"',
          '"ip":"[::1]:80"',
          '"key":"a","ip":"::1"',
          '"key":null,"ip":"b"',
          '"ke\\u0079":"esc"',
        ),
        pick(
          '',
          ',"cost":1',
          ',"cost":20',
          ',"cost":1.0',
          ',"cost":1.5',
          ',"cost":-0',
          ',"cost":null',
          ',"cost":01',
          ',"cost":1e3',
          ',"cost":12345678901234567',
          ',"cost":"1"',
          ',"cost":1,"cost":2',
        ),
        pick(
          '',
          '',
          ',"x":{"y":[1,{"z":"\\u0041"}]}',
          ',"x":[}',
          ',"url":{"path":"/a"}',
          ',"url":"/b?c"',
          ',"duration_ms":12.5',
          ',"duration_ms":"slow"',
          ',"x":nul',
          ',',
        ),
        pick('}', '}', '}', '}', '} ', '', '}}', '} x', ']'),
      )
      .map(([time, key, cost, rest, end]) => `{${time},${key}${cost}${rest}${end}`);
    const columns = ['key', 'path', 'ip'];
    const format = jsonFormat('ndjson');
    fc.assert(
      fc.property(fc.array(line, {minLength: 1, maxLength: 40}), (lines) => {
        const first = '{"ts":1700000040000,"key":"first","ip":"x"}';
        const {outcomes} = parseLines(format, [first, ...lines], {columns});
        // One record settles what holds for a trace; the others are then read each by a parser of its own.
        const alone = lines.map((one) => parseLines(format, [first, one], {columns}).outcomes[1]);
        expect(outcomes.slice(1)).toEqual(alone);
      }),
      {numRuns: 500},
    );
  });
});

describe('a damaged record', () => {
  test('is read the same after a good one of its shape as alone', () => {
    const first = '{"ts":1700000040000,"key":"first","ip":"x"}';
    const shape = fc
      .tuple(
        fc.constantFrom(
          '{"ts":1700000040000,"key":"10.1.2.3","cost":1}',
          '{"ts": 1700000040000, "key": "abc", "cost": 12, "x": [1, {"y": "z"}], "duration_ms": 1.5}',
          '{"user":"u","time":"2023-11-14T22:14:00.123Z","client_ip":"10.0.0.1:80","status":200,"ok":true}',
        ),
        fc.array(damage, {minLength: 1, maxLength: 2}),
      )
      .map(([good, damages]) => [good, damagedBy(good, damages)] as const);
    const options = {columns: ['key', 'ip', 'status']};
    fc.assert(
      fc.property(shape, ([good, damaged]) => {
        const {outcomes} = parseLines(jsonFormat('ndjson'), [first, good, good, damaged, good], options);
        expect(outcomes[3]).toEqual(parseLines(jsonFormat('ndjson'), [first, damaged], options).outcomes[1]);
        expect(outcomes[4]).toEqual(outcomes[1]);
      }),
      {numRuns: 2000},
    );
  });
});

describe('a line', () => {
  const accepts = (line: string): boolean => {
    try {
      JSON.parse(line);
      return true;
    } catch {
      return false;
    }
  };

  test('is JSON exactly when JSON.parse says so, however it was damaged', () => {
    const good = fc
      .tuple(record, spaces)
      .map(([value, stream]) =>
        stringify({...value, deep: [1, -0.5e-3, {a: [], b: {}}]}, () => stream.next().value),
      );
    fc.assert(
      fc.property(good, fc.array(damage, {maxLength: 2}), (line, damages) => {
        const damaged = damagedBy(line, damages);
        const outcome = readJson(damaged, {columns: [], timeUnit: 'ms'});
        // Faults of the values, not of the JSON: a time or cost that was damaged, a member that is there twice.
        const wellFormed =
          outcome.kind === 'request' ||
          /^(no time|time |cost |member .* appears twice)/.test(outcome.kind === 'bad' ? outcome.reason : '');
        const twice = outcome.kind === 'bad' && outcome.reason.includes('appears twice');
        if (!twice)
          expect(wellFormed, outcome.kind === 'bad' ? outcome.reason : '').toBe(
            accepts(damaged) && damaged.trimStart().startsWith('{'),
          );
      }),
      {numRuns: 2000},
    );
  });

  test.each([
    ['{"ts":1,"key":"a"', 'the JSON object ends too early', 18],
    ['{"ts":1,"key":"a', 'the JSON object ends in the middle of a string', 17],
    ['{"ts":1}x', '"x" after the JSON object', 9],
    ['{"ts":1}{"ts":2}', '"{" after the JSON object', 9],
    ['{"ts":1,}', 'unexpected "}": JSON has no comma after the last element', 9],
    ['{"ts":1,"a":[1,]}', 'unexpected "]": JSON has no comma after the last element', 16],
    ['{"ts":NaN}', '"NaN" is no JSON value', 7],
    ['{"ts":1,"cost":Infinity}', '"Infinity" is no JSON value', 16],
    ['{"ts":1,"cost":-Infinity}', '"Infinity" is no JSON value', 17],
    ['{"ts":1 /* now */}', 'unexpected "/": JSON has no comments', 9],
    ["{'ts':1}", 'unexpected "\'": JSON strings have double quotes', 2],
    ['{"ts":01}', 'unexpected "1" in the JSON object', 8],
    ['{"ts":1.}', 'unexpected "}" in the JSON object', 9],
    ['{"ts":1,"key":"a\\x"}', '"x" is no JSON escape', 18],
    ['{"ts":1,"key":"a\\u12g4"}', '"g" is no JSON escape', 21],
    ['{"ts":1,"key":"a\tb"}', 'control character "\\u0009" inside a JSON string: expected an escape', 17],
    [
      '{"ts":1,"key":"\u001b[31m"}',
      'control character "\\u001b" inside a JSON string: expected an escape',
      16,
    ],
    ['{ts:1}', 'unexpected "ts" in the JSON object', 2],
    ['// header', 'expected a JSON object, found "// header"', 1],
    [
      '[{"ts":1},',
      'expected a JSON object, found "[{\\"ts\\":1}," (one JSON array is --format json)'.replaceAll('\\', ''),
      1,
    ],
    ['"ts"', 'expected a JSON object, found ""ts""', 1],
    [`{"a":${'['.repeat(250)}${']'.repeat(250)}}`, 'JSON nested more than 200 levels deep', 205],
  ])('%j is bad: %s', (line, reason, column) => {
    expect(readJson(line)).toEqual({kind: 'bad', reason, column});
  });

  test('may nest 200 levels', () => {
    expect(readJson(`{"ts":1700000040000,"a":${'['.repeat(199)}${']'.repeat(199)}}`).kind).toBe('request');
  });

  test('may hold bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"ts":1700000040000,"key":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    expect(readJson(bytes)).toMatchObject({kind: 'request', values: {key: '\ufffd\ufffd'}});
  });
});
