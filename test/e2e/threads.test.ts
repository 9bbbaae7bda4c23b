import {createWriteStream} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {finished} from 'node:stream/promises';
import {expect, it} from 'vitest';
import {folderWith, policyOf, ratectl} from './command.ts';

const BLOCK = 2 << 20;

/** Some 36 MB: enough for threads. Long lines, bad lines, blank lines and lines across the ends of blocks among them. */
const writeTrace = async (path: string): Promise<void> => {
  const file = createWriteStream(path);
  let bytes = 0;
  const put = (line: string): void => {
    file.write(line);
    bytes += line.length;
  };
  for (let i = 0; bytes < 18 * BLOCK; i++) {
    const key = `10.0.${i % 7}.${(i * i) % 251}`;
    const time = new Date(1_700_000_000_000 + Math.floor(i / 40) * 1000 - (i % 997 === 0 ? 5000 : 0));
    const stamp = `${time.toISOString().slice(8, 10)}/Nov/2023:${time.toISOString().slice(11, 19)} +0000`;
    if (i % 5003 === 0) put(i % 2 === 0 ? 'not a log line\n' : '\r\n');
    else if (i === 70_000) put(`${'x'.repeat(3 * BLOCK)}\n`);
    else put(`${key} - - [${stamp}] "GET /${'p'.repeat(i % 90)} HTTP/1.1" 200 ${i}\r\n`);
  }
  put('10.0.0.1 - - [15/Nov/2023:00:00:00 +0000] "GET / HTTP/1.1" 200 1');
  file.end();
  await finished(file);
};

/** Some 34 MB of JSON: so many short lines to a block that batches grow, and keys of several lengths. */
const writeShortLines = async (path: string): Promise<void> => {
  const file = createWriteStream(path);
  for (let i = 0, bytes = 0; bytes < 34 << 20; ) {
    const lines: string[] = [];
    for (let to = i + 10_000; i < to; i++) {
      const key = i % 97 === 0 ? `${'k'.repeat(i % 300)}${i % 11}` : `${(i * i) % 4001}`;
      lines.push(i % 10_007 === 0 ? '{"t":}' : `{"t":${1_700_000_000 + Math.floor(i / 500)},"key":"${key}"}`);
    }
    const text = `${lines.join('\n')}\n`;
    bytes += text.length;
    file.write(text);
  }
  file.end();
  await finished(file);
};

const PER_KEY = policyOf(
  '{name: per-ip, key: "{ip}", rate: 1/s, burst: 3}',
  '  - {name: quota, key: "{key}", algorithm: sliding-log, limit: 50, window: 1m}\n',
);
const MIXED = policyOf(
  '{name: per-ip, key: "{ip}", rate: 1/s, burst: 3}',
  '  - {name: all, key: everybody, rate: 30/s}\n',
);

it('gives the same report whatever the number of threads', {timeout: 300_000}, async () => {
  const cwd = folderWith({
    'per-key.yaml': PER_KEY,
    'mixed.yaml': MIXED,
    'before.yaml': policyOf('{name: w, key: "{key}", algorithm: fixed-window, limit: 9, window: 10s}'),
  });
  await writeTrace(join(cwd, 'access.log'));
  const env = {SOURCE_DATE_EPOCH: '0'};
  for (const args of [
    ['-p', 'per-key.yaml'],
    ['-p', 'per-key.yaml', '--against', 'before.yaml'],
    ['-p', 'mixed.yaml'],
  ]) {
    const run = (workers: number) =>
      ratectl(['simulate', 'access.log', ...args, '--json', '--workers', String(workers)], {cwd, env});
    const alone = await run(0);
    expect(alone.code).toBe(0);
    expect(JSON.parse(alone.out).data.trace.skipped).toBeGreaterThan(10);
    for (const workers of [1, 2, 3]) {
      const threaded = await run(workers);
      expect(threaded.out).toBe(alone.out);
      expect(threaded.err).toBe(alone.err);
    }
  }
  const decisions = async (workers: number): Promise<Buffer> => {
    await ratectl(
      [
        'simulate',
        'access.log',
        '-p',
        'per-key.yaml',
        '--decisions',
        `d${workers}`,
        '--workers',
        String(workers),
      ],
      {cwd},
    );
    return readFile(join(cwd, `d${workers}`));
  };
  expect((await decisions(3)).equals(await decisions(0))).toBe(true);
});

it('gives the same report of short lines, whatever the number of threads', {timeout: 300_000}, async () => {
  const cwd = folderWith({
    'policy.yaml': policyOf('{name: w, key: "{key}", algorithm: fixed-window, limit: 9, window: 10s}'),
  });
  await writeShortLines(join(cwd, 'short.ndjson'));
  const env = {SOURCE_DATE_EPOCH: '0'};
  const run = (workers: number) =>
    ratectl(
      [
        'simulate',
        'short.ndjson',
        '-p',
        'policy.yaml',
        '--time-unit',
        's',
        '--json',
        '--workers',
        `${workers}`,
      ],
      {cwd, env},
    );
  const alone = await run(0);
  expect(alone.code).toBe(0);
  expect(JSON.parse(alone.out).data.trace.skipped).toBeGreaterThan(10);
  for (const workers of [2, 5]) expect(await run(workers)).toEqual(alone);
});
