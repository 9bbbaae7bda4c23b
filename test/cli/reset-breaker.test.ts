import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {listBreakers} from '../../src/store/stored-breaker.ts';
import type {BreakerResetReport} from '../../src/view/model/reset-report.ts';
import {LOAD_POLICY} from '../operate/load-state.ts';
import {breakerState, putBreaker, TOKEN_POLICY} from '../operate/section-state.ts';
import {MINUTE} from '../support/instants.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {unsafeIn} from '../view/unsafe.ts';
import {type LiveCli, liveCli} from './live-cli.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/reset-breaker.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

const opened = async (more: readonly string[] = []): Promise<LiveCli> => {
  const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
  await cli.with(async (store) => {
    const now = await store.now();
    for (const name of ['token:google', 'forgotten', ...more])
      await putBreaker(store, name, breakerState({kind: 'open', failures: 3, openedAt: now - MINUTE}));
  });
  return cli;
};

const kindOf = (cli: LiveCli, name: string): Promise<string | undefined> =>
  cli.with(async (store) => (await listBreakers(store)).find((one) => one.name === name)?.state.kind);

test('closes that breaker alone, tells the applications and the journals', async () => {
  const cli = await opened();
  const before = await cli.with((store) => store.generation());
  const {code, out} = await cli.run('reset', '--breaker', 'token:google', '--yes', '--reason', 'it is back');
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}breaker {2}token:google · closed\n {2}before {3}open, 3 failures in a row/);
  expect(await kindOf(cli, 'token:google')).toBe('closed');
  expect(await kindOf(cli, 'forgotten')).toBe('open');
  await cli.with(async (store) => {
    expect(await store.generation()).toBeGreaterThan(before);
    const [entry] = await store.latest('audit', 1);
    expect(entry!.value).toMatchObject({
      action: 'breaker-reset',
      by: 'ada',
      why: 'it is back',
      target: 'token:google',
      note: 'closed; was open after 3 failures in a row',
    });
    const [event] = await store.latest('events', 1);
    expect(event!.value).toMatchObject({kind: 'breaker-closed', subject: 'token:google'});
  });
});

test('also one that no policy knows, whatever its name', async () => {
  const name = 'a\u001b]0;x\u0007\u202e b';
  const cli = await opened([name]);
  const {code, out} = await cli.run('reset', '--breaker', name, '--yes');
  expect(code).toBe(0);
  expect(unsafeIn(out)).toBeUndefined();
  expect(await kindOf(cli, name)).toBe('closed');
});

test('an unknown name is refused, with the one that was meant', async () => {
  const cli = await opened();
  const {code, err} = await cli.run('reset', '--breaker', 'token:googel', '--yes');
  expect(code).toBe(2);
  expect(err).toMatch(
    /unknown breaker "token:googel" \(did you mean "token:google"\?\)[\s\S]*breakers are "provider", /,
  );
});

test('a dry run changes nothing', async () => {
  const cli = await opened();
  const {code, out} = await cli.run('reset', '--breaker', 'token:google', '-n');
  expect([code, out]).toEqual([0, expect.stringContaining('dry run: nothing was changed')]);
  expect(await kindOf(cli, 'token:google')).toBe('open');
});

test('one that is closed has nothing to reset: exit 7 when that was asked for', async () => {
  const cli = await opened();
  expect((await cli.run('reset', '--breaker', 'provider', '--yes')).out).toContain('nothing to reset');
  expect((await cli.run('reset', '--breaker', 'provider', '--yes', '--fail-empty')).code).toBe(7);
  expect(await cli.with((store) => store.latest('audit', 1))).toEqual([]);
});

test('nobody can be asked: exit 4, and it stays open', async () => {
  const cli = await opened();
  expect((await cli.run('reset', '--breaker', 'token:google')).code).toBe(4);
  expect(await kindOf(cli, 'token:google')).toBe('open');
});

test.each([
  [['per-ip/a'], /"per-ip\/a" beside --breaker/],
  [['--all'], /cannot be used with option '--all'/],
  [['--queue', 'calls'], /cannot be used with option '--queue/],
  [['--undo', 'x'], /cannot be used with option '--undo/],
  [['--dead'], /--dead goes with --queue only/],
])('beside %j it is refused', async (more, message) => {
  const cli = await opened();
  const {code, err} = await cli.run('reset', '--breaker', 'provider', '--yes', ...more);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});

test.each([[[]], [['-n']]])('docs/json/reset-breaker.schema.json describes the answer %j', async (more) => {
  const cli = await opened();
  const {out} = await cli.run('reset', '--breaker', 'token:google', '--yes', '--json', ...more);
  expect(schemaErrors(schema, JSON.parse(out))).toEqual([]);
});

test('of a breaker with a key, one key by name and key, or all that are not closed by its name', async () => {
  const cli = liveCli({}, {'ratectl.yaml': LOAD_POLICY});
  await cli.with(async (store) => {
    const openedAt = await store.now();
    for (const key of ['acme', 'with space', 'ccme'])
      await putBreaker(store, `abuse ${key}`, breakerState({kind: 'open', failures: 20, openedAt}));
    await putBreaker(store, 'abuse calm', breakerState({failures: 3}));
  });
  expect((await cli.run('reset', '--breaker', 'abuse with space', '--yes')).code).toBe(0);
  expect(await kindOf(cli, 'abuse with space')).toBe('closed');
  expect(await kindOf(cli, 'abuse acme')).toBe('open');
  const args = ['reset', '--breaker', 'abuse'];
  expect(await cli.run(...args, '--yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--reason is required'),
  });
  expect(await cli.run(...args, '--reason', 'x', '--confirm', '3')).toMatchObject({code: 4});
  const dry = JSON.parse((await cli.run(...args, '-n', '--json')).out) as {readonly data: BreakerResetReport};
  expect(schemaErrors(schema, dry)).toEqual([]);
  expect(dry.data).toMatchObject({keys: 2, changed: true, dryRun: true});
  const {code, out} = await cli.run(...args, '--reason', 'bad deploy', '--confirm', '2');
  expect([code, out]).toEqual([0, expect.stringContaining('abuse · closed for 2 keys')]);
  expect(await kindOf(cli, 'abuse acme')).toBe('closed');
  await cli.with(async (store) => {
    const calm = (await listBreakers(store)).find(({name}) => name === 'abuse calm');
    expect(calm?.state.failures).toBe(3);
    const [entry] = await store.latest('audit', 1);
    expect(entry!.value).toMatchObject({
      action: 'breaker-reset',
      target: 'abuse',
      keys: 2,
      note: 'closed for 2 keys',
    });
  });
  expect((await cli.run(...args, '--reason', 'x', '--yes', '--fail-empty')).code).toBe(7);
});
