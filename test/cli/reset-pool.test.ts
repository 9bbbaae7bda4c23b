import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {freeSlots} from '../../src/operate/reset/free-slots.ts';
import {listPools} from '../../src/store/stored-pool.ts';
import type {PoolResetReport} from '../../src/view/model/reset-report.ts';
import {LiveState, NOON} from '../operate/live-state.ts';
import {LOAD_POLICY, lease, poolState, putPool, waiter} from '../operate/load-state.ts';
import {MINUTE} from '../support/instants.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {unsafeIn} from '../view/unsafe.ts';
import {type LiveCli, liveCli} from './live-cli.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/reset-pool.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

const held = async (name = 'api'): Promise<LiveCli> => {
  const cli = liveCli({}, {'ratectl.yaml': LOAD_POLICY});
  await cli.with(async (store) => {
    const now = await store.now();
    // They hold, and wait, for as long as the test takes.
    const until = now + 10 * MINUTE;
    const leases = [lease(7, now, 'acme', {until}), lease(9, now, 'bcme', {until})];
    const waiting = [waiter(1, now, '', {until, seen: until})];
    await putPool(store, name, poolState({leases, waiting, lastToken: 11}));
  });
  return cli;
};

const stateOf = (cli: LiveCli, name = 'api') =>
  cli.with(async (store) => (await listPools(store)).find((one) => one.name === name)!.state);

const WHY = ['--reason', 'the node is gone'];

test('frees the slots, keeps who waits and the last token, tells the applications and the journal', async () => {
  const cli = await held();
  const before = await cli.with((store) => store.generation());
  const {code, out} = await cli.run('reset', '--pool', 'api', '--yes', ...WHY);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^ {2}pool +api · 2 slots freed\n {2}held +acme since .* · bcme since [\s\S]* {2}waiting +1, who go next/,
  );
  expect(await stateOf(cli)).toMatchObject({leases: [], waiting: [{id: 'waiter-1'}], lastToken: 11});
  await cli.with(async (store) => {
    expect(await store.generation()).toBeGreaterThan(before);
    const [entry] = await store.latest('audit', 1);
    expect(entry!.value).toMatchObject({
      action: 'pool-reset',
      target: 'api',
      keys: 2,
      why: 'the node is gone',
      note: '2 slots freed',
    });
  });
});

test('a dry run says the same, and frees nothing', async () => {
  const cli = await held();
  const {code, out} = await cli.run('reset', '--pool', 'api', '-n', '--json');
  const answer = JSON.parse(out) as {readonly data: PoolResetReport};
  expect(schemaErrors(schema, answer)).toEqual([]);
  expect([code, answer.data]).toEqual([
    0,
    expect.objectContaining({dryRun: true, slots: 2, waiting: 1, changed: true}),
  ]);
  expect((await stateOf(cli)).leases).toHaveLength(2);
});

test.each([
  ['nobody to ask', [...WHY], 4, '--yes is required'],
  ['another number', ['--confirm', '3', ...WHY], 4, 'expected 2'],
  ['no reason', ['--yes'], 2, '--reason is required for the slots of a pool'],
  ['a key beside it', ['per-ip/a', '--yes', ...WHY], 2, 'run the command twice: keys and pools apart'],
  ['a queue beside it', ['--queue', 'q', '--yes', ...WHY], 2, 'cannot be used with'],
])('%s is refused, and nothing is freed', async (_, args, exit, message) => {
  const cli = await held();
  const {code, err} = await cli.run('reset', '--pool', 'api', ...args);
  expect([code, err]).toEqual([exit, expect.stringContaining(message)]);
  expect((await stateOf(cli)).leases).toHaveLength(2);
});

test('an unknown name is refused, with the one that was meant', async () => {
  const {code, err} = await (await held()).run('reset', '--pool', 'apu', '--yes', ...WHY);
  expect([code, err]).toEqual([2, expect.stringMatching(/unknown pool "apu" \(did you mean "api"\?\)/)]);
});

test('one whose slots are all free has nothing to reset: exit 7 when that was asked for', async () => {
  const cli = await held();
  const args = ['reset', '--pool', 'exports', '--yes', ...WHY];
  expect((await cli.run(...args)).out).toContain('nothing to reset');
  expect((await cli.run(...args, '--fail-empty')).code).toBe(7);
});

test('also one that no policy knows, whatever its name', async () => {
  const name = 'a\u001b]0;x\u0007\u202e b';
  const cli = await held(name);
  const {code, out} = await cli.run('reset', '--pool', name, '--yes', ...WHY);
  expect(code).toBe(0);
  expect(unsafeIn(out)).toBeUndefined();
  expect((await stateOf(cli, name)).leases).toEqual([]);
});

test('what was given to others since it was looked at stays theirs', async () => {
  const {store} = new LiveState();
  const seen = [lease(1, NOON), lease(2, NOON)];
  await putPool(store, 'api', poolState({leases: [seen[1]!, lease(3, NOON)]}));
  expect(await freeSlots(store, 'api', seen)).toBe(1);
  expect(await listPools(store)).toMatchObject([{state: {leases: [{token: 3}]}}]);
  expect(await freeSlots(store, 'none', seen)).toBe(0);
});
