import {describe, expect, onTestFinished, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {Store} from '../../../src/store/port.ts';
import {HOUR} from '../../support/instants.ts';
import {fixedWindowSpec, gcraSpec, policyOf} from '../../support/policies.ts';
import {openTestStore, serverForTests} from './postgres-place.ts';

const server = serverForTests();
const OPTIONS = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};

/** A store in a database of its own, whose administrator has set something for everybody. */
const openIn = async (database: string, setting: string, parameters = ''): Promise<Store> => {
  await server().sql(`create database ${database}`);
  await server().sql(`alter database ${database} set ${setting}`);
  const url = new URL(server().url);
  url.pathname = `/${database}`;
  url.search = parameters;
  const store = await openTestStore(url.href);
  onTestFinished(() => store.close());
  return store;
};

describe('what a database sets for all its sessions changes nothing', () => {
  test.each([
    ['digits', 'extra_float_digits = 0'],
    ['bytes', "bytea_output = 'escape'"],
    ['nulls', 'array_nulls = off'],
    ['strings', 'standard_conforming_strings = off'],
    ['path', "search_path = ''"],
    ['serial', "default_transaction_isolation = 'serializable'"],
    ['dates', "datestyle = 'german, dmy'"],
    ['deferred', 'default_transaction_deferrable = on'],
    ['warnings', "client_min_messages = 'debug1'"],
  ])('%s: %s', async (name, setting) => {
    const store = await openIn(`settings_${name}`, setting);
    const router = new RequestRouter(
      policyOf([
        {name: 'gcra', buckets: [gcraSpec(7, HOUR, 7)]},
        {name: 'window', buckets: [fixedWindowSpec(5, HOUR)]},
      ]),
    );
    const check = router.route({key: 'kö\u0001'}, OPTIONS);
    const remaining: number[][] = [];
    for (let i = 0; i < 3; i++) {
      const [answer] = await store.check([check]);
      remaining.push(answer!.verdicts.map((verdict) => verdict.remaining));
      expect(Number.isSafeInteger(answer!.now) && Math.abs(answer!.now - Date.now() * 1_000)).toBeLessThan(
        6e7,
      );
    }
    expect(remaining).toEqual([
      [6, 4],
      [5, 3],
      [4, 2],
    ]);
    const addresses = check.layers.map(({address}) => address);
    const rows = await store.read(addresses);
    const listed = [];
    for await (const page of store.scan({keys: {kind: 'all'}})) listed.push(...page.rows);
    expect(listed.map(({address}) => address.key)).toEqual(['kö\u0001', 'kö\u0001']);
    const expected = rows[0]!;
    // A row that is unlike by one microsecond is another one.
    const other = {...expected, words: expected.words.map((word, i) => (i === 0 ? word + 1 : word))};
    const [drifted] = await store.change([{address: addresses[0]!, expected: other, next: undefined}]);
    expect(drifted!.outcome).toBe('drifted');
    const changed = await store.change([
      {address: addresses[0]!, expected, next: undefined},
      {address: addresses[1]!, expected: rows[1], next: rows[1]},
    ]);
    expect(changed.map(({outcome}) => outcome)).toEqual(['done', 'done']);
    expect(await store.put('kind', 'ï\\d', {text: 'a\\b"c'})).toMatchObject({
      id: 'ï\\d',
      value: {text: 'a\\b"c'},
    });
    const at = 1_700_000_000_000_001;
    await store.enqueue('q', [{class: 'c', rank: at, notBefore: 0, payload: 'x\\y'}]);
    expect(await store.items('q', 'waiting', 1)).toMatchObject([{rank: at, payload: 'x\\y'}]);
  });
});

describe('where sessions are shared, settings that would change what is stored are refused', () => {
  test.each([
    ['digits', 'extra_float_digits', '0', '1'],
    ['bytes', 'bytea_output', 'escape', 'hex'],
    ['nulls', 'array_nulls', 'off', 'on'],
  ])('%s: %s = %s', async (name, setting, value, wanted) => {
    const opening = openIn(`shared_${name}`, `${setting} = ${value}`, '?pgbouncer=true');
    await expect(opening).rejects.toMatchObject({
      kind: 'server',
      message: expect.stringContaining(`ratectl needs ${setting} = ${wanted} (`),
      hint: expect.stringContaining('ALTER DATABASE'),
    });
  });

  test('more digits than needed are none', async () => {
    const store = await openIn('shared_more', 'extra_float_digits = 3', '?pgbouncer=true');
    expect(await store.get('kind', 'id')).toBeUndefined();
  });
});
