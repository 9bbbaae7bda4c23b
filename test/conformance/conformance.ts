import type {TraceTable} from '../support/trace-table.ts';
import {CONCURRENCY} from './cases/concurrency.ts';
import {FIXED_WINDOW} from './cases/fixed-window.ts';
import {GCRA} from './cases/gcra.ts';
import {LEAKY_BUCKET} from './cases/leaky-bucket.ts';
import {SLIDING} from './cases/sliding.ts';
import {TOKEN_BUCKET} from './cases/token-bucket.ts';

/**
 * The one table that every store must pass: algorithm × requests × expected decisions. A new algorithm is a file in
 * `src/engine/algorithms` and a row group in `cases`; a new store runs the table with its own `decide`.
 */
export const CONFORMANCE: readonly TraceTable[] = [
  ...TOKEN_BUCKET,
  ...GCRA,
  ...FIXED_WINDOW,
  ...SLIDING,
  ...LEAKY_BUCKET,
  ...CONCURRENCY,
];
