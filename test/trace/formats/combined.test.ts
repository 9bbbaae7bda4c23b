import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {formatNamed, parseLine, parseLines, valuesOf} from './parse-lines.ts';

const TIME = '[14/Nov/2023:22:14:00 +0000]';
const TIME_US = 1_700_000_040_000_000;
const ALL = [
  'ip',
  'key',
  'ident',
  'user',
  'method',
  'path',
  'url',
  'protocol',
  'status',
  'bytes',
  'referer',
  'agent',
];

describe('a line of the combined log', () => {
  test('has all its attributes', () => {
    const line = `1.2.3.4 - frank ${TIME} "GET /a/b?c=d HTTP/1.1" 200 5316 "https://example.com/?q=1" "Mozilla/5.0 (X11)"`;
    expect(valuesOf('combined', line, ALL)).toEqual({
      ip: '1.2.3.4',
      key: '1.2.3.4',
      user: 'frank',
      method: 'GET',
      path: '/a/b',
      url: '/a/b?c=d',
      protocol: 'HTTP/1.1',
      status: '200',
      bytes: '5316',
      referer: 'https://example.com/?q=1',
      agent: 'Mozilla/5.0 (X11)',
    });
  });

  test.each([
    [
      'escaped quotes and a fake date',
      `"GET /\\"x\\" [14/Nov/1999:00:00:00 +0000] HTTP/1.1" 200 1 "-" "a \\"b\\""`,
      {
        method: 'GET',
        path: '/"x" [14/Nov/1999:00:00:00 +0000]'.replaceAll('"', '\\"'),
        status: '200',
        bytes: '1',
        agent: 'a \\"b\\"',
      },
    ],
    [
      'a backslash before the closing quote that is itself escaped',
      '"GET /a\\\\" 404 0',
      {method: 'GET', path: '/a\\\\', status: '404', bytes: '0'},
    ],
    [
      'an unescaped quote',
      '"GET /a"b HTTP/1.1" 200 1',
      {method: 'GET', path: '/a"b', status: '200', bytes: '1'},
    ],
    [
      'raw spaces in the target',
      '"GET /a b?c HTTP/1.1" 200 1',
      {method: 'GET', path: '/a b', status: '200', bytes: '1'},
    ],
    [
      'the absolute form',
      '"GET http://example.com:80/a?b HTTP/1.1" 200 1',
      {method: 'GET', path: '/a', status: '200', bytes: '1'},
    ],
    ['HTTP/0.9', '"GET /a" 200 1', {method: 'GET', path: '/a', status: '200', bytes: '1'}],
    ['an asterisk', '"OPTIONS * HTTP/1.0" 200 -', {method: 'OPTIONS', path: '*', status: '200'}],
    [
      'a CONNECT',
      '"CONNECT example.com:443 HTTP/1.1" 400 0',
      {method: 'CONNECT', path: 'example.com:443', status: '400', bytes: '0'},
    ],
    ['TLS on an HTTP port', '"\\x16\\x03\\x01\\x02" 400 226 "-" "-"', {status: '400', bytes: '226'}],
    ['nothing', '"-" 408 - "-" "-"', {status: '408'}],
    ['an empty request', '"" 400 0 "-" "-"', {status: '400', bytes: '0'}],
    ['one word', '"HELP" 400 157 "-" "-"', {status: '400', bytes: '157'}],
    ['neither status nor size', '"GET / HTTP/1.1" - - "-" "x"', {method: 'GET', path: '/', agent: 'x'}],
    [
      'fields behind the agent',
      '"GET / HTTP/1.1" 200 4 "-" "Nikto" 500 "test@docker" "http://172.17.0.3:80" 0ms',
      {method: 'GET', path: '/', status: '200', bytes: '4', agent: 'Nikto'},
    ],
    [
      'a quoted dash behind the agent',
      '"GET / HTTP/1.1" 200 4 "-" "A" "-"',
      {method: 'GET', path: '/', status: '200', bytes: '4', agent: 'A'},
    ],
    [
      'an agent that is cut off',
      '"GET / HTTP/1.1" 200 4 "-" "Mozi',
      {method: 'GET', path: '/', status: '200', bytes: '4'},
    ],
  ])('with %s', (_, rest, expected) => {
    const line = `1.2.3.4 - - ${TIME} ${rest}`;
    expect(valuesOf('combined', line, ['method', 'path', 'status', 'bytes', 'agent'])).toEqual(expected);
    expect(parseLine('combined', line)).toMatchObject({
      kind: 'request',
      us: TIME_US,
      values: {ip: '1.2.3.4'},
    });
  });

  test('with bytes that are no UTF-8 keeps them', () => {
    const line = Buffer.concat([
      Buffer.from(`1.2.3.4 - - ${TIME} "GET /`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(' HTTP/1.1" 200 1'),
    ]);
    expect(parseLine('combined', line, {columns: ['path']})).toMatchObject({
      kind: 'request',
      values: {path: '/��'},
    });
  });

  test.each([
    ['John Q Public', 'John Q Public'],
    ['a"b', 'a"b'],
    ['', undefined],
    ['-', undefined],
  ])('takes the user "%s"', (user, expected) => {
    const outcome = parseLine('combined', `1.2.3.4 - ${user} ${TIME} "GET / HTTP/1.1" 200 1`, {
      columns: ['user', 'ip'],
    });
    expect(outcome).toMatchObject({kind: 'request', us: TIME_US});
    expect(outcome.kind === 'request' && outcome.values['user']).toBe(
      expected ?? (outcome.kind === 'request' ? undefined : ''),
    );
  });

  test.each([
    ['no ident and user', `192.168.202.254 ${TIME} "GET / HTTP/1.0" 404 46210`, /ident and user/],
    ['no user', `192.168.202.254 - ${TIME} "GET / HTTP/1.0" 404 46210`, /ident and user/],
    ['a list of addresses', `1.2.3.4, 10.0.0.1 - - ${TIME} "GET / HTTP/1.1" 200 1`, /list/],
    ['a list without spaces', `1.2.3.4,5.6.7.8 - - ${TIME} "GET / HTTP/1.1" 200 1`, /list/],
    ['no client', ` - - ${TIME} "GET / HTTP/1.1" 200 1`, /no client/],
    ['an unknown client', `- - - ${TIME} "GET / HTTP/1.1" 200 1`, /unknown/],
    [
      'a virtual host before the client',
      `www.example.com:80 1.2.3.4 - - ${TIME} "GET / HTTP/1.1" 200 1`,
      /vhost/,
    ],
    [
      'an unknown month',
      '1.2.3.4 - - [14/Foo/2023:22:14:00 +0000] "GET / HTTP/1.1" 200 1',
      /"14\/Foo\/2023:22:14:00 \+0000"/,
    ],
    ['31 February', '1.2.3.4 - - [31/Feb/2023:22:14:00 +0000] "GET / HTTP/1.1" 200 1', /31\/Feb/],
    ['no time', '1.2.3.4 - - "GET / HTTP/1.1" 200 1', /\[time\]/],
    ['no closing bracket', `1.2.3.4 - - ${TIME.slice(0, -1)} "GET / HTTP/1.1" 200 1`, /time/],
    ['no request', `1.2.3.4 - - ${TIME} 200 1 and more text behind it`, /request/],
    ['no closing quote', `1.2.3.4 - - ${TIME} "GET / HTTP/1.1 200 1`, /closing quote/],
    [
      'no closing quote of the request, but others',
      `1.2.3.4 - - ${TIME} "GET / HTTP/1.1 200 1 "-" "curl"`,
      /closing quote/,
    ],
    ['an escaped quote where it should close', `1.2.3.4 - - ${TIME} "GET /\\" 200 1`, /closing quote/],
    ['nothing behind the request', `1.2.3.4 - - ${TIME} "GET / HTTP/1.1"`, /closing quote/],
    ['an error message', '2021/12/02 11:53:15 [error] 4065777#4065777: *42952950 limiting requests', /./],
    ['a JSON object', '{"ts":1,"ip":"1.2.3.4"}', /./],
    ['one word', 'x', /./],
    ['a space', ' ', /./],
  ])('is bad with %s', (_, line, reason) => {
    for (const columns of [['ip'], ['ip', 'path', 'status', 'agent']]) {
      const outcome = parseLine('combined', line, {columns});
      expect(outcome).toMatchObject({kind: 'bad', reason: expect.stringMatching(reason)});
    }
  });

  test('tells in which column the fault is', () => {
    expect(
      parseLine('combined', '1.2.3.4 - - [31/Feb/2023:22:14:00 +0000] "GET / HTTP/1.1" 200 1'),
    ).toMatchObject({column: 14});
  });

  test.each([...Array(90).keys()])('cut after %d bytes is bad, and nothing is read beyond it', (length) => {
    const line = `1.2.3.4 - - ${TIME} "GET /index.html HTTP/1.1" 200 1 "-" "-"`;
    const cut = line.slice(0, length);
    // A status of one digit is a status; before that the request is not complete.
    const whole = length > line.indexOf('" 2') + 2;
    for (const columns of [['ip'], ['ip', 'agent']]) {
      const next = `${cut}\n" 200 ${line}`;
      expect(parseLine('combined', cut, {columns}).kind).toBe(whole ? 'request' : 'bad');
      expect(parseLines(formatNamed('combined'), [cut, next], {columns}).outcomes[0]?.kind).toBe(
        whole ? 'request' : 'bad',
      );
    }
  });

  test('never fails on any bytes, and what is wanted does not change what is a request', () => {
    const piece = fc.constantFrom(
      '1.2.3.4',
      '::1',
      ' ',
      '-',
      ' - - [',
      TIME,
      '"',
      '\\',
      'GET / HTTP/1.1',
      '200',
      ',',
      '[',
      ']',
      '\t',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 24}), fc.boolean(), (pieces, prefixed) => {
        const line = `${prefixed ? `1.2.3.4 - - ${TIME} "` : ''}${pieces.join('')}`;
        const narrow = parseLine('combined', line, {columns: ['ip']});
        const wide = parseLine('combined', line, {columns: ['ip', 'path', 'agent']});
        expect(narrow.kind).toBe(wide.kind);
        if (narrow.kind === 'bad') expect(narrow).toEqual(wide);
      }),
      {numRuns: 500},
    );
  });
});

describe('clients of access logs', () => {
  test('are normalised, which the notes say', () => {
    const lines = [
      '2001:db8::1',
      '2001:0db8:0:0:0:0:0:1',
      'fe80::1%eth0',
      '::ffff:1.2.3.4',
      'host.example.com',
      '8.8.8.8',
    ].map((host) => `${host} - - ${TIME} "GET / HTTP/1.1" 200 1`);
    for (const columns of [['ip'], ['key'], ['ip', 'key'], ['ip', 'status']]) {
      const {outcomes, notes} = parseLines(formatNamed('common'), lines, {columns});
      const clients = outcomes.map((outcome) => outcome.kind === 'request' && outcome.values[columns[0]!]);
      expect(clients).toEqual([
        '2001:db8::1',
        '2001:db8::1',
        'fe80::1',
        '1.2.3.4',
        'host.example.com',
        '8.8.8.8',
      ]);
      expect(notes).toEqual([
        expect.stringMatching(/^client addresses written in another form were normalised/),
      ]);
    }
  });
});

describe('--map in access logs', () => {
  const line = `1.2.3.4 - frank ${TIME} "GET /a HTTP/1.1" 200 5316 "-" "curl"`;

  test('takes an attribute from another field', () => {
    expect(valuesOf('combined', line, ['key', 'ip'], ['key=user'])).toEqual({key: 'frank', ip: '1.2.3.4'});
    expect(valuesOf('combined', line, ['tenant'], ['tenant=agent'])).toEqual({tenant: 'curl'});
  });

  test('takes the cost from numbers', () => {
    expect(parseLine('combined', line, {map: ['cost=bytes']})).toMatchObject({cost: 5316});
    expect(parseLine('combined', line, {map: ['cost=bytes+status']})).toMatchObject({cost: 5516});
    expect(parseLine('combined', line.replace('5316', '-'), {map: ['cost=bytes']})).toMatchObject({cost: 0});
    expect(parseLine('combined', line, {map: ['cost=user']})).toMatchObject({
      kind: 'bad',
      reason: expect.stringContaining('user "frank"'),
    });
  });

  test('takes the time from the time', () => {
    expect(parseLine('combined', line, {map: ['t=time']})).toMatchObject({us: TIME_US});
  });

  test('is an error when there is no such field', () => {
    expect(() => parseLine('combined', line, {map: ['key=usr']})).toThrow(
      'no field "usr" (did you mean "user"?)',
    );
    expect(() => parseLine('combined', line, {map: ['t=when']})).toThrow('no field "when"');
  });

  test('leaves attributes that the format does not have missing', () => {
    expect(valuesOf('combined', line, ['tenant', 'ip'])).toEqual({ip: '1.2.3.4'});
  });
});

describe('the virtual host before the line', () => {
  test.each([
    ['www.example.com', 'www.example.com'],
    ['www.example.com:80', 'www.example.com'],
    ['[::1]:443', '[::1]'],
  ])('%s is the host %s', (vhost, host) => {
    const line = `${vhost} 1.2.3.4 - - ${TIME} "GET /a HTTP/1.1" 200 1 "-" "x"`;
    expect(valuesOf('vhost', line, ['host', 'ip', 'path', 'agent'])).toEqual({
      host,
      ip: '1.2.3.4',
      path: '/a',
      agent: 'x',
    });
  });

  test('is missed where it is not', () => {
    expect(parseLine('vhost', `1.2.3.4 - - ${TIME} "GET / HTTP/1.1" 200 1`)).toMatchObject({kind: 'bad'});
  });
});
