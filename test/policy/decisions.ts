import {Evaluator} from '../../src/engine/evaluator.ts';
import type {Policy} from '../../src/engine/policy-model.ts';
import {batchOf} from '../support/requests.ts';

export interface TestRequest {
  /** Seconds after the start of 2025 (UTC, a Wednesday). */
  readonly at?: number;
  readonly cost?: number;
  /** Seconds the request takes. */
  readonly takes?: number;
  readonly attributes: Readonly<Record<string, string>>;
}

const START = 1_735_689_600_000_000;

/** What a policy decides: `allowed`, or the name of the limit that denied, with a `!` when waiting does not help. */
export const decisionsOf = (policy: Policy, requests: readonly TestRequest[]): readonly string[] => {
  const evaluator = new Evaluator(policy);
  const batch = batchOf(
    evaluator.columns,
    requests.map(({at = 0, cost = 1, takes = 0, attributes}) => ({
      ...attributes,
      t: START + Math.round(at * 1e6),
      cost,
      hold: Math.round(takes * 1e6),
    })),
  );
  return requests.map((_, row) => {
    evaluator.evaluate(batch, row);
    const {allowed, never, limit} = evaluator.decision;
    return allowed ? 'allowed' : `${policy.limits[limit]!.name}${never ? '!' : ''}`;
  });
};

/** The same request several times. */
export const times = (count: number, request: TestRequest): readonly TestRequest[] =>
  Array.from({length: count}, () => request);
