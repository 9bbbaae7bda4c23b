import {describe, test} from 'vitest';
import {decide} from '../support/decide.ts';
import {evaluatorOf, policyOf} from '../support/policies.ts';
import {run} from '../support/trace-table.ts';
import {CONFORMANCE} from './conformance.ts';

describe('the engine in memory passes the conformance table', () => {
  test.each(CONFORMANCE)('$name', ({spec, rows}) => {
    const evaluator = evaluatorOf(policyOf([{buckets: [spec]}]));
    run(rows, (t, cost, hold) => decide(evaluator, {t, cost, hold, key: 'k'}));
  });
});
