import {describe, expect, test} from 'vitest';
import {jsonFormats} from '../../../src/trace/formats/json-formats.ts';
import {detectedAmong, jsonFormat} from '../json/read-json.ts';
import {parseLines} from './parse-lines.ts';

const us = 1_700_000_040_000_000;
const iso = '2023-11-14T22:14:00.123Z';

const CADDY = `{"level":"info","ts":1700000040.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"172.17.0.1","remote_port":"4","client_ip":"10.0.0.1","proto":"HTTP/2.0","method":"GET","host":"h:8080","uri":"/a?b","headers":{"User-Agent":["curl/7"],"Accept":["*/*"]}},"bytes_read":0,"user_id":"","duration":0.002701,"size":0,"status":200}`;
const TRAEFIK = `{"ClientAddr":"172.17.0.1:39490","ClientHost":"172.17.0.1","ClientUsername":"-","DownstreamStatus":404,"Duration":215563,"OriginStatus":200,"RequestHost":"h","RequestMethod":"GET","RequestPath":"/a?b","ServiceURL":{"Scheme":"http","User":null},"StartLocal":"x","StartUTC":"2023-11-14T22:14:00.123456789Z","level":"info","request_User-Agent":"Nikto","time":"2023-11-14T23:00:00Z"}`;
const ENVOY = `{":authority":"h","downstream_remote_address":"10.0.0.13:40000","duration":11,"method":"GET","protocol":"HTTP/2","requested_server_name":null,"response_code":200,"start_time":"${iso}","user-agent":"Mozilla","x-envoy-origin-path":"/a?b"}`;
const CLOUDFLARE = `{"ClientIP":"87.226.160.250","ClientRequestHost":"h","ClientRequestMethod":"HEAD","ClientRequestURI":"/a?b","ClientRequestUserAgent":"","EdgeEndTimestamp":1700000041000000000,"EdgeResponseStatus":301,"EdgeStartTimestamp":1700000040123000001,"RayID":"7"}`;
const NGINX = `{"msec":"1700000040.123","remote_addr":"10.0.0.1","remote_user":"-","request":"POST /a?b HTTP/1.1","status":"200","request_time":"0.005","http_user_agent":"curl"}`;

const COLUMNS = ['key', 'ip', 'method', 'path', 'url', 'status', 'host', 'user', 'agent'];

describe('an access log in JSON', () => {
  test.each([
    [
      'caddy',
      CADDY,
      us + 500_000,
      2701,
      {
        key: '10.0.0.1',
        ip: '10.0.0.1',
        method: 'GET',
        path: '/a',
        url: '/a?b',
        status: '200',
        host: 'h:8080',
        agent: 'curl/7',
      },
    ],
    [
      'traefik',
      TRAEFIK,
      us + 123_456,
      215,
      {
        key: '172.17.0.1',
        ip: '172.17.0.1',
        method: 'GET',
        path: '/a',
        url: '/a?b',
        status: '404',
        host: 'h',
        agent: 'Nikto',
      },
    ],
    [
      'envoy',
      ENVOY,
      us + 123_000,
      11_000,
      {
        key: '10.0.0.13',
        ip: '10.0.0.13',
        method: 'GET',
        path: '/a',
        url: '/a?b',
        status: '200',
        host: 'h',
        agent: 'Mozilla',
      },
    ],
    [
      'cloudflare',
      CLOUDFLARE,
      us + 123_000,
      0,
      {
        key: '87.226.160.250',
        ip: '87.226.160.250',
        method: 'HEAD',
        path: '/a',
        url: '/a?b',
        status: '301',
        host: 'h',
      },
    ],
    [
      'nginx-json',
      NGINX,
      us + 123_000,
      5000,
      {
        key: '10.0.0.1',
        ip: '10.0.0.1',
        method: 'POST',
        path: '/a',
        url: '/a?b',
        status: '200',
        agent: 'curl',
      },
    ],
  ])('of %s has its attributes, line after line', (format, line, time, hold, values) => {
    const {outcomes} = parseLines(jsonFormat(format), [line, line, line], {columns: COLUMNS});
    for (const outcome of outcomes)
      expect(outcome).toEqual({kind: 'request', us: time, cost: 1, hold, values});
  });

  test.each([
    ['caddy', CADDY],
    ['traefik', TRAEFIK],
    ['envoy', ENVOY],
    ['envoy', `2025-12-31T17:40:00.000000100+01:00 stdout F ${ENVOY}`],
    ['cloudflare', CLOUDFLARE],
    ['nginx-json', NGINX],
    ['ndjson', '{"ts":1700000040000,"key":"10.1.2.3","cost":1}'],
    ['ndjson', '{"time":"2023-11-14T22:14:00Z","remote_addr":"10.0.0.1","path":"/"}'],
    ['json', '[{"ts":1700000040000},'],
    ['json', '[]'],
  ])('is recognised: %s', (format, line) => {
    expect(detectedAmong(jsonFormats, [line, line])).toBe(format);
  });

  test.each([
    [['// header', '{"ts":1700000040000}'], 'ndjson'],
    [['{"ts":1700000040000,"cost":NaN}'], 'ndjson'],
    [['{"level":"info","msg":"start"}', CADDY], 'caddy'],
    [['[', '  {"ts":1}', ']'], 'json'],
    [['[2016-04-15T20:17:00.310Z] "POST / HTTP/2" 204'], undefined],
    [['['], 'json'],
    [['[error] something'], undefined],
    [['ts,key'], undefined],
    [['192.0.2.1 - - [14/Nov/2023:22:14:00 +0000] "GET / HTTP/1.1" 200 5'], undefined],
  ])('among other lines: %j is %s', (lines, format) => {
    expect(detectedAmong(jsonFormats, lines)).toBe(format);
  });

  test.each([
    [
      'caddy',
      '{"level":"debug","ts":1742400753.05,"logger":"http.handlers.reverse_proxy","msg":"selected upstream","dial":"a:2283"}',
    ],
    ['caddy', CADDY.replace('http.log.access.log0', 'http.log.error')],
    ['traefik', '{"level":"info","msg":"Configuration loaded","time":"2023-11-14T22:14:00Z"}'],
    ['envoy', '{"level":"info","msg":"starting","time":"2023-11-14T22:14:00Z"}'],
  ])('of %s has lines that are no requests: %s', (format, line) => {
    const good = {caddy: CADDY, traefik: TRAEFIK, envoy: ENVOY}[format]!;
    const {outcomes} = parseLines(jsonFormat(format), [line, good, good, line, good], {columns: ['key']});
    expect(outcomes.map(({kind}) => kind)).toEqual([
      'notARequest',
      'request',
      'request',
      'notARequest',
      'request',
    ]);
  });

  test('without logger is a request when it has one', () => {
    const {outcomes} = parseLines(
      jsonFormat('caddy'),
      [CADDY.replace('"logger":"http.log.access.log0",', '')],
      {columns: ['key']},
    );
    expect(outcomes[0]).toMatchObject({kind: 'request', values: {key: '10.0.0.1'}});
  });

  test('before Caddy 2.5 had the client in remote_addr', () => {
    const line =
      '{"ts":1700000040,"logger":"http.log.access","request":{"remote_addr":"[::1]:5000","uri":"/"}}';
    expect(parseLines(jsonFormat('caddy'), [line], {columns: ['key']}).outcomes[0]).toMatchObject({
      values: {key: '::1'},
    });
  });

  test.each([
    ['10.0.0.13:40000', '10.0.0.13'],
    ['10.0.0.13', '10.0.0.13'],
    ['[fd00:1234:5678::5a24]:43000', 'fd00:1234:5678::5a24'],
    ['fd00:1234:5678::5a24', 'fd00:1234:5678::5a24'],
    ['fd00:1234:5678::5', 'fd00:1234:5678::5'],
    ['::1', '::1'],
  ])('of Envoy has the client %s as %s', (address, ip) => {
    const line = ENVOY.replace('10.0.0.13:40000', address);
    const {outcomes} = parseLines(jsonFormat('envoy'), [line, line], {columns: ['key']});
    expect(outcomes).toEqual([0, 1].map(() => expect.objectContaining({values: {key: ip}})));
  });

  test('of Envoy may hold lines of its text format, which are bad', () => {
    const text = '2026-01-24T01:34:36.743Z stdout F [2026-01-24T01:34:36.743Z] "GET /test HTTP/1.1" 200 -';
    expect(parseLines(jsonFormat('envoy'), [text], {columns: ['key']}).outcomes[0]).toMatchObject({
      kind: 'bad',
    });
  });

  test('keys by a mapping, or by a member of that name', () => {
    expect(
      parseLines(jsonFormat('traefik'), [TRAEFIK], {columns: ['key'], map: ['key=RequestHost']}).outcomes[0],
    ).toMatchObject({values: {key: 'h'}});
    expect(
      parseLines(jsonFormat('traefik'), [TRAEFIK.replace('{', '{"key":"own",')], {columns: ['key']})
        .outcomes[0],
    ).toMatchObject({values: {key: 'own'}});
  });

  test('without an address has no key, and not one for all', () => {
    const line = NGINX.replace('"remote_addr":"10.0.0.1"', '"remote_addr":"-"');
    const {outcomes, notes} = parseLines(jsonFormat('nginx-json'), [line, NGINX, line], {columns: ['key']});
    expect(outcomes.map((outcome) => (outcome.kind === 'request' ? outcome.values : outcome))).toEqual([
      {},
      {key: '10.0.0.1'},
      {},
    ]);
    expect(notes).not.toContain('no key or client address: every request belongs to the key "all"');
  });
});

test('every format names itself once, and says what it can be asked for', () => {
  expect(jsonFormats.map(({name}) => name)).toEqual([
    'ndjson',
    'json',
    'caddy',
    'traefik',
    'envoy',
    'cloudflare',
    'nginx-json',
  ]);
  for (const {attributes} of jsonFormats) expect(attributes).toContain('*');
});
