import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {existsSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store, StoredRow} from '../../src/store/port.ts';
import {POLICY, usedRow} from '../cli/live-cli.ts';
import {startRedis} from '../support/servers/redis-server.ts';
import {BIN, folderWith, ratectl} from './command.ts';

const MANY = 20_000;
const NEIGHBOURS = [
  ['per-plan', 'k1', 'free'],
  ['per-plan', 'k1', 'pro'],
  ['per-ip2', 'k1', ''],
  ['per', 'ip/k1', ''],
  ['per-ip', 'other', ''],
  ['per-ip', '*', ''],
  ['per-ip', 'K1', ''],
  ['per-ip', '\u001b[2J\n', ''],
  ['per-ip', 'x'.repeat(65_536), ''],
] as const;

/** A place for state that nobody else uses, and a folder to work in. */
interface Place {
  readonly cwd: string;
  readonly url: string;
}

const withStore = async <T>({cwd, url}: Place, use: (store: Store) => Promise<T>): Promise<T> => {
  const target = parseStoreUrl(url, {folder: cwd, env: {}, name: 'test'});
  const store = await openStore(target, {access: 'write'});
  try {
    return await use(store);
  } finally {
    await store.close();
  }
};

const fill = (place: Place, many: number): Promise<void> =>
  withStore(place, async (store) => {
    // Every row ends at about a whole ten minutes: `contentOf` rounds to them.
    const {now: clock} = await store.facts();
    const now = clock - (clock % 600e6);
    const rows: StoredRow[] = NEIGHBOURS.map(([limit, key, tier]) => usedRow(limit, key, now, tier));
    for (let i = 0; i < many; i++) rows.push(usedRow('per-ip', `k${i}`, now + i));
    for (let i = 0; i < rows.length; i += 500)
      await store.change(
        rows.slice(i, i + 500).map((row) => ({address: row.address, expected: 'any', next: row})),
      );
  });

/** All rows by address. When they end is compared roughly: stores keep it with unlike precision. */
const contentOf = (place: Place): Promise<ReadonlyMap<string, string>> =>
  withStore(place, async (store) => {
    const content = new Map<string, string>();
    for await (const {rows} of store.scan({keys: {kind: 'all'}}))
      for (const row of await store.read(rows.map(({address}) => address)))
        if (row !== undefined) {
          const {address, words, expiresAt} = row;
          content.set(
            JSON.stringify([address.limit, address.key, address.tier]),
            JSON.stringify([address.shape, words, Math.round(expiresAt / 600e6)]),
          );
        }
    return content;
  });

const isMeant = (id: string): boolean => id.startsWith('["per-ip","k');

const receiptsIn = (cwd: string): readonly string[] => {
  const folder = join(cwd, '.ratectl', 'receipts');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
};

/** Starts a reset and kills it with SIGKILL once its receipt is so large. `false`: it had ended before that was seen. */
const killedReset = async ({cwd, url}: Place, bytes: number): Promise<boolean> => {
  const args = ['reset', '--prefix', 'per-ip/k', '--yes', '--reason', 'a test', '--store', url];
  const child = spawn(process.execPath, [BIN, ...args], {cwd, stdio: 'ignore'});
  const exited = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal));
  });
  while (child.exitCode === null && !receiptsIn(cwd).some((path) => statSync(path).size > bytes))
    await sleep(2);
  child.kill('SIGKILL');
  return (await exited) === 'SIGKILL';
};

const PLACES: readonly (readonly [string, (cwd: string) => string])[] = [
  ['SQLite', (cwd) => `sqlite:${join(cwd, 'state.db')}`],
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`],
];

describe.each(PLACES)('a reset in %s that is killed in the middle', (_, urlIn) => {
  /** A place with a reset that was killed in the middle, and what there was before it. */
  const killed = async () => {
    for (let tries = 1; ; tries++) {
      const cwd = folderWith({'ratectl.yaml': POLICY});
      const place = {cwd, url: urlIn(cwd)};
      await fill(place, MANY);
      const before = await contentOf(place);
      expect(before.size).toBe(MANY + NEIGHBOURS.length);
      if (await killedReset(place, 400_000)) return {place, before};
      expect(tries, 'it was never killed in the middle').toBeLessThan(10);
    }
  };

  test('is finished by running it again, and undone by its receipts', {timeout: 240_000}, async () => {
    const {place, before} = await killed();
    const {cwd} = place;
    const halfway = await contentOf(place);
    const left = [...halfway.keys()].filter(isMeant).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(MANY);

    const again = await ratectl(
      ['reset', '--prefix', 'per-ip/k', '--yes', '--reason', 'a test', '--store', place.url, '--json'],
      {cwd},
    );
    expect(again.code, again.err).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({data: {keys: left, failed: 0, complete: true}});
    const neighbours = new Map([...before].filter(([id]) => !isMeant(id)));
    expect(await contentOf(place)).toEqual(neighbours);

    const receipts = receiptsIn(cwd).filter((path) => path.includes('reset-'));
    expect(receipts).toHaveLength(2);
    for (const receipt of receipts) {
      const undone = await ratectl(
        ['reset', '--undo', receipt, '--yes', '--reason', 'a test', '--store', place.url],
        {cwd},
      );
      expect(undone.code, undone.err).toBe(0);
    }
    expect(await contentOf(place)).toEqual(before);
    const audit = await ratectl(['audit', '--store', place.url, '-o', 'jsonl'], {cwd});
    const actions = audit.out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as {action: string}).action);
    expect(actions.reverse()).toEqual([
      'reset-started',
      'reset-started',
      'reset',
      'undo-started',
      'undo',
      'undo-started',
      'undo',
    ]);
  });
});

/** Runs in a terminal of its own and types each answer when its question is there. */
const inTerminal = (
  {cwd, url}: Place,
  args: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
): Promise<{readonly code: number | null; readonly screen: string}> =>
  new Promise((resolve, reject) => {
    const words = [process.execPath, BIN, ...args, '--store', url].map((word) => `'${word}'`);
    const child = spawn('script', ['-qec', words.join(' '), '/dev/null'], {
      cwd,
      env: {...process.env, NO_COLOR: '1', COLUMNS: '60'},
    });
    let screen = '';
    const open = [...answers];
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      const [question, answer] = open[0] ?? ['', undefined];
      if (answer === undefined || !screen.includes(question)) return;
      open.shift();
      child.stdin.write(answer);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({code, screen}));
  });

test('a receipt whose disk is full ends the run: what was done is told, exit 6, and undone', {
  timeout: 60_000,
}, async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const place = {cwd: folderWith({'ratectl.yaml': POLICY}), url: server.url};
  await fill(place, 3_000);
  const before = await contentOf(place);
  const args = ['reset', '--prefix', 'per-ip/k', '--yes', '--reason', 'x', '--receipt', 'r.jsonl', '--json'];
  // No file may grow beyond 200 KiB: as on a full disk, a line can be cut in two.
  const command = ['-c', 'ulimit -f 200 && exec "$@"', 'bash', process.execPath, BIN, ...args];
  const child = spawn('bash', [...command, '--store', place.url], {
    cwd: place.cwd,
    env: {...process.env, HOME: place.cwd, NODE_DISABLE_COMPILE_CACHE: '1'},
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const {keys, complete, error} = (JSON.parse(out) as {data: Record<string, unknown>}).data;
  expect({code, complete}).toEqual({code: 6, complete: false});
  expect(keys).toBeGreaterThan(0);
  expect(error).toContain('cannot write "r.jsonl"');
  expect(before.size - (await contentOf(place)).size).toBe(keys);
  const undo = ['reset', '--undo', 'r.jsonl', '--yes', '--reason', 'back', '--store', place.url];
  expect((await ratectl(undo, {cwd: place.cwd, env: {HOME: place.cwd}})).code).toBe(0);
  expect(await contentOf(place)).toEqual(before);
  const planned = ['reset', '--all', '--plan-out', 'p/none.jsonl', '--store', place.url];
  expect((await ratectl(planned, {cwd: place.cwd})).code).toBe(2);
});

describe('on a terminal', {timeout: 60_000}, () => {
  const ready = async (): Promise<Place> => {
    const cwd = folderWith({'ratectl.yaml': POLICY});
    const place = {cwd, url: `sqlite:${join(cwd, 'state.db')}`};
    await fill(place, 12);
    return place;
  };

  test('one key is reset after a yes, within 60 columns', async () => {
    const place = await ready();
    const question = 'reset this key? [y/N] ';
    const {code, screen} = await inTerminal(place, ['reset', 'per-ip/k1'], [[question, 'y\r']]);
    expect(code, screen).toBe(0);
    expect(screen).toContain('1 key reset');
    expect(screen).not.toContain('\u001b');
    expect(Math.max(...screen.split(/\r?\n/).map((line) => line.length))).toBeLessThanOrEqual(
      Math.max(60, place.url.length + 13),
    );
    expect((await contentOf(place)).has('["per-ip","k1",""]')).toBe(false);
  });

  test.each([
    ['no', 'n\r', 4],
    ['Ctrl-D', '\u0004', 4],
    ['Ctrl-C', '\u0003', 130],
  ])('%s changes nothing', async (_, answer, exit) => {
    const place = await ready();
    const before = await contentOf(place);
    const {code} = await inTerminal(place, ['reset', 'per-ip/k1'], [['[y/N] ', answer]]);
    expect(code).toBe(exit);
    expect(await contentOf(place)).toEqual(before);
    expect(receiptsIn(place.cwd)).toEqual([]);
  });

  test('several keys want their number', async () => {
    const place = await ready();
    const args = ['reset', '--prefix', 'per-ip/k', '--reason', 'x'];
    const wrong = await inTerminal(place, args, [['type 12 to reset these 12 keys: ', 'y\r']]);
    expect(wrong.code).toBe(4);
    const right = await inTerminal(place, args, [['type 12 to reset these 12 keys: ', '12\r']]);
    expect(right.code, right.screen).toBe(0);
    expect((await contentOf(place)).size).toBe(NEIGHBOURS.length);
  });
});
