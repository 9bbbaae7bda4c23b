import {describe, expect, test} from 'vitest';
import {jsonFormat, readJson} from '../json/read-json.ts';
import {parseLines} from './parse-lines.ts';

const us = 1_700_000_040_000_000;
const ndjson = jsonFormat('ndjson');
const kinds = (lines: readonly string[]): readonly string[] =>
  parseLines(ndjson, lines, {columns: ['key']}).outcomes.map(({kind}) => kind);

describe('NDJSON of requests', () => {
  const line = (cost: string): string => `{"ts": 1700000040015, "key": "a", "cost": ${cost}}`;

  test.each([
    ['1.5', '"1.5" is not whole'],
    ['-1', '"-1" is negative'],
    ['"3"', '"3" is text'],
    ['"\\u0033"', '"\\u0033" is text'],
    ['null', '"null" is no number'],
    ['true', '"true" is no number'],
    ['{}', 'is an object'],
    ['[1]', 'is an array'],
    ['1e308', '"1e308" is too large'],
    ['1e400', '"1e400" is too large'],
    ['9007199254740992', '"9007199254740992" is too large'],
    ['9007199254740993', '"9007199254740993" is too large'],
    ['1e-3', '"1e-3" is not whole'],
  ])('with the cost %s are bad', (cost, what) => {
    const reason = `cost ${what}: expected a whole number from 0 to 9007199254740991`;
    const bad = {kind: 'bad', reason, column: cost.startsWith('"') ? 44 : 43};
    expect(readJson(line(cost))).toEqual(bad);
    // Also after others, when the shape of the record is known.
    const {outcomes} = parseLines(ndjson, [line('1'), line('2'), line(cost), line('3')], {columns: ['key']});
    expect(outcomes.map(({kind}) => kind)).toEqual(['request', 'request', 'bad', 'request']);
    expect(outcomes[2]).toEqual(bad);
  });

  test.each(['NaN', 'Infinity', '-Infinity', '01', '1.', '.5', '+1', '0x10', ''])(
    'with the cost %j are no JSON',
    (cost) => {
      expect(kinds([line('1'), line(cost), line('2')])).toEqual(['request', 'bad', 'request']);
    },
  );

  test.each([
    ['0', 0],
    ['-0', 0],
    ['-0.0', 0],
    ['3.0', 3],
    ['1e3', 1000],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('may have the cost %s', (cost, expected) => {
    const {outcomes} = parseLines(ndjson, [line('1'), line(cost)], {columns: ['key']});
    expect(outcomes[1]).toEqual({
      kind: 'request',
      us: us + 15_000,
      cost: expected,
      hold: 0,
      values: {key: 'a'},
    });
  });

  test('cost 1 when they do not say', () => {
    expect(readJson('{"ts":1700000040000,"key":"a"}')).toEqual({
      kind: 'request',
      us,
      cost: 1,
      hold: 0,
      values: {key: 'a'},
    });
  });

  test('with a member twice are bad', () => {
    const twice = '{"ts":1700000040015,"key":"a","cost":1,"cost":1000000}';
    expect(readJson(twice)).toEqual({
      kind: 'bad',
      reason: 'member "cost" appears twice: which one counts?',
      column: 47,
    });
    expect(readJson('{"ts":1,"key":"a","k\\u0065y":"b"}')).toMatchObject({
      kind: 'bad',
      reason: expect.stringContaining('"key" appears twice'),
    });
    expect(readJson('{"ts":1,"request":{"client_ip":"a"},"request":{"client_ip":"b"}}')).toMatchObject({
      kind: 'bad',
      reason: expect.stringContaining('"request" appears twice'),
    });
  });

  test('may have members twice that nobody reads', () => {
    expect(readJson('{"ts":1700000040000,"x":1,"x":2,"y":{"key":1},"key":"a"}')).toMatchObject({
      kind: 'request',
      values: {key: 'a'},
    });
  });

  test('may begin with a byte order mark only for the reader to remove', () => {
    expect(readJson('\ufeff{"ts":1}').kind).toBe('bad');
  });

  test.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'null',
    '0',
    '1e3',
    '*',
    '[x]',
    'a{b}c',
    'a b',
    'é',
    'é',
    '💥',
  ])('may have the key %s', (key) => {
    const {outcomes} = parseLines(
      ndjson,
      [0, 1].map((i) => JSON.stringify({ts: 1_700_000_040_000 + i, key})),
      {columns: ['key']},
    );
    expect(outcomes).toEqual(
      [0, 1].map((i) => ({kind: 'request', us: us + 1000 * i, cost: 1, hold: 0, values: {key}})),
    );
  });

  test('may have attributes with the names of what objects inherit', () => {
    const columns = ['__proto__', 'constructor', 'toString'];
    const {outcomes} = parseLines(
      ndjson,
      ['{"ts":1700000040000,"__proto__":"p","toString":"t"}', '{"ts":1700000040000,"key":"x"}'],
      {columns},
    );
    expect(outcomes[0]).toMatchObject({values: {toString: 't'}});
    expect(outcomes[1]).toMatchObject({kind: 'request'});
  });
});

describe('the time of a record', () => {
  test.each([
    ['t', '1700000040', us],
    ['ts', '1700000040000', us],
    ['ts_ms', '1700000040000', us],
    ['ts_us', '1700000040000000', us],
    ['ts_ns', '1700000040000000999', us],
    ['time', '"2023-11-14T22:14:00Z"', us],
    ['time', '"2023-11-14T22:14:00.000001+00:00"', us + 1],
    ['timestamp', '1700000040.25', us + 250_000],
    ['@timestamp', '"2023-11-14T22:14:00.5Z"', us + 500_000],
    ['datetime', '"2023-11-14 22:14:00"', us],
    ['start_time', '"1700000040000"', us],
    ['time_local', '"14/Nov/2023:22:14:00 +0000"', us],
    ['msec', '"1700000040.123"', us + 123_000],
  ])('may be %s: %s', (name, time, expected) => {
    const records = [0, 1].map(() => `{"${name}":${time},"key":"a"}`);
    const {outcomes} = parseLines(ndjson, records, {columns: ['key']});
    expect(outcomes.map((outcome) => (outcome.kind === 'request' ? outcome.us : outcome))).toEqual([
      expected,
      expected,
    ]);
  });

  test('is the first of its names, whatever their order', () => {
    expect(readJson('{"time":"2020-01-01T00:00:00Z","ts":1700000040000}')).toMatchObject({us});
    expect(readJson('{"time":"2023-11-14T22:14:00Z","ts":null}')).toMatchObject({us});
  });

  test.each([
    ['{"key":"a"}', /^no time: expected a member "t" or "ts" or /, 0],
    ['{"ts":null}', /^no time/, 0],
    ['{"ts":true}', /^time "true" is neither RFC 3339 nor a number/, 7],
    ['{"ts":{"s":1}}', /^time "\{"s":1\}" is neither/, 7],
    ['{"ts":""}', /^time "" is neither/, 8],
    ['{"ts":"2023-02-31T00:00:00Z"}', /^time "2023-02-31T00:00:00Z" is neither/, 8],
    ['{"ts":-1}', /^time "-1" is outside 1970 … 2255/, 7],
    ['{"ts":1e400}', /^time "1e400" is outside 1970 … 2255/, 7],
    ['{"ts":"1960-01-01T00:00:00Z"}', /^time "1960-01-01T00:00:00Z" is outside 1970 … 2255$/, 8],
  ])('is bad in %s', (line, reason, column) => {
    expect(readJson(line)).toEqual({kind: 'bad', reason: expect.stringMatching(reason), column});
  });

  test('has the unit of the first record from then on', () => {
    const {outcomes, notes} = parseLines(
      ndjson,
      ['bad', '{"ts":0,"key":"a"}', '{"ts":1700000040000,"key":"a"}', '{"ts":7,"key":"a"}'],
      {columns: ['key']},
    );
    expect(outcomes.map((outcome) => (outcome.kind === 'request' ? outcome.us : outcome.kind))).toEqual([
      'bad',
      0,
      us,
      7000,
    ]);
    expect(notes).toEqual([
      'times in "ts" are taken as milliseconds since 1970, by their size; --time-unit says otherwise',
    ]);
  });

  test('has the unit that --time-unit gives', () => {
    expect(readJson('{"ts":1700000040000}', {columns: [], timeUnit: 'us'})).toMatchObject({
      us: 1_700_000_040_000,
    });
  });
});

describe('the attributes of a record', () => {
  const values = (line: string, columns: readonly string[], map: readonly string[] = []): unknown => {
    const outcome = readJson(line, {columns, map});
    return outcome.kind === 'request' ? outcome.values : outcome;
  };

  test('are texts, and numbers and truth values as they stand there', () => {
    expect(
      values('{"t":1,"a":"x","b":1.50,"c":true,"d":false,"e":null,"f":""}', [
        'a',
        'b',
        'c',
        'd',
        'e',
        'f',
        'g',
      ]),
    ).toEqual({a: 'x', b: '1.50', c: 'true', d: 'false'});
  });

  test('may not be objects or arrays', () => {
    expect(values('{"t":1,"tenant":{"id":1}}', ['tenant'])).toEqual({
      kind: 'bad',
      reason: 'attribute "tenant" is an object: expected text or a number',
      column: 17,
    });
    expect(values('{"t":1,"tenant":[]}', ['tenant'])).toEqual({
      kind: 'bad',
      reason: 'attribute "tenant" is an array: expected text or a number',
      column: 17,
    });
  });

  test('may lie in nested objects, by dotted names', () => {
    const line = '{"t":1,"key":"k","user":{"id":7,"plan":{"name":"pro"}},"http.method":"PUT"}';
    expect(values(line, ['user.id', 'http.method'])).toEqual({'user.id': '7', 'http.method': 'PUT'});
    expect(values(line, ['tenant', 'plan'], ['tenant=.user.id', 'plan=user.plan.name'])).toEqual({
      tenant: '7',
      plan: 'pro',
    });
  });

  test('may lie in arrays, by their index', () => {
    expect(values('{"t":1,"h":{"Via":["a","b"]}}', ['via'], ['via=h.Via.1'])).toEqual({via: 'b'});
    expect(values('{"t":1,"h":{"Via":[]}}', ['via'], ['via=h.Via.1'])).toEqual({});
  });

  test.each([
    ['ip', '{"t":1,"client_ip":"10.0.0.1"}', '10.0.0.1'],
    ['ip', '{"t":1,"remote_addr":"10.0.0.1:4711"}', '10.0.0.1'],
    ['ip', '{"t":1,"clientIp":"[2001:DB8::1]:443"}', '2001:db8::1'],
    ['ip', '{"t":1,"remote_ip":"2001:db8::1"}', '2001:db8::1'],
    ['ip', '{"t":1,"client":{"ip":"::ffff:10.0.0.1"}}', '10.0.0.1'],
    ['key', '{"t":1,"ip":"10.0.0.1"}', '10.0.0.1'],
    ['key', '{"t":1,"key":"k:1","ip":"10.0.0.1"}', 'k:1'],
    ['key', '{"t":1,"key":null,"ip":"10.0.0.1"}', '10.0.0.1'],
    ['path', '{"t":1,"path":"/a?b=c"}', '/a'],
    ['path', '{"t":1,"uri":"/a"}', '/a'],
    ['path', '{"t":1,"url":"https://h:8/a/b?c"}', '/a/b'],
    ['path', '{"t":1,"request_uri":"/a?"}', '/a'],
    ['path', '{"t":1,"path":"\\/a\\u003fb"}', '/a'],
    ['url', '{"t":1,"url":"/a?b=c"}', '/a?b=c'],
    ['url', '{"t":1,"uri":"/a?b=c"}', '/a?b=c'],
    ['path', '{"t":1,"url":{"path":"/x"},"uri":"/y"}', '/y'],
    ['method', '{"t":1,"request_method":"GET"}', 'GET'],
    ['status', '{"t":1,"status_code":429}', '429'],
    ['agent', '{"t":1,"user_agent":"curl"}', 'curl'],
  ])('%s is found in %s', (attribute, line, value) => {
    expect(values(line, [attribute])).toEqual({[attribute]: value});
  });

  test('an empty key is no key, and no address takes its place', () => {
    expect(values('{"t":1,"key":"","ip":"10.0.0.1"}', ['key'])).toEqual({});
  });

  test('share a field, or are several from several texts with escapes', () => {
    const line = '{"t":1,"a":"x\\ty","b":"\\u00e9","c":"\\ud83d\\udca5","url":"/p?q"}';
    expect(values(line, ['a', 'b', 'c', 'd', 'path', 'url'], ['d=a'])).toEqual({
      a: 'x\ty',
      b: 'é',
      c: '💥',
      d: 'x\ty',
      path: '/p',
      url: '/p?q',
    });
  });
});

describe('a mapping', () => {
  test('takes time, key, the sum of costs and the duration from other members', () => {
    const map = ['t=when', 'key=user.id', 'cost=usage.in+usage.out', 'duration=took_us'];
    const line = '{"when":1700000040,"user":{"id":"u"},"usage":{"in":2,"out":3},"took_us":1500.7}';
    const {outcomes} = parseLines(ndjson, [line, line, line], {columns: ['key'], map});
    expect(outcomes).toEqual(
      [0, 1, 2].map(() => ({kind: 'request', us, cost: 5, hold: 1500, values: {key: 'u'}})),
    );
  });

  test('of the cost must find all of it', () => {
    const map = ['cost=in+out'];
    expect(readJson('{"t":1,"in":1}', {columns: [], map})).toMatchObject({
      kind: 'bad',
      reason: 'no member "out", which cost is mapped to',
    });
    expect(readJson('{"t":1,"in":1,"out":9007199254740991}', {columns: [], map})).toMatchObject({
      kind: 'bad',
      reason: expect.stringContaining('too large'),
    });
    expect(readJson('{"t":1,"in":1,"out":"2"}', {columns: [], map})).toMatchObject({
      kind: 'bad',
      reason: expect.stringMatching(/^cost "out" "2" is text/),
    });
  });

  test('of the duration must find a number; one that was only recognised need not be', () => {
    expect(readJson('{"t":1,"d":"slow"}', {columns: [], map: ['duration=d']})).toEqual({
      kind: 'bad',
      reason: 'duration "slow" is no number',
      column: 13,
    });
    expect(readJson('{"t":1,"d":2.5}', {columns: [], map: ['duration=d']})).toMatchObject({hold: 2500});
    expect(readJson('{"t":1,"d":null}', {columns: [], map: ['duration=d']})).toMatchObject({hold: 0});
    expect(readJson('{"t":1,"duration_ms":"slow"}')).toMatchObject({kind: 'request', hold: 0});
    expect(readJson('{"t":1,"duration_ms":12}')).toMatchObject({kind: 'request', hold: 12_000});
  });

  test('to a member that the first record does not have is worth a note', () => {
    const {notes} = parseLines(ndjson, ['{"ts_ms":1700000040000,"user":"a","ip":"x"}'], {
      columns: ['key'],
      map: ['key=usr'],
    });
    expect(notes).toEqual(['the first record has no field "usr" (mapped to key) (did you mean "user"?)']);
  });
});

describe('a trace without keys', () => {
  const all = 'no key or client address: every request belongs to the key "all"';

  test('is one of a single key, settled by its first request', () => {
    const {outcomes, notes} = parseLines(
      ndjson,
      ['{"ts_ms":1,"n":1}', '{"ts_ms":2,"key":"a"}', '{"ts_ms":3,"n":1}'],
      {columns: ['n', 'key']},
    );
    expect(outcomes.map((outcome) => (outcome.kind === 'request' ? outcome.values['key'] : ''))).toEqual([
      'all',
      'all',
      'all',
    ]);
    expect(notes).toEqual([all]);
  });

  test.each([
    ['{"ts_ms":1,"key":"a"}', []],
    ['{"ts_ms":1,"key":null}', []],
    ['{"ts_ms":1,"remote_addr":"a"}', []],
    ['{"ts_ms":1}', ['key=user']],
  ])('is not one that begins with %s, mapped %j', (first, map) => {
    const {outcomes, notes} = parseLines(ndjson, [first, '{"ts_ms":2}'], {columns: ['key'], map});
    expect(outcomes[1]).toMatchObject({kind: 'request', values: {}});
    expect(notes).not.toContain(all);
  });
});

describe('what container runtimes put before an object', () => {
  test.each([
    '2025-12-31T17:40:00.000000100+01:00 stdout F ',
    '2025-12-31T16:40:00Z stderr P ',
    'caddy  | ',
    'my-app_1.web | ',
    '  ',
  ])('%j is left out, its time too', (prefix) => {
    expect(readJson(`${prefix}{"ts_ms":1700000040000,"key":"a"}`)).toEqual({
      kind: 'request',
      us,
      cost: 1,
      hold: 0,
      values: {key: 'a'},
    });
  });

  test.each([
    'INFO ',
    '2025-12-31T17:40:00Z ',
    '2025-12-31T17:40:00Z stdout ',
    '2025-12-31T17:40:00Z stdlog F ',
    '| ',
    'a b | ',
    '<13>',
    'data: ',
  ])('%j is not', (prefix) => {
    expect(readJson(`${prefix}{"ts_ms":1700000040000,"key":"a"}`)).toMatchObject({
      kind: 'bad',
      reason: expect.stringMatching(/^expected a JSON object, found "/),
    });
  });

  test('counts in the column of a fault', () => {
    expect(readJson('app | {"ts":x}')).toMatchObject({kind: 'bad', column: 13});
  });
});
