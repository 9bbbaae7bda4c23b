/**
 * What a Node user writes today: readline, a regular expression or JSON.parse, and rate-limiter-flexible with its clock set
 * to the time of the line. 10 per second per key, window from the first hit. Prints one JSON line.
 *
 *   node test/bench/readline-replay.ts FILE combined|ndjson
 */
import {createReadStream} from 'node:fs';
import {createInterface} from 'node:readline';
import {RateLimiterMemory} from 'rate-limiter-flexible';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const CLF = /^(\S+) \S+ .*? ?\[(\d+)\/(\w+)\/(\d+):(\d+):(\d+):(\d+) ([+-]\d\d)(\d\d)\]/;

const [path = '', format = ''] = process.argv.slice(2);
let now = 0;
Date.now = () => now;
// The limiter forgets keys by timers of real time; the trace runs faster. Its own comparison with Date.now() is what decides.
globalThis.setTimeout = (() => ({unref: () => undefined})) as unknown as typeof setTimeout;
globalThis.clearTimeout = () => undefined;

const limiter = new RateLimiterMemory({points: 10, duration: 1});
const started = process.hrtime.bigint();
let requests = 0;
let denied = 0;

const parseCombined = (line: string): {ts: number; key: string} | undefined => {
  const match = CLF.exec(line);
  if (match === null) return undefined;
  const [, key = '', day, month = '', year, hour, minute, second] = match;
  return {
    key,
    ts: Date.UTC(
      Number(year),
      MONTHS.indexOf(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    ),
  };
};

for await (const line of createInterface({input: createReadStream(path, {highWaterMark: 1 << 20})})) {
  const request =
    format === 'combined' ? parseCombined(line) : (JSON.parse(line) as {ts: number; key: string});
  if (request === undefined) continue;
  now = request.ts;
  requests++;
  try {
    await limiter.consume(request.key);
  } catch {
    denied++;
  }
}

const seconds = Number(process.hrtime.bigint() - started) / 1e9;
process.stdout.write(
  `${JSON.stringify({seconds, requests, denied, maxRssBytes: process.resourceUsage().maxRSS * 1024})}\n`,
);
