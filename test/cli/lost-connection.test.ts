/** A connection that breaks after a change was made: what was done is not claimed to be undone, and the same command again ends it. */
import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, inject, test} from 'vitest';
import {readDegradation} from '../../src/store/control-document.ts';
import {openStore} from '../../src/store/open-store.ts';
import {listOverrides} from '../../src/store/override-document.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {listBreakers} from '../../src/store/stored-breaker.ts';
import {listPools} from '../../src/store/stored-pool.ts';
import {LOAD_POLICY, lease, poolState, putPool} from '../operate/load-state.ts';
import {breakerState, putBreaker} from '../operate/section-state.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type Answer, type LiveCli, liveCli} from './live-cli.ts';
import {relay} from './relay.ts';

interface Scene {
  run(...args: readonly string[]): Promise<Answer>;
  /** Over a connection of its own, which does not break. */
  with<T>(use: (store: Store) => Promise<T>): Promise<T>;
  /** From here on a connection breaks in place of passing this on. */
  breakAt(text: RegExp): void;
  /** Nothing breaks any more. */
  mend(): void;
}

const scene = async (): Promise<Scene> => {
  let at: RegExp | undefined;
  const port = await relay((request) => at?.test(request) === true);
  const prefix = `t${randomUUID().slice(0, 8)}`;
  const cli: LiveCli = liveCli(
    {RATECTL_STORE: `redis://127.0.0.1:${port}?prefix=${prefix}`},
    {'ratectl.yaml': LOAD_POLICY},
  );
  return {
    run: (...args) => cli.run(...args),
    async with(use) {
      const target = parseStoreUrl(`${inject('redisUrl')}?prefix=${prefix}`, {name: 'test'});
      const store = await openStore(target, {access: 'write'});
      return use(store).finally(() => store.close());
    },
    breakAt(text) {
      at = text;
    },
    mend() {
      at = undefined;
    },
  };
};

const WHY = ['--reason', 'a test'] as const;
const SET = ['override', 'set', 'per-ip/203.0.113.7', '--block', ...WHY] as const;
const MODE = ['degrade', 'set', 'shed-low', '--yes', ...WHY] as const;

const CHANGES: readonly {
  readonly args: readonly string[];
  readonly before?: (one: Scene) => Promise<unknown>;
  readonly isDone: (store: Store) => Promise<boolean>;
}[] = [
  {args: SET, isDone: async (store) => (await listOverrides(store)).length === 1},
  {
    args: ['override', 'rm', 'per-ip/203.0.113.7', ...WHY],
    before: (one) => one.run(...SET),
    isDone: async (store) => (await listOverrides(store)).length === 0,
  },
  {args: MODE, isDone: async (store) => (await readDegradation(store)).manual?.mode === 'shed-low'},
  {
    args: ['degrade', 'clear', ...WHY],
    before: (one) => one.run(...MODE),
    isDone: async (store) => (await readDegradation(store)).manual === undefined,
  },
  {
    args: ['reset', '--pool', 'api', '--yes', ...WHY],
    before: (one) =>
      one.with(async (store) =>
        putPool(store, 'api', poolState({leases: [lease(1, await store.now(), 'acme')]})),
      ),
    isDone: async (store) => (await listPools(store))[0]?.state.leases.length === 0,
  },
  {
    args: ['reset', '--breaker', 'database', '--yes', ...WHY],
    before: (one) =>
      one.with(async (store) =>
        putBreaker(store, 'database', breakerState({kind: 'open', failures: 5, openedAt: await store.now()})),
      ),
    isDone: async (store) => (await listBreakers(store))[0]?.state.kind === 'closed',
  },
];

/** How the generation grows. */
const ANNOUNCEMENT = /\bincr\r/i;

describe.each(CHANGES.map((change) => [change.args.slice(0, 3).join(' '), change] as const))(
  'ratectl %s, and the connection breaks before applications are told',
  (_, {args, before, isDone}) => {
    test('says that it is done and what is not, ends with 6, and the same command again tells them', async () => {
      const one = await scene();
      await before?.(one);
      const told = await one.with((store) => store.generation());
      one.breakAt(ANNOUNCEMENT);
      const {code, out, err} = await one.run(...args, '--json');
      expect([code, err]).toEqual([
        6,
        expect.stringMatching(
          /^warning: it is changed, but running applications were not told \(.*\): run the same command again/m,
        ),
      ]);
      const {warnings} = JSON.parse(out) as {readonly warnings: readonly string[]};
      expect(warnings).toContainEqual(expect.stringContaining('were not told'));
      expect(await one.with(isDone)).toBe(true);
      expect(await one.with((store) => store.generation())).toBe(told);
      one.mend();
      expect((await one.run(...args)).code).toBe(0);
      expect(await one.with((store) => store.generation())).toBeGreaterThan(told);
    });
  },
);

describe('the breakers of many keys, and the connection breaks between them', () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/reset-breaker.schema.json'), 'utf8'),
  ) as Readonly<Record<string, unknown>>;
  const KEYS = ['a', 'b', 'c', 'd'];
  const opened = async (): Promise<Scene> => {
    const one = await scene();
    await one.with(async (store) => {
      const openedAt = await store.now();
      for (const key of KEYS)
        await putBreaker(store, `abuse ${key}`, breakerState({kind: 'open', failures: 20, openedAt}));
    });
    return one;
  };
  const openIn = (one: Scene): Promise<number> =>
    one.with(async (store) => (await listBreakers(store)).filter(({state}) => state.kind === 'open').length);
  const RESET = ['reset', '--breaker', 'abuse', '--yes', ...WHY] as const;

  test('those that are closed are counted, it ends with 6, and the same command again does the rest', async () => {
    const one = await opened();
    one.breakAt(/abuse c/);
    const {code, out} = await one.run(...RESET, '--json');
    const answer = JSON.parse(out) as {readonly data: {readonly keys: number}};
    expect(code).toBe(6);
    expect(schemaErrors(schema, answer)).toEqual([]);
    expect(answer.data).toMatchObject({
      complete: false,
      error: expect.stringContaining('the connection was lost'),
    });
    expect(answer.data.keys).toBeGreaterThan(0);
    expect(await openIn(one)).toBe(KEYS.length - answer.data.keys);
    one.mend();
    const again = await one.run(...RESET);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('closed for')]);
    expect(await openIn(one)).toBe(0);
  });

  test('the journal has the run from its beginning', async () => {
    const one = await opened();
    one.breakAt(/abuse c/);
    await one.run(...RESET);
    const [entry] = await one.with((store) => store.latest('audit', 1));
    expect(entry!.value).toMatchObject({
      action: 'breaker-reset-started',
      by: 'ada',
      target: 'abuse',
      keys: KEYS.length,
      why: 'a test',
    });
  });
});

test.each([
  [['override', 'rm', 'per-ip/203.0.113.7']],
  [['degrade', 'clear', ...WHY]],
  [['reset', '--pool', 'api', '--yes', ...WHY]],
  [['reset', '--breaker', 'database', '--yes', ...WHY]],
])('%j, where nothing has to be changed, claims no change when the connection breaks', async (args) => {
  const one = await scene();
  one.breakAt(ANNOUNCEMENT);
  const {code, out, err} = await one.run(...args);
  expect([code, out, err]).toEqual([3, '', expect.stringContaining('the connection was lost')]);
});
