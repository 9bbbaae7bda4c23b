import {describe, expect, test} from 'vitest';
import {formatNamed, parseLine, parseLines, valuesOf} from './parse-lines.ts';

const SYSLOG = 'Feb 25 16:19:49 192.168.4.2 haproxy[7]: ';
const line = (tail = '"GET /a?b HTTP/1.1"', client = '192.0.2.1:53332'): string =>
  `${client} [14/Nov/2023:22:14:00.143] web~ app/s1 0/0/7/1457/1487 200 11394 - - ---- 2/1/0/0/0 0/0 ${tail}`;

describe('a line of the HAProxy HTTP log', () => {
  test.each([
    ['alone', ''],
    ['behind syslog', SYSLOG],
    ['behind syslog of RFC 5424', '<134>1 2023-11-14T22:14:00Z lb haproxy 7 - - '],
  ])('%s has all its attributes', (_, prefix) => {
    const columns = [
      'ip',
      'key',
      'method',
      'path',
      'url',
      'protocol',
      'status',
      'bytes',
      'frontend',
      'server',
      'termination_state',
    ];
    expect(
      valuesOf('haproxy', prefix + line('{Mozilla/5.0 (X11) [x]} {} "GET /a?b HTTP/1.1"'), columns),
    ).toEqual({
      ip: '192.0.2.1',
      key: '192.0.2.1',
      method: 'GET',
      path: '/a',
      url: '/a?b',
      protocol: 'HTTP/1.1',
      status: '200',
      bytes: '11394',
      frontend: 'web~',
      server: 'app/s1',
      termination_state: '----',
    });
  });

  test('takes its time as UTC, says so, and knows how long the request took', () => {
    const {outcomes, notes} = parseLines(formatNamed('haproxy'), [line()]);
    expect(outcomes[0]).toMatchObject({us: Date.parse('2023-11-14T22:14:00.143Z') * 1000, hold: 1_487_000});
    expect(notes).toEqual(['times carry no zone: taken as UTC']);
  });

  test.each([
    ['a request that was cut off', line('"GET /very/long'), {method: 'GET', path: '/very/long'}],
    ['a log line that was cut off in the headers', line('{Mozilla'), {}],
    ['a bad request', line('"<BADREQ>"'), {}],
  ])('is a request with %s', (_, text, values) => {
    expect(valuesOf('haproxy', text, ['method', 'path'])).toEqual(values);
  });

  test.each([
    ['2001:db8::1:51232', '2001:db8::1'],
    ['::ffff:192.0.2.1:51232', '192.0.2.1'],
  ])('takes the client %s as %s', (client, ip) => {
    expect(valuesOf('haproxy', line(undefined, client), ['ip'])).toEqual({ip});
  });

  test.each([
    ['a start-up message', `${SYSLOG}Proxy web started.`],
    ['a start-up message without syslog', 'Proxy web started.'],
    [
      'a TLS error',
      '192.0.2.1:50033 [28/Feb/2025:02:43:10.123] web/backend: SSL handshake failure (error:0A0000C1)',
    ],
    [
      'a TLS error behind syslog',
      `${SYSLOG}192.0.2.1:50033 [28/Feb/2025:02:43:10.123] web/1: SSL handshake failure`,
    ],
    [
      'a connection of TCP mode',
      '192.0.2.1:50033 [28/Feb/2025:02:43:10.123] smtp mail/m1 0/0/5007 212 -- 0/0/0/0/3 0/0',
    ],
  ])('is no request when it is %s', (_, text) => {
    expect(parseLine('haproxy', text).kind).toBe('notARequest');
  });

  test.each([
    ['a time that does not exist', line().replace('14/Nov', '31/Nov'), /31\/Nov/],
    ['no accept date', 'hello world', /accept date/],
    ['a zone in the time', line().replace('.143', ' +0000'), /time/],
  ])('is bad with %s', (_, text, reason) => {
    expect(parseLine('haproxy', text)).toMatchObject({kind: 'bad', reason: expect.stringMatching(reason)});
  });
});
