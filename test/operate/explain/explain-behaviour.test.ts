import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {behaviourAddress} from '../../../src/engine/behaviour/behaviour-state.ts';
import {type ExplainQuery, explainKey} from '../../../src/operate/explain/explain-key.ts';
import type {AppliedLimit} from '../../../src/view/model/key-explanation.ts';
import {schemaErrors} from '../../support/json-schema-check.ts';
import {BehaviourState} from '../behaviour-state.ts';
import {busyState} from '../live-state.ts';

let state: BehaviourState;
beforeAll(async () => {
  state = await BehaviourState.busy();
});

const explain = async (subject: ExplainQuery['subject']): Promise<readonly AppliedLimit[]> => {
  const {explanation} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
  return explanation.limits.filter((one) => one.kind === 'applied');
};
const requestOf = (tenant: string, plan: string) => ({kind: 'request', attributes: {tenant, plan}}) as const;

describe('explain', () => {
  test('says the score of a key term by term, and where it moves the key', async () => {
    const [limit, other] = await explain({kind: 'exact', limit: 'plan', key: 'flood'});
    expect(limit).toMatchObject({
      tier: 'free',
      behaviour: {
        known: true,
        requests: 2_000,
        minimumRequests: 10,
        windowMs: 3_600_000,
        promote: 0.9,
        demote: 0.3,
        move: 'down',
        tier: 'premium',
        treatedAs: 'free',
      },
    });
    const {score, terms, requests, refused, early} = limit!.behaviour!;
    expect(terms.map(({term, value, weight}) => [term, value, weight])).toEqual([
      ['success', (requests - refused) / requests, 0.4],
      ['consistency', (requests - refused) / requests, 0.3],
      ['abuse', early / requests, 0.3],
    ]);
    expect(score).toBeCloseTo(
      terms.reduce((sum, {points}) => sum + points, 0),
      9,
    );
    expect(score).toBeLessThanOrEqual(0.3);
    // Once, not with every tier that has a row.
    expect(other).toMatchObject({tier: 'premium'});
    expect(other!.behaviour).toBeUndefined();
  });

  test('of a request shows the buckets of the tier that it is treated as', async () => {
    const [limit] = await explain(requestOf('good', 'free'));
    expect(limit).toMatchObject({
      tier: 'premium',
      behaviour: {move: 'up', tier: 'free', treatedAs: 'premium', holdsUntil: null},
      buckets: [{algorithm: 'token bucket 20/s, burst 50'}],
    });
  });

  test('of a key never seen is neutral in every term', async () => {
    const [limit] = await explain(requestOf('nobody', 'free'));
    expect(limit).toMatchObject({
      tier: 'free',
      behaviour: {
        score: 0.5,
        known: false,
        requests: 0,
        move: 'none',
        decidedAt: null,
        tier: 'free',
        treatedAs: 'free',
      },
    });
    expect(limit!.behaviour!.terms.map(({value, points}) => [value, points])).toEqual([
      [0.5, 0.2],
      [0.5, 0.15],
      [0.5, 0.15],
    ]);
  });

  test('of a key without a window of silence says when its decision may change', async () => {
    const [limit] = await explain(requestOf('flood', 'premium'));
    const {decidedAt, holdsUntil} = limit!.behaviour!;
    expect(Date.parse(holdsUntil!) - Date.parse(decidedAt!)).toBe(300_000);
  });

  test('answers as docs/json/explain.schema.json says', async () => {
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs/json/explain.schema.json'), 'utf8'),
    ) as Readonly<Record<string, unknown>>;
    const applied = {$defs: schema['$defs'], $ref: '#/$defs/applied'};
    for (const subject of [
      requestOf('flood', 'premium'),
      requestOf('good', 'free'),
      requestOf('nobody', 'free'),
    ])
      for (const limit of await explain(subject)) expect(schemaErrors(applied, limit)).toEqual([]);
  });

  test('leaves out where the policy has none', async () => {
    const other = await busyState();
    const subject = {kind: 'exact', limit: 'plan', key: 'acme'} as const;
    const {explanation} = await explainKey(other.source, {subject, cost: 1, tier: undefined});
    expect(JSON.stringify(explanation)).not.toContain('behaviour');
  });

  test('without a policy does not take the behaviour of a key for the state of its buckets', async () => {
    const subject = {kind: 'key', key: 'flood'} as const;
    const {explanation} = await explainKey(state.withoutPolicy, {subject, cost: 1, tier: undefined});
    expect(explanation.limits.map((one) => (one.kind === 'applied' ? one.tier : ''))).toEqual([
      'free',
      'premium',
    ]);
  });

  test('holds out against what others wrote there', async () => {
    const own = await BehaviourState.busy();
    const address = behaviourAddress(own.spec, 'flood');
    const next = {words: [Number.NaN, 7, -1, 5], expiresAt: own.now + 1_000_000};
    await own.store.change([{address, expected: 'any', next}]);
    const subject = {kind: 'exact', limit: 'plan', key: 'flood'} as const;
    const {explanation} = await explainKey(own.source, {subject, cost: 1, tier: undefined});
    expect(explanation.limits[0]).toMatchObject({behaviour: {score: 0.5, known: false, move: 'none'}});
  });
});
