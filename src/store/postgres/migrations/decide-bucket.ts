import {arithmeticOf} from './decide/arithmetic.ts';
import {burstPenaltySql} from './decide/burst-penalty.ts';
import {concurrencySql} from './decide/concurrency.ts';
import {fixedWindowSql} from './decide/fixed-window.ts';
import {gcraSql} from './decide/gcra.ts';
import {leakyBucketSql} from './decide/leaky-bucket.ts';
import {slidingLogSql} from './decide/sliding-log.ts';
import {slidingWindowSql} from './decide/sliding-window.ts';
import {smoothedRefillSql} from './decide/smoothed-refill.ts';
import {tokenBucketSql} from './decide/token-bucket.ts';

/**
 * The engine's algorithms in PL/pgSQL: statements that ask one bucket. They take `now_`, `ask` (the cost), `hold`, the state
 * `w0 … w2` (the pool from `b + 1` on) and the bucket's seven numbers `p_sets[c …]` (see `BucketCode`), of which `p1` is there
 * already, and leave `kind`, `remaining`, `retry`, `reset`, `delay`, `cap`, `writes` and the proposed state `n0 … n2`. What they
 * do not set is 0, or false. Kind 3: the clock is outside the edges of a calendar; `retry` is the instant to ask around.
 * `plain` leaves out the algorithms with lists, and calendars.
 */
export const decideBucketSql = (schema: string, kinds: 'all' | 'plain' = 'all'): string => {
  const arithmetic = arithmeticOf(schema);
  const lists = `
        when 9 then${slidingLogSql()}
        when 11 then${concurrencySql()}
        when 7 then${fixedWindowSql('calendar')}`;
  return `
        case bucket_kind
        when 1 then${tokenBucketSql(arithmetic)}
        when 4 then${gcraSql(arithmetic)}
        when 8 then${slidingWindowSql(arithmetic)}
        when 5 then${fixedWindowSql('epoch')}${kinds === 'all' ? lists : ''}
        when 10 then${leakyBucketSql(arithmetic)}
        when 6 then${fixedWindowSql('first-hit')}
        when 2 then${burstPenaltySql(arithmetic)}
        when 3 then${smoothedRefillSql(arithmetic)}
        end case;`;
};
