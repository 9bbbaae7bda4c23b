import {describe, expect, test} from 'vitest';
import {detected, formatNamed} from './parse-lines.ts';

const TIME = '[14/Nov/2023:22:14:00 +0000]';

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  common: [
    `1.2.3.4 - - ${TIME} "GET / HTTP/1.1" 200 1`,
    `host.example.com - - ${TIME} "GET /a HTTP/1.0" 304 -`,
  ],
  combined: [
    `1.2.3.4 - - ${TIME} "GET / HTTP/1.1" 200 1 "-" "curl/8"`,
    `::1 - bob ${TIME} "-" 408 0 "-" "-"`,
  ],
  vhost: [
    `www.example.com:80 1.2.3.4 - - ${TIME} "GET / HTTP/1.1" 200 1 "-" "curl/8"`,
    `example.com ::1 - - ${TIME} "GET / HTTP/1.1" 200 1 "-" "curl/8"`,
  ],
  alb: [
    'http 2023-11-14T22:14:00.186641Z app/lb/50dc 192.0.2.1:2817 10.0.0.1:80 0.1 0.2 0.3 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7" - - arn "Root=1" "-" "-" 0 2023-11-14T22:13:59.364000Z "forward" "-" "-"',
  ],
  cloudfront: [
    '#Version: 1.0',
    '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query',
    '2023-11-14\t22:14:00\tFRA50\t703\t192.0.2.1\tGET\td1.cloudfront.net\t/a\t200\t-\tcurl\t-',
  ],
  w3c: [
    '#Software: Microsoft Internet Information Services 10.0',
    '#Fields: date time s-ip cs-method cs-uri-stem c-ip sc-status',
    '2023-11-14 22:14:00 10.0.0.1 GET /a 192.0.2.1 200',
  ],
  haproxy: [
    'Nov 14 22:14:00 lb haproxy[7]: Proxy web started.',
    'Nov 14 22:14:00 lb haproxy[7]: 192.0.2.1:53332 [14/Nov/2023:22:14:00.143] web~ app/s1 0/0/7/14/21 200 113 - - ---- 2/1/0/0/0 0/0 "GET / HTTP/1.1"',
  ],
  ltsv: [`time:${TIME}\thost:192.0.2.1\treq:GET / HTTP/1.1\tstatus:200\tsize:5`],
  s3: [
    `79a5 bucket ${TIME} 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.OBJECT photos/a.jpg "GET /bucket/photos/a.jpg HTTP/1.1" 200 - 113 113 7 5 "-" "S3Console/0.4" -`,
  ],
};

describe('the format of a text log is found from its lines', () => {
  test.each(Object.entries(SAMPLES))('%s', (name, lines) => {
    expect(detected(lines)).toEqual({name, score: expect.closeTo(1, 0)});
  });

  test.each(Object.entries(SAMPLES))('no other format claims lines of %s as surely', (name, lines) => {
    const bytes = lines.map((line) => new TextEncoder().encode(line));
    const own = formatNamed(name).detect(bytes);
    for (const other of Object.keys(SAMPLES)) {
      if (other !== name) expect(formatNamed(other).detect(bytes)).toBeLessThan(own);
    }
  });

  test.each([
    ['JSON', ['{"ts":"2023-11-14T22:14:00Z","ip":"192.0.2.1"}']],
    ['CSV', ['time,ip,cost', '1700000040,192.0.2.1,3']],
    ['tab-separated values', ['host\tlogname\ttime', '192.0.2.1\t-\t1700000040']],
    [
      'an error log',
      ['2021/12/02 11:53:15 [error] 40#40: *4 limiting requests, excess: 5.428 by zone "z", client: ::1'],
    ],
    ['syslog', ['Nov 14 22:14:00 host sshd[12]: Accepted publickey for root']],
    ['nothing', []],
  ])('%s is none of them', (_, lines) => {
    expect(detected(lines)).toEqual({name: undefined, score: 0});
  });

  test('a few bad lines do not hide the format', () => {
    const {name, score} = detected([...SAMPLES['combined']!, ...SAMPLES['combined']!, 'garbage']);
    expect(name).toBe('combined');
    expect(score).toBeCloseTo(0.8);
  });
});
