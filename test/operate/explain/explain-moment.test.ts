import {expect, test} from 'vitest';
import {explainKey} from '../../../src/operate/explain/explain-key.ts';
import type {StatusSource} from '../../../src/operate/status/read-status.ts';
import {explainText} from '../../../src/view/explain/text.ts';
import type {KeyExplanation} from '../../../src/view/model/key-explanation.ts';
import {S} from '../../support/instants.ts';
import {LiveState} from '../live-state.ts';

/** The key is used for the first time while it is asked for: its row is later than the first look at the clock. */
const usedMeanwhile = (state: LiveState): StatusSource => {
  const {store} = state;
  const source = Object.assign(Object.create(store) as typeof store, {
    facts: () => store.facts(),
    list: (kind: string) => store.list(kind),
    hot: (count: number) => store.hot(count),
    get: (kind: string, id: string) => store.get(kind, id),
    read: async (addresses: Parameters<typeof store.read>[0]) => {
      state.now += 0.474 * S;
      await state.send({ip: '198.51.100.1'}, 3);
      return store.read(addresses);
    },
  });
  return {...state.source, store: source, localNow: () => 0};
};

const textOf = (explanation: KeyExplanation): string =>
  explainText(
    explanation,
    null,
    {format: 'relative', timeZone: 'UTC', now: Date.parse(explanation.store.now)},
    {colour: false, width: 100, ascii: false},
  );

test.each([
  ['a key', {kind: 'exact', limit: 'per-ip', key: '198.51.100.1'}],
  ['a request', {kind: 'request', attributes: {ip: '198.51.100.1'}}],
] as const)('%s that is used while it is asked for has nothing that is to come', async (_, subject) => {
  const state = new LiveState();
  const {explanation} = await explainKey(usedMeanwhile(state), {subject, cost: 1, tier: undefined});
  expect(textOf(explanation)).toMatch(/ {2}since +2026-01-05T12:00:00\.474Z · now · /);
  expect(textOf(explanation)).not.toContain('stepped back');
});
