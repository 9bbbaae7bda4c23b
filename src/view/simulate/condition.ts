import type {ThresholdResult} from '../model/simulate-report.ts';

/** What was asked of the result. A policy says what must hold, `--fail-if` what must not: without the words it reads as its opposite. */
export const conditionText = ({expr, source}: Pick<ThresholdResult, 'expr' | 'source'>): string =>
  source === '--fail-if' ? `fail if ${expr}` : expr;
