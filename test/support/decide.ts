import type {DecisionFacts} from '../../src/engine/decision.ts';
import type {Evaluator} from '../../src/engine/evaluator.ts';
import type {Request} from './requests.ts';
import {batchOf} from './requests.ts';

/** A decision that stays: the evaluator's own is reused. */
export interface Decided extends DecisionFacts {
  readonly outcomes: readonly number[];
}

/** Lets an evaluator decide requests, each at its own time. */
export const decideAll = (evaluator: Evaluator, requests: readonly Request[]): Decided[] => {
  const batch = batchOf(evaluator.columns, requests);
  return requests.map((_, row) => {
    evaluator.evaluate(batch, row);
    return {...evaluator.decision.facts(), outcomes: [...evaluator.outcomes]};
  });
};

export const decide = (evaluator: Evaluator, request: Request): Decided =>
  decideAll(evaluator, [request])[0]!;
