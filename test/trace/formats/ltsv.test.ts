import {describe, expect, test} from 'vitest';
import {formatNamed, parseLine, parseLines, valuesOf} from './parse-lines.ts';

const TIME_US = 1_700_000_040_000_000;
const TIME = 'time:[14/Nov/2023:22:14:00 +0000]';
const tabs = (...fields: string[]): string => fields.join('\t');

describe('a line of labeled tab-separated values', () => {
  test('has the attributes of the recommended labels', () => {
    const line = tabs(
      TIME,
      'host:192.0.2.1',
      'ident:-',
      'user:bob',
      'req:GET /a?b=c HTTP/1.1',
      'status:200',
      'size:5316',
      'referer:-',
      'ua:curl/8 (x)',
      'vhost:www.example.com',
      'tenant:acme',
    );
    const columns = [
      'ip',
      'key',
      'user',
      'method',
      'path',
      'url',
      'protocol',
      'status',
      'bytes',
      'referer',
      'agent',
      'host',
      'tenant',
      'plan',
    ];
    expect(valuesOf('ltsv', line, columns)).toEqual({
      ip: '192.0.2.1',
      key: '192.0.2.1',
      user: 'bob',
      method: 'GET',
      path: '/a',
      url: '/a?b=c',
      protocol: 'HTTP/1.1',
      status: '200',
      bytes: '5316',
      agent: 'curl/8 (x)',
      host: 'www.example.com',
      tenant: 'acme',
    });
  });

  test.each(['remote_host', 'remote_addr', 'ip', 'client', 'client_ip', 'host'])(
    'takes the client from %s',
    (label) => {
      expect(valuesOf('ltsv', tabs(TIME, `${label}:::ffff:192.0.2.1`), ['ip'])).toEqual({ip: '192.0.2.1'});
    },
  );

  test('prefers remote_addr to host, whatever their order', () => {
    for (const line of [
      tabs(TIME, 'host:www', 'remote_addr:192.0.2.1'),
      tabs('remote_addr:192.0.2.1', 'host:www', TIME),
    ]) {
      expect(valuesOf('ltsv', line, ['ip'])).toEqual({ip: '192.0.2.1'});
    }
  });

  test('takes method and target from labels of their own', () => {
    const line = tabs(TIME, 'ip:192.0.2.1', 'method:POST', 'uri:/x/y?z', 'protocol:HTTP/2');
    expect(valuesOf('ltsv', line, ['method', 'path', 'url', 'protocol'])).toEqual({
      method: 'POST',
      path: '/x/y',
      url: '/x/y?z',
      protocol: 'HTTP/2',
    });
  });

  test.each([
    ['in brackets', TIME],
    ['without brackets', 'time:14/Nov/2023:22:14:00 +0000'],
    ['called datetime', 'datetime:[15/Nov/2023:01:44:00 +0330]'],
    ['in RFC 3339', 'time:2023-11-14T22:14:00Z'],
    ['in seconds', 'time:1700000040'],
    ['in seconds with a fraction', 'msec:1700000040.000'],
    ['in milliseconds', 'ts:1700000040000'],
  ])('takes the time %s', (_, time) => {
    expect(parseLine('ltsv', tabs(time, 'ip:192.0.2.1'))).toMatchObject({kind: 'request', us: TIME_US});
  });

  test('takes what --map says from any label', () => {
    const line = tabs(TIME, 'at:1700000041', 'host:192.0.2.1', 'tokens:7', 'reqtime:0.25', 'account:acme');
    const map = ['t=at', 'key=account', 'cost=tokens', 'duration=reqtime'];
    expect(parseLine('ltsv', line, {columns: ['key'], map, timeUnit: 's'})).toMatchObject({
      us: TIME_US + 1_000_000,
      cost: 7,
      hold: 250_000,
      values: {key: 'acme'},
    });
  });

  test('may have its fields in another order on every line, and values with colons', () => {
    const lines = [
      tabs(TIME, 'ip:192.0.2.1', 'x:a:b'),
      tabs('x::c', 'ip:192.0.2.2', TIME),
      tabs('other:1', TIME),
      tabs(TIME, '', 'x:d', 'x:e'),
    ];
    const {outcomes} = parseLines(formatNamed('ltsv'), lines, {columns: ['ip', 'x']});
    expect(outcomes.map((outcome) => outcome.kind === 'request' && outcome.values)).toEqual([
      {ip: '192.0.2.1', x: 'a:b'},
      {ip: '192.0.2.2', x: ':c'},
      {},
      {x: 'd'},
    ]);
  });

  test.each([
    ['no time', tabs('host:192.0.2.1', 'status:200'), /no field "time"/],
    ['a time that does not exist', tabs('time:[31/Feb/2023:22:14:00 +0000]', 'host:192.0.2.1'), /31\/Feb/],
    ['a list of clients', tabs(TIME, 'host:1.2.3.4, 10.0.0.1'), /list/],
    ['a field without label', tabs(TIME, 'hello'), /label/],
  ])('is bad with %s', (_, line, reason) => {
    expect(parseLine('ltsv', line)).toMatchObject({kind: 'bad', reason: expect.stringMatching(reason)});
  });
});
