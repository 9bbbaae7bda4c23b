import {describe, expect, test} from 'vitest';
import {formatNamed, parseLine, parseLines, valuesOf} from './parse-lines.ts';

const us = (iso: string): number => Date.parse(iso) * 1000;

describe('a line of the AWS Application Load Balancer', () => {
  const line = (
    client: string,
    request: string,
    type = 'https',
    time = '2023-11-14T22:14:00.186641Z',
  ): string =>
    `${type} ${time} app/lb/50dc ${client} 10.0.0.1:80 0.086 0.048 0.037 200 502 34 366 "${request}" "curl/7.46.0" ECDHE TLSv1.2 arn:aws:tg "Root=1-58" "www.example.com" "arn:aws:acm" 1 2023-11-14T22:13:59.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1`;

  test('has all its attributes', () => {
    const columns = [
      'ip',
      'key',
      'method',
      'path',
      'url',
      'protocol',
      'status',
      'bytes',
      'agent',
      'host',
      'type',
      'elb',
      'target_status_code',
      'received_bytes',
    ];
    expect(
      valuesOf('alb', line('192.0.2.1:44740', 'GET https://www.example.com:443/a/b?c=d HTTP/2.0'), columns),
    ).toEqual({
      ip: '192.0.2.1',
      key: '192.0.2.1',
      method: 'GET',
      path: '/a/b',
      url: 'https://www.example.com:443/a/b?c=d',
      protocol: 'HTTP/2.0',
      status: '200',
      bytes: '366',
      agent: 'curl/7.46.0',
      host: 'www.example.com',
      type: 'https',
      elb: 'app/lb/50dc',
      target_status_code: '502',
      received_bytes: '34',
    });
  });

  test('keeps the microseconds of its time', () => {
    expect(parseLine('alb', line('192.0.2.1:1', 'GET / HTTP/1.1'))).toMatchObject({
      us: us('2023-11-14T22:14:00.186Z') + 641,
    });
  });

  test('may take the time the request was made, cost and duration from other fields', () => {
    const map = ['t=request_creation_time', 'cost=received_bytes+bytes', 'duration=target_processing_time'];
    const outcome = parseLine('alb', line('192.0.2.1:1', 'GET / HTTP/1.1'), {map});
    expect(outcome).toMatchObject({us: us('2023-11-14T22:13:59.364Z'), cost: 400, hold: 48_000});
  });

  test.each([
    ['[2001:DB8::1]:44740', '2001:db8::1'],
    ['2001:db8::1:44740', '2001:db8::1'],
    ['::ffff:192.0.2.1:44740', '192.0.2.1'],
  ])('takes the client %s as %s', (client, ip) => {
    expect(valuesOf('alb', line(client, 'GET / HTTP/1.1'), ['ip'])).toEqual({ip});
  });

  test.each([
    ['a request that was no HTTP', line('192.0.2.1:1', '- http://lb:80- -'), ['path']],
    ['quotes escaped in the agent', line('192.0.2.1:1', 'GET /\\"a HTTP/1.1'), ['ip']],
  ])('is a request with %s', (_, text, columns) => {
    expect(parseLine('alb', text, {columns}).kind).toBe('request');
  });

  test.each([
    ['an unknown type', line('192.0.2.1:1', 'GET / HTTP/1.1', 'tls'), /"tls"/],
    [
      'a time that does not exist',
      line('192.0.2.1:1', 'GET / HTTP/1.1', 'h2', '2023-02-31T22:14:00.000000Z'),
      /2023-02-31/,
    ],
    ['no client', line('-', 'GET / HTTP/1.1'), /unknown/],
    ['too few fields', 'h2 2023-11-14T22:14:00.186641Z app/lb/50dc 192.0.2.1:1', /fields/],
    ['no closing quote', line('192.0.2.1:1', 'GET /').split('" "')[0]!, /fields/],
  ])('is bad with %s', (_, text, reason) => {
    expect(parseLine('alb', text)).toMatchObject({kind: 'bad', reason: expect.stringMatching(reason)});
  });
});

describe('a line of the S3 server access log', () => {
  const line = (
    rest = 'REST.GET.OBJECT photos/a%2520b.jpg "GET /bucket/photos/a%20b.jpg?x=1 HTTP/1.1" 404 NoSuchKey 297 113 38 5 "-" "S3Console/0.4" -',
    ip = '192.0.2.3',
  ): string =>
    `79a59df9 bucket [06/Feb/2019:00:00:38 +0000] ${ip} arn:aws:iam::1:user/bob 3E57427F3EXAMPLE ${rest}`;

  test('has all its attributes', () => {
    const columns = [
      'ip',
      'key',
      'method',
      'path',
      'status',
      'bytes',
      'agent',
      'referer',
      'bucket',
      'owner',
      'operation',
      'object',
      'user',
      'error_code',
    ];
    expect(valuesOf('s3', line(), columns)).toEqual({
      ip: '192.0.2.3',
      key: '192.0.2.3',
      method: 'GET',
      path: '/bucket/photos/a%20b.jpg',
      status: '404',
      bytes: '297',
      agent: 'S3Console/0.4',
      bucket: 'bucket',
      owner: '79a59df9',
      operation: 'REST.GET.OBJECT',
      object: 'photos/a%2520b.jpg',
      user: 'arn:aws:iam::1:user/bob',
      error_code: 'NoSuchKey',
    });
    expect(parseLine('s3', line())).toMatchObject({us: us('2019-02-06T00:00:38Z')});
    expect(parseLine('s3', line(), {map: ['duration=total_time']})).toMatchObject({hold: 38_000});
  });

  test('is no request when S3 did it by itself', () => {
    expect(parseLine('s3', line('S3.EXPIRE.OBJECT a.jpg - - - - - - - "-" "-" -', '-')).kind).toBe(
      'notARequest',
    );
  });

  test.each([
    ['a time that does not exist', line().replace('06/Feb', '30/Feb')],
    ['no operation', line('x y "z" 200 - 1 1 1 1 "-" "-"')],
    ['too few fields', '79a59df9 bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3'],
    ['an open bracket', '79a59df9 bucket [06/Feb/2019:00:00:38'],
  ])('is bad with %s', (_, text) => {
    expect(parseLine('s3', text).kind).toBe('bad');
  });
});

describe('W3C extended logs', () => {
  const w3c = formatNamed('w3c');
  const FIELDS =
    '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status time-taken';
  const LINE = '2023-11-14 22:14:00 10.0.0.1 GET /a q=1 bob 192.0.2.1 Mozilla/5.0+(X11) 404 283';

  test('have the columns that #Fields names', () => {
    const columns = ['ip', 'key', 'method', 'path', 'url', 'user', 'agent', 'status', 's-ip', 'cs-uri-query'];
    const {outcomes} = parseLines(w3c, ['#Software: IIS', FIELDS, LINE], {columns});
    expect(outcomes.slice(0, 2)).toEqual([{kind: 'notARequest'}, {kind: 'notARequest'}]);
    expect(outcomes[2]).toMatchObject({
      us: us('2023-11-14T22:14:00Z'),
      values: {
        ip: '192.0.2.1',
        key: '192.0.2.1',
        method: 'GET',
        path: '/a',
        url: '/a?q=1',
        user: 'bob',
        agent: 'Mozilla/5.0+(X11)',
        status: '404',
        's-ip': '10.0.0.1',
        'cs-uri-query': 'q=1',
      },
    });
  });

  test('may change their columns in the middle of a file', () => {
    const {outcomes} = parseLines(
      w3c,
      [FIELDS, LINE, '#Fields: c-ip date time cs-uri-stem', '192.0.2.9 2023-11-14 22:14:01 /b', LINE],
      {columns: ['ip', 'path', 'url', 'method']},
    );
    expect(outcomes[1]).toMatchObject({values: {ip: '192.0.2.1', path: '/a', url: '/a?q=1', method: 'GET'}});
    expect(outcomes[3]).toEqual({
      kind: 'request',
      us: us('2023-11-14T22:14:01Z'),
      cost: 1,
      hold: 0,
      values: {ip: '192.0.2.9', path: '/b', url: '/b'},
    });
    expect(outcomes[4]).toMatchObject({kind: 'bad', reason: expect.stringContaining('11 fields')});
  });

  test('may be parted by tabs, and have quoted fields and fractions of a second', () => {
    const tabs = parseLines(
      w3c,
      ['#Fields: date time c-ip cs(User-Agent)', '2023-11-14\t22:14:00\t192.0.2.1\ta b'],
      {columns: ['agent']},
    );
    expect(tabs.outcomes[1]).toMatchObject({values: {agent: 'a b'}});
    const quoted = parseLines(
      w3c,
      ['#Fields: date time c-ip cs(User-Agent)', '2023-11-14 22:14:00.250 192.0.2.1 "a b"'],
      {columns: ['agent']},
    );
    expect(quoted.outcomes[1]).toMatchObject({us: us('2023-11-14T22:14:00.250Z'), values: {agent: 'a b'}});
  });

  test('take the date from #Date when it is no column', () => {
    const {outcomes} = parseLines(w3c, [
      '#Date: 2023-11-14 00:00:00',
      '#Fields: time c-ip',
      '22:14:00 192.0.2.1',
    ]);
    expect(outcomes[2]).toMatchObject({us: us('2023-11-14T22:14:00Z')});
  });

  test('count time-taken in milliseconds', () => {
    expect(parseLines(w3c, [FIELDS, LINE], {map: ['duration=time-taken']}).outcomes[1]).toMatchObject({
      hold: 283_000,
    });
  });

  test.each([
    ['no #Fields yet', [LINE], /#Fields/],
    ['too few fields', [FIELDS, '2023-11-14 22:14:00 10.0.0.1'], /3 fields/],
    ['too many', [FIELDS, `${LINE} x`], /12 fields/],
    ['a time that does not exist', [FIELDS, LINE.replace('22:14:00', '25:14:00')], /"2023-11-14 25:14:00"/],
    ['a date that does not exist', [FIELDS, LINE.replace('11-14', '11-31')], /"2023-11-31 22:14:00"/],
    ['no time column', ['#Fields: date c-ip', '2023-11-14 192.0.2.1'], /no column "time"/],
    ['no client', [FIELDS, LINE.replace('192.0.2.1', '-')], /unknown/],
  ])('are bad with %s', (_, lines, reason) => {
    expect(parseLines(w3c, lines).outcomes.at(-1)).toMatchObject({
      kind: 'bad',
      reason: expect.stringMatching(reason),
    });
  });

  test('--map names columns, and must name one that there is', () => {
    expect(
      parseLines(w3c, [FIELDS, LINE], {columns: ['key'], map: ['key=cs-username']}).outcomes[1],
    ).toMatchObject({values: {key: 'bob'}});
    expect(() => parseLines(w3c, [FIELDS, LINE], {columns: ['key'], map: ['key=cs-usernam']})).toThrow(
      '"cs-usernam"',
    );
  });
});

describe('CloudFront standard logs', () => {
  const cloudfront = formatNamed('cloudfront');
  const LINE =
    '2023-11-14\t22:14:00\tFRA50\t703\t192.0.2.1\tGET\td1.cloudfront.net\t/a\t400\t-\tcurl/7.81.0\tq=42\t-\tError\tid\twww.example.com\thttps\t62\t0.113\t-\tTLSv1.3\tAES\tError\tHTTP/2.0\t-\t-\t51754\t0.113\tError\ttext/plain\t-\t-\t-';
  const columns = ['ip', 'method', 'path', 'url', 'status', 'host', 'agent', 'protocol', 'bytes'];
  const values = {
    ip: '192.0.2.1',
    method: 'GET',
    path: '/a',
    url: '/a?q=42',
    status: '400',
    host: 'www.example.com',
    agent: 'curl/7.81.0',
    protocol: 'HTTP/2.0',
    bytes: '703',
  };

  test('have the documented columns without a header', () => {
    expect(parseLines(cloudfront, [LINE], {columns}).outcomes[0]).toMatchObject({
      us: us('2023-11-14T22:14:00Z'),
      values,
    });
    expect(parseLines(cloudfront, [LINE], {map: ['duration=time-taken']}).outcomes[0]).toMatchObject({
      hold: 113_000,
    });
  });

  test('have those of their header, which is parted by spaces', () => {
    const header = '#Fields: date time c-ip cs-uri-stem new-column';
    const {outcomes} = parseLines(
      cloudfront,
      ['#Version: 1.0', header, '2023-11-14\t22:14:00\t192.0.2.1\t/a b\tx'],
      {columns: ['ip', 'path', 'key'], map: ['key=new-column']},
    );
    expect(outcomes[2]).toMatchObject({values: {ip: '192.0.2.1', path: '/a b', key: 'x'}});
  });

  test.each([
    ['cut before the client', LINE.split('\t').slice(0, 4).join('\t')],
    ['with a date that does not exist', LINE.replace('2023-11-14', '2023-13-14')],
    ['that is something else', 'hello'],
  ])('a line %s is bad', (_, line) => {
    expect(parseLines(cloudfront, [line]).outcomes[0]?.kind).toBe('bad');
  });
});
