import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {BIN, folderWith, ratectl} from '../e2e/command.ts';
import {enqueue, TOKEN_POLICY} from '../operate/section-state.ts';

const MANY = 20_000;
/** Items of a step: what a kill in the middle may leave in doubt. */
const STEP = 100;

const PLACES: readonly (readonly [string, (cwd: string) => string])[] = [
  ['SQLite', (cwd) => `sqlite:${join(cwd, 'state.db')}`],
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`],
];

const receiptsIn = (cwd: string): readonly string[] => {
  const folder = join(cwd, '.ratectl', 'receipts');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
};

describe.each(PLACES)('a queue in %s, and a command that is killed in the middle', (_, urlIn) => {
  const scene = async () => {
    const cwd = folderWith({'ratectl.yaml': TOKEN_POLICY});
    const url = urlIn(cwd);
    const withStore = async <T>(use: (store: Store) => Promise<T>): Promise<T> => {
      const target = parseStoreUrl(url, {folder: cwd, env: {}, name: 'test'});
      const store = await openStore(target, {access: 'write'});
      return use(store).finally(() => store.close());
    };
    await withStore(async (store) => {
      for (let from = 0; from < MANY; from += 1_000)
        await enqueue(
          store,
          'calls',
          Array.from({length: 1_000}, (_one, n) => ['normal', from + n] as const),
        );
    });
    return {
      cwd,
      url,
      waiting: () =>
        withStore(async (store) =>
          (await store.items('calls', 'waiting', 2 * MANY)).map(({payload}) => payload as number),
        ),
      run: (...args: readonly string[]) =>
        ratectl(['reset', ...args, '--yes', '--reason', 'a test', '--json', '--store', url], {cwd}),
      /** Starts the command and kills it once `isTime`. `false`: it had ended before that was seen. */
      kill: async (isTime: () => boolean, ...args: readonly string[]): Promise<boolean> => {
        const words = ['reset', ...args, '--yes', '--reason', 'a test', '--store', url];
        const child = spawn(process.execPath, [BIN, ...words], {cwd, stdio: 'ignore'});
        const exited = new Promise<NodeJS.Signals | null>((resolve) => {
          child.on('exit', (_code, signal) => resolve(signal));
        });
        while (child.exitCode === null && !isTime()) await sleep(1);
        child.kill('SIGKILL');
        return (await exited) === 'SIGKILL';
      },
    };
  };

  /** A scene in which the command was killed in the middle. */
  const killed = async (begin: (place: Awaited<ReturnType<typeof scene>>) => Promise<boolean>) => {
    for (let tries = 1; ; tries++) {
      const place = await scene();
      if (await begin(place)) return place;
      expect(tries, 'it was never killed in the middle').toBeLessThan(10);
    }
  };

  test('no item is lost: the same command does the rest, and undo puts all back', {
    timeout: 300_000,
  }, async () => {
    const {cwd, waiting, run} = await killed((place) =>
      place.kill(
        () => receiptsIn(place.cwd).some((path) => statSync(path).size > 400_000),
        '--queue',
        'calls',
      ),
    );
    const left = (await waiting()).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(MANY);

    const again = await run('--queue', 'calls');
    expect(again.code, again.err).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({data: {items: left, complete: true}});
    expect(await waiting()).toEqual([]);

    // The newest first, so that what the first run had not taken out yet is there when its receipt is undone.
    for (const path of [...receiptsIn(cwd)].sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs))
      expect((await run('--undo', path)).code).toBe(0);
    const back = await waiting();
    expect(new Set(back).size).toBe(MANY);
    // In the second run's order: those in doubt of the first may be beyond what undo looks through.
    expect(back.length).toBeLessThanOrEqual(MANY + STEP);
  });

  test('an undo that is killed is finished by running it again', {timeout: 300_000}, async () => {
    const {cwd, waiting, run} = await killed(async (place) => {
      await place.run('--queue', 'calls');
      const [path] = receiptsIn(place.cwd);
      const restoredOnce = (): boolean => readFileSync(path!, 'utf8').split('{"restored"').length > 20;
      return place.kill(restoredOnce, '--undo', path!);
    });
    const [path] = receiptsIn(cwd);
    const halfway = (await waiting()).length;
    expect(halfway).toBeLessThan(MANY);
    expect((await run('--undo', path!)).code).toBe(0);
    const back = await waiting();
    expect(new Set(back).size).toBe(MANY);
    expect(back.length).toBeLessThanOrEqual(MANY + STEP);
  });
});

test('a receipt whose disk is full ends the run: what was done is told, exit 6, and undone', {
  timeout: 120_000,
}, async () => {
  const cwd = folderWith({'ratectl.yaml': TOKEN_POLICY});
  const url = `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`;
  const store = await openStore(parseStoreUrl(url, {folder: cwd, env: {}, name: 'test'}), {access: 'write'});
  onTestFinished(() => store.close());
  await enqueue(
    store,
    'calls',
    Array.from({length: 5_000}, (_one, n) => ['normal', n] as const),
  );
  const args = ['reset', '--queue', 'calls', '--yes', '--reason', 'x', '--receipt', 'r.jsonl', '--json'];
  // No file may grow beyond 200 KiB: as on a full disk, a line can be cut in two.
  const command = ['-c', 'ulimit -f 200 && exec "$@"', 'bash', process.execPath, BIN, ...args];
  const child = spawn('bash', [...command, '--store', url], {
    cwd,
    env: {...process.env, HOME: cwd, NODE_DISABLE_COMPILE_CACHE: '1'},
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const {items, complete, error} = (JSON.parse(out) as {data: Record<string, unknown>}).data;
  expect({code, complete}).toEqual({code: 6, complete: false});
  expect(items).toBeGreaterThan(0);
  expect(error).toContain('cannot write "r.jsonl"');
  const undone = await ratectl(['reset', '--undo', 'r.jsonl', '--yes', '--reason', 'back', '--store', url], {
    cwd,
  });
  expect(undone.code, undone.err).toBe(0);
  const back = (await store.items('calls', 'waiting', 10_000)).map(({payload}) => payload);
  expect(new Set(back).size).toBe(5_000);
  expect(back).toHaveLength(5_000);
});
