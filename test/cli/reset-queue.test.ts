import {appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {QueueResetReport} from '../../src/view/model/reset-report.ts';
import {enqueue, kill, TOKEN_POLICY} from '../operate/section-state.ts';
import {MINUTE} from '../support/instants.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {unsafeIn} from '../view/unsafe.ts';
import {type Answer, type LiveCli, liveCli} from './live-cli.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/reset-queue.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

const WHY = ['--yes', '--reason', 'sent by hand'] as const;

/** One dead, one in the hands of a worker, so many that wait; and another queue. */
const filled = async (waiting = 3): Promise<LiveCli> => {
  const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
  await cli.with(async (store) => {
    await enqueue(store, 'calls', [
      ['batch', 'dead'],
      ['batch', 'claimed'],
    ]);
    await kill(store, 'calls', 1);
    await store.claim('calls', {count: 1, leaseFor: MINUTE});
    const items = Array.from({length: waiting}, (_, n) => ['interactive', {n}] as const);
    await enqueue(store, 'calls', items);
    await enqueue(store, 'other', [['normal', 'stays']]);
  });
  return cli;
};

const factsOf = (cli: LiveCli, name = 'calls') =>
  cli.with(async (store) => {
    const facts = (await store.queues()).find(({queue}) => queue === name);
    if (facts === undefined) return undefined;
    const {waiting, claimed, dead} = facts;
    return {waiting: [...waiting.values()].reduce((a, b) => a + b, 0), claimed, dead};
  });

const FULL = {waiting: 3, claimed: 1, dead: 1};

const waitingIn = (cli: LiveCli): Promise<readonly unknown[]> =>
  cli.with(async (store) => (await store.items('calls', 'waiting', 10_000)).map(({payload}) => payload));

const receiptOf = ({folder}: LiveCli): string => {
  const [name] = readdirSync(join(folder, '.ratectl', 'receipts'));
  return join('.ratectl', 'receipts', name!);
};

const reportOf = ({out, err}: Answer): QueueResetReport => {
  expect(out, err).not.toBe('');
  const answer = JSON.parse(out) as {readonly data: QueueResetReport};
  expect(schemaErrors(schema, answer)).toEqual([]);
  return answer.data;
};

describe('reset --queue', {timeout: 60_000}, () => {
  test('takes out what waits; workers, dead items and other queues keep theirs', async () => {
    const cli = await filled();
    const {code, out} = await cli.run('reset', '--queue', 'calls', ...WHY);
    expect(code).toBe(0);
    expect(out).toContain('3 waiting items taken out · 1 item left to workers');
    expect(await factsOf(cli)).toEqual({waiting: 0, claimed: 1, dead: 1});
    expect(await factsOf(cli, 'other')).toEqual({waiting: 1, claimed: 0, dead: 0});
  });

  test('--dead takes out the dead ones alone', async () => {
    const cli = await filled();
    const answer = await cli.run('reset', '--queue', 'calls', '--dead', ...WHY, '--json');
    expect(reportOf(answer)).toMatchObject({
      action: 'drain',
      state: 'dead',
      items: 1,
      shown: [{class: 'batch', attempts: 1, error: 'HTTP 410'}],
    });
    expect(await factsOf(cli)).toEqual({waiting: 3, claimed: 1, dead: 0});
  });

  test('the receipt has every item whole, and only its owner can read it', async () => {
    const cli = await filled();
    await cli.run('reset', '--queue', 'calls', ...WHY);
    const path = receiptOf(cli);
    expect(path).toMatch(/reset-queue-20260105T120000Z\.jsonl$/);
    expect(statSync(join(cli.folder, path)).mode & 0o777).toBe(0o600);
    const lines = readFileSync(join(cli.folder, path), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const header = {schema: 'ratectl.queue-receipt/1', queue: 'calls', state: 'waiting', by: 'ada'};
    expect(lines[0]).toMatchObject(header);
    expect(lines.flatMap(({item}) => (item === undefined ? [] : [item]))).toMatchObject([
      {class: 'interactive', payload: {n: 0}},
      {class: 'interactive', payload: {n: 1}},
      {class: 'interactive', payload: {n: 2}},
    ]);
    expect(lines.at(-1)).toEqual({done: true, items: 3});
  });

  test('the journal has it before and after', async () => {
    const cli = await filled();
    await cli.run('reset', '--queue', 'calls', ...WHY);
    const entries = await cli.with((store) => store.latest('audit', 10));
    const receipt = receiptOf(cli);
    expect(entries.map(({value}) => value)).toMatchObject([
      {action: 'queue-reset', target: '--queue calls', keys: 3, why: 'sent by hand', receipt},
      {action: 'queue-reset-started', keys: 3, receipt},
    ]);
  });

  test('a dry run counts, and writes neither receipt nor journal', async () => {
    const cli = await filled();
    expect(reportOf(await cli.run('reset', '--queue', 'calls', '-n', '--json'))).toMatchObject({
      dryRun: true,
      items: 3,
      claimed: 1,
      receipt: null,
    });
    expect(await factsOf(cli)).toEqual(FULL);
    expect(existsSync(join(cli.folder, '.ratectl'))).toBe(false);
    expect(await cli.with((store) => store.latest('audit', 1))).toEqual([]);
  });

  test('--confirm takes the number of items, and no other', async () => {
    const cli = await filled();
    const run = (count: string) => cli.run('reset', '--queue', 'calls', '--reason', 'x', '--confirm', count);
    expect(await run('2')).toMatchObject({code: 4, err: expect.stringContaining('expected 3')});
    expect((await run('3')).code).toBe(0);
  });

  test('without a reason, or anybody to ask, nothing is done', async () => {
    const cli = await filled();
    expect(await cli.run('reset', '--queue', 'calls', '--yes')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason is required'),
    });
    expect((await cli.run('reset', '--queue', 'calls', '--reason', 'x')).code).toBe(4);
    expect(await factsOf(cli)).toEqual(FULL);
  });

  test('an unknown queue is refused, with the one that was meant', async () => {
    const cli = await filled();
    const {code, err} = await cli.run('reset', '--queue', 'othr', ...WHY);
    expect(code).toBe(2);
    expect(err).toMatch(/unknown queue "othr" \(did you mean "other"\?\)/);
  });

  test('an empty queue of the policy has nothing to take out: exit 7 when that was asked for', async () => {
    const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
    await cli.with(async () => undefined);
    expect((await cli.run('reset', '--queue', 'calls', ...WHY)).out).toContain('nothing to take out');
    expect((await cli.run('reset', '--queue', 'calls', ...WHY, '--fail-empty')).code).toBe(7);
  });

  test('hostile classes and payloads are shown harmlessly, and come back as they were', async () => {
    const cli = await filled();
    const evil = '\u001b]0;x\u0007\u202e\u0000';
    await cli.with((store) => enqueue(store, 'calls', [[evil, evil]]));
    const {out} = await cli.run('reset', '--queue', 'calls', ...WHY);
    expect(unsafeIn(out)).toBeUndefined();
    expect(unsafeIn(readFileSync(join(cli.folder, receiptOf(cli)), 'utf8'))).toBeUndefined();
    await cli.run('reset', '--undo', receiptOf(cli), ...WHY);
    expect(await waitingIn(cli)).toContain(evil);
  });
});

describe('reset --undo of a queue', {timeout: 60_000}, () => {
  const drained = async (waiting?: number): Promise<{readonly cli: LiveCli; readonly path: string}> => {
    const cli = await filled(waiting);
    await cli.run('reset', '--queue', 'calls', ...WHY);
    return {cli, path: join(cli.folder, receiptOf(cli))};
  };
  const undo = (cli: LiveCli, ...more: readonly string[]): Promise<Answer> =>
    cli.run('reset', '--undo', receiptOf(cli), ...WHY, ...more);

  test('puts every item back, in the same order', async () => {
    const {cli} = await drained(250);
    expect(await waitingIn(cli)).toEqual([]);
    const {code, out} = await undo(cli);
    expect(code).toBe(0);
    expect(out).toContain('250 waiting items put back');
    expect(await waitingIn(cli)).toEqual(Array.from({length: 250}, (_, n) => ({n})));
  });

  test('a second time puts nothing back', async () => {
    const {cli} = await drained();
    await undo(cli);
    expect(reportOf(await undo(cli, '--json'))).toMatchObject({action: 'undo', items: 0, already: 3});
    expect(await factsOf(cli)).toEqual(FULL);
  });

  test('a dry run puts nothing back', async () => {
    const {cli} = await drained();
    expect(reportOf(await undo(cli, '--json', '-n'))).toMatchObject({items: 3, dryRun: true});
    expect((await factsOf(cli))?.waiting).toBe(0);
  });

  test('dead items come back as waiting ones, and it says so', async () => {
    const cli = await filled();
    await cli.run('reset', '--queue', 'calls', '--dead', ...WHY);
    const {err} = await undo(cli);
    expect(err).toContain('they come back as waiting ones, and their failed attempts are forgotten');
    expect(await factsOf(cli)).toEqual({waiting: 4, claimed: 1, dead: 0});
  });

  test('of a run that was killed before it took the items out: those still there are not doubled', async () => {
    const {cli, path} = await drained();
    const [header] = readFileSync(path, 'utf8').split('\n');
    await undo(cli);
    const items = await cli.with((store) => store.items('calls', 'waiting', 10));
    writeFileSync(path, [header, ...items.map((item) => JSON.stringify({item})), '{"item":{"id'].join('\n'));
    const answer = await undo(cli, '--json');
    expect(reportOf(answer)).toMatchObject({items: 0, already: 3});
    expect(answer.err).toContain('did not come to its end');
    expect(await factsOf(cli)).toEqual(FULL);
  });

  test('of a run that was killed right after it took the items out: they come back, once', async () => {
    const {cli, path} = await drained();
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, `${whole.slice(0, whole.indexOf('{"drained"'))}{"drai`);
    expect(reportOf(await undo(cli, '--json')).items).toBe(3);
    expect(await factsOf(cli)).toEqual(FULL);
    expect(reportOf(await undo(cli, '--json')).items).toBe(0);
  });

  test('a receipt that somebody changed is refused with the line, and nothing is done', async () => {
    const {cli, path} = await drained();
    appendFileSync(path, '{"item":{"id":7}}\n');
    const {code, err} = await undo(cli);
    expect(code).toBe(2);
    expect(err).toMatch(/reset-queue-.*\.jsonl:7/);
    expect((await factsOf(cli))?.waiting).toBe(0);
  });

  test('of another store is refused', async () => {
    const {cli, path} = await drained();
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"store":"[^"]*"/, '"store":"redis://elsewhere"'));
    expect((await undo(cli)).code).toBe(4);
    expect((await undo(cli, '--other-store')).code).toBe(0);
  });

  test.each([[['--receipt', 'x.jsonl']], [['--force']]])('%j does not go with it', async (more) => {
    const {cli} = await drained();
    expect((await undo(cli, ...more)).code).toBe(2);
  });
});
