import {afterAll, beforeAll, expect, test} from 'vitest';
import type {RowAddress} from '../../../src/engine/live/check.ts';
import {compileKeyGlob} from '../../../src/store/key-glob.ts';
import type {RowSelection} from '../../../src/store/port.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {HOUR} from '../../support/instants.ts';
import {type OpenedStore, STORE_OPENERS} from './openers.ts';

const START = 1_700_000_040_000_000;
let opened: OpenedStore[];

beforeAll(async () => {
  opened = await Promise.all(Object.values(STORE_OPENERS).map((open) => open({clock: () => START})));
});
afterAll(() => Promise.all(opened.map(({close}) => close())));

const PIECES = [
  'a',
  'b',
  '*',
  '?',
  '[',
  ']',
  '{',
  '}',
  '\\',
  '%',
  '_',
  ':',
  '^',
  '-',
  'ü',
  '😀',
  '\u0000',
  '\n',
  '"',
  "'",
  ' ',
];
const LIMITS = ['one', 'one.two', 'one-two', 'o_e', 'onexe'];
const TIERS = ['', 'free', '%', 'a:b'];

const randomFrom = (seed: number) => {
  let state = seed;
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const of = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const text = (most: number): string => Array.from({length: below(most + 1)}, () => of(PIECES)).join('');
  return {below, of, text};
};

const nameOf = ({limit, key, tier}: RowAddress): string => JSON.stringify([limit, key, tier]);

test.each([1, 2, 3])(
  'a selection is the same rows in every store, while others come and go (%i)',
  async (seed) => {
    const random = randomFrom(seed);
    const addresses = new Map<string, RowAddress>();
    const long = 'l'.repeat(150);
    while (addresses.size < 300) {
      const key = (random.below(5) === 0 ? long : '') + random.text(4) + (random.below(8) === 0 ? long : '');
      const address = {limit: random.of(LIMITS), key, tier: random.of(TIERS), shape: 'g'};
      addresses.set(nameOf(address), address);
    }
    const all = [...addresses.values()];
    const next = {words: [START, 0], expiresAt: START + HOUR};
    const put = (some: readonly RowAddress[], row: typeof next | undefined): Promise<unknown> =>
      Promise.all(
        opened.map(({store}) => store.change(some.map((address) => ({address, expected: 'any', next: row})))),
      );
    await put(all, next);
    for (let round = 0; round < 40; round++) {
      const kind = random.of(['all', 'prefix', 'glob'] as const);
      const text = (random.below(4) === 0 ? long.slice(0, random.of([3, 139, 150])) : '') + random.text(3);
      const keys: RowSelection['keys'] =
        kind === 'all'
          ? {kind}
          : kind === 'prefix'
            ? {kind, prefix: text}
            : {kind, pattern: `${text}${random.of(['*', '', '?'])}`};
      const selection = {keys, ...(random.below(2) === 0 ? {} : {limit: random.of(LIMITS)})};
      const matches = ({limit, key}: RowAddress): boolean =>
        (selection.limit === undefined || limit === selection.limit) &&
        (keys.kind === 'all' ||
          (keys.kind === 'prefix' ? key.startsWith(keys.prefix) : compileKeyGlob(keys.pattern)(key)));
      // A third of the rows goes and comes while the rest stays.
      const passing = new Set(all.filter(() => random.below(3) === 0).map(nameOf));
      const moving = all.filter((address) => passing.has(nameOf(address)));
      const expected = new Set(all.filter(matches).map(nameOf));
      const stay = [...expected].filter((name) => !passing.has(name));
      const pageSize = random.of([1, 7, 50, 500]);
      const isMoving = random.below(2) === 0;
      for (const {name, store} of opened) {
        const found = new Set<string>();
        let flip = 0;
        for await (const {rows, foreign} of store.scan(selection, pageSize)) {
          expect(rows.length).toBeLessThanOrEqual(pageSize);
          expect(foreign).toEqual([]);
          for (const {address} of rows) {
            expect(
              expected.has(nameOf(address)),
              `${name} ${JSON.stringify(selection)}: ${nameOf(address)}`,
            ).toBe(true);
            if (name !== 'redis')
              expect(found.has(nameOf(address)), `${name}: twice ${nameOf(address)}`).toBe(false);
            found.add(nameOf(address));
          }
          if (isMoving && flip < 4)
            await store.change(
              moving.map((address) => ({address, expected: 'any', next: flip % 2 === 0 ? undefined : next})),
            );
          flip++;
        }
        const missing = (isMoving ? stay : [...expected]).filter((each) => !found.has(each));
        expect(missing, `${name} ${JSON.stringify(selection)}`).toEqual([]);
        if (isMoving) await store.change(moving.map((address) => ({address, expected: 'any', next})));
      }
    }
    await put(all, undefined);
  },
  MANY_CASES_MS,
);
