import {appendFileSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {planJob} from '../../../src/operate/reset/plan-job.ts';
import {readRowFile} from '../../../src/operate/reset/read-row-file.ts';
import {PLAN_SCHEMA} from '../../../src/operate/reset/row-file-header.ts';
import {selectorJob} from '../../../src/operate/reset/selector-job.ts';
import {undoJob} from '../../../src/operate/reset/undo-job.ts';
import {writePlan} from '../../../src/operate/reset/write-plan.ts';
import type {Store} from '../../../src/store/port.ts';
import {
  addressOf,
  contentOf,
  fill,
  folder,
  HEADER,
  memoryStore,
  NOW,
  perform,
  receiptAt,
  rowOf,
  withChange,
} from './stores.ts';

const A = addressOf('per-ip', 'a');
const B = addressOf('per-ip', 'b');
const C = addressOf('per-ip', 'c');

/** Three rows, reset; the receipt. */
const resetThree = async (): Promise<{readonly store: Store; readonly path: string}> => {
  const store = memoryStore();
  await fill(store, [rowOf(A, 1), rowOf(B, 2), rowOf(C, 3, NOW + 10)]);
  const path = join(folder(), 'r');
  await perform(selectorJob({kind: 'all'}, {store, policy: undefined}), store, path);
  return {store, path};
};

const undo = (path: string, store: Store, inUse: 'leave' | 'replace', now = NOW) =>
  undoJob(receiptAt(path), {store, path, now, inUse});

describe('undo', () => {
  test('leaves and names what is used since, and brings back the rest', async () => {
    const {store, path} = await resetThree();
    await fill(store, [rowOf(B, 77)]);
    const job = undo(path, store, 'leave');
    expect(await job.preview()).toMatchObject({keys: 2, keptCount: 1, kept: [{address: B, why: 'in use'}]});
    expect((await perform(job, store, `${path}u`)).keys).toBe(2);
    expect([...(await contentOf(store)).values()]).toEqual(['["g",[1,0]]', '["g",[77,0]]', '["g",[3,0]]']);
  });

  test('replaces what is used since when asked to, and that can be undone', async () => {
    const {store, path} = await resetThree();
    await fill(store, [rowOf(B, 77)]);
    const job = undo(path, store, 'replace');
    expect(await job.preview()).toMatchObject({keys: 3, keptCount: 0});
    await perform(job, store, `${path}u`);
    expect([...(await contentOf(store)).values()]).toEqual(['["g",[1,0]]', '["g",[2,0]]', '["g",[3,0]]']);
    await perform(undo(`${path}u`, store, 'leave'), store, `${path}v`);
    expect([...(await contentOf(store))]).toEqual([['["per-ip","b",""]', '["g",[77,0]]']]);
  });

  test('does not bring back what would be forgotten by now', async () => {
    const {store, path} = await resetThree();
    const job = undo(path, store, 'leave', NOW + 10);
    expect(await job.preview()).toMatchObject({keys: 2, expired: 1, keptCount: 0});
    await perform(job, store, `${path}u`);
    expect([...(await contentOf(store)).keys()]).toEqual(['["per-ip","a",""]', '["per-ip","b",""]']);
  });

  test('twice is once', async () => {
    const {store, path} = await resetThree();
    await perform(undo(path, store, 'leave'), store, `${path}u`);
    expect(await undo(path, store, 'leave').preview()).toMatchObject({keys: 0, already: 3, keptCount: 0});
  });
});

describe('a receipt', () => {
  test('is for its owner only and takes the place of no other file', async () => {
    const {store, path} = await resetThree();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    await expect(async () => perform(undo(path, store, 'leave'), store, path)).rejects.toMatchObject({
      exit: 4,
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('says what was there and ends with the totals', async () => {
    const {path} = await resetThree();
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines[0]).toMatchObject({
      schema: 'ratectl.receipt/1',
      by: 'ada',
      why: 'a test',
      selector: '--all',
    });
    expect(lines[1]).toEqual({
      limit: 'per-ip',
      key: 'a',
      tier: '',
      shape: 'g',
      before: {words: [1, 0], expiresAt: NOW + 3_600_000_000},
      after: null,
    });
    expect(lines.at(-1)).toEqual({done: true, keys: 3, failed: 0});
  });

  test('holds no raw control character whatever the keys are', async () => {
    const store = memoryStore();
    await fill(store, [rowOf(addressOf('per-ip', '\u001b[2J\u202e\n'), 1)]);
    const path = join(folder(), 'r');
    await perform(selectorJob({kind: 'all'}, {store, policy: undefined}), store, path);
    expect(readFileSync(path, 'utf8')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  test.each([
    ['a line that is no JSON', 2, '{"limit":"per-ip"'],
    ['a line that is something else', 2, '{"a":1}'],
    [
      'words that are no numbers',
      3,
      '{"limit":"l","key":"k","tier":"","before":{"shape":"g","words":["1"],"expiresAt":1},"after":null}',
    ],
    [
      'a shape that is none',
      3,
      '{"limit":"l","key":"k","tier":"","before":{"shape":"\\u001b","words":[1],"expiresAt":1},"after":null}',
    ],
    [
      'an expiry that is none',
      3,
      '{"limit":"l","key":"k","tier":"","before":{"shape":"g","words":[1],"expiresAt":-1},"after":null}',
    ],
    ['no before', 3, '{"limit":"l","key":"k","tier":"","after":null}'],
  ])('with %s is refused with its place', async (_, number, line) => {
    const {path} = await resetThree();
    const lines = readFileSync(path, 'utf8').split('\n');
    lines.splice(number - 1, 0, line);
    writeFileSync(path, lines.join('\n'));
    expect(() => receiptAt(path)).toThrow(
      expect.objectContaining({exit: 2, where: {file: path, line: number}}),
    );
  });

  test('with lines behind its end is refused', async () => {
    const {path} = await resetThree();
    appendFileSync(path, '{"limit":"l","key":"k","tier":"","shape":"g","kept":"gone"}\n');
    expect(() => receiptAt(path)).toThrow(/a line behind the last one/);
  });

  test.each([
    ['nothing', ''],
    ['something else', 'hello\n'],
    ['a header of something else', '{"schema":"ratectl.simulate/1"}\n'],
    ['a plan', `${JSON.stringify({...HEADER, schema: 'ratectl.plan/1'})}\n`],
  ])('that is %s is none', (_, text) => {
    const path = join(folder(), 'r');
    writeFileSync(path, text);
    expect(() => receiptAt(path)).toThrow(/is not a receipt/);
  });
});

describe('a plan', () => {
  const resolve = (path: string): string => path;
  const planned = async (store: Store): Promise<string> => {
    const path = join(folder(), 'p');
    const job = selectorJob({kind: 'all'}, {store, policy: undefined});
    const {preview} = await writePlan(job, path, {...HEADER, schema: PLAN_SCHEMA}, resolve);
    expect(preview.keys).toBe(2);
    return path;
  };
  const open = (path: string, store: Store) => planJob(readRowFile(path, path, PLAN_SCHEMA), path, store);

  test('changes nothing when it is written, and exactly what it says when it is applied', async () => {
    const store = memoryStore();
    await fill(store, [rowOf(A, 1), rowOf(B, 2)]);
    const before = await contentOf(store);
    const path = await planned(store);
    expect(await contentOf(store)).toEqual(before);
    await fill(store, [rowOf(C, 3)]);
    const job = open(path, store);
    expect((await job.preview()).keys).toBe(2);
    expect((await perform(job, store, `${path}r`)).keys).toBe(2);
    expect([...(await contentOf(store)).keys()]).toEqual(['["per-ip","c",""]']);
  });

  test('is refused as a whole when one key is different by now', async () => {
    const store = memoryStore();
    await fill(store, [rowOf(A, 1), rowOf(B, 2)]);
    const path = await planned(store);
    await fill(store, [rowOf(B, 3)]);
    const before = await contentOf(store);
    await expect(open(path, store).preview()).rejects.toMatchObject({
      exit: 4,
      message: expect.stringContaining('per-ip/b'),
    });
    expect(await contentOf(store)).toEqual(before);
  });

  test('leaves what changes while it is applied, and undo leaves it too', async () => {
    const store = memoryStore();
    await fill(store, [rowOf(A, 1), rowOf(B, 2)]);
    const path = await planned(store);
    const job = open(path, store);
    await job.preview();
    const noisy = withChange(store, async (changes) => {
      await fill(store, [rowOf(B, 3)]);
      return store.change(changes);
    });
    const {keys, keptCount, kept} = await perform(job, noisy, `${path}r`);
    expect([keys, keptCount, kept]).toEqual([1, 1, [{address: B, why: 'changed'}]]);
    const undone = undo(`${path}r`, store, 'leave');
    expect(await undone.preview()).toMatchObject({keys: 1, keptCount: 0});
  });
});
