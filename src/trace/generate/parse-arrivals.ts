import type {Rate} from '../../engine/arithmetic/rate.ts';
import {JITTERS} from './arrivals/backoff.ts';
import {badValue, readChoice, readDuration, readRate, readWhole} from './flag-values.ts';
import type {Reader} from './generate-flags.ts';
import type {ArrivalKind, ArrivalSpec} from './trace-spec.ts';

/** The arrival process that the flags ask for. `span` is the expected length of the trace, µs. */
export const parseArrivals = (get: Reader, kind: ArrivalKind, rate: Rate, span: number): ArrivalSpec => {
  const notNegative = (flag: string, text: string): number => readDuration(flag, text, 'zero');
  switch (kind) {
    case 'constant':
    case 'poisson':
      return {kind, rate};
    case 'diurnal': {
      const peak = get('peak', '', (flag, text) => (text === '' ? scaled(rate, 9, 5) : readRate(flag, text)));
      const trough = get('trough', '', (flag, text) => {
        const low = text === '' ? scaled(peak, 1, 9) : readRate(flag, text, 'zero');
        if (low.count / low.period > peak.count / peak.period) throw badValue(flag, 'at most the peak', text);
        return low;
      });
      return {kind, peak, trough, period: get('period', '24h', readDuration)};
    }
    case 'burst': {
      const size = get('burstSize', '500', (flag, text) => readWhole(flag, text, 1, 1e9));
      const every = get('burstEvery', '1m', readDuration);
      const spread = get('burstSpread', '', (flag, text) => {
        const us = text === '' ? Math.min(1e6, every) : notNegative(flag, text);
        if (us > every) throw badValue(flag, 'at most --burst-every', text);
        return us;
      });
      return {kind, rate, burst: {size, every, spread}};
    }
    case 'retry-storm': {
      const jitter = get('jitter', 'none', (flag, text) => readChoice(flag, text, JITTERS));
      const base = get('backoff', '1s', readDuration);
      const cap = get('backoffCap', '', (flag, text) => {
        const us = text === '' ? Math.max(60e6, base) : readDuration(flag, text);
        if (us < base) throw badValue(flag, 'at least --backoff', text);
        return us;
      });
      const at = get('outageAt', '', (flag, text) =>
        text === '' ? Math.floor(span / 3) : notNegative(flag, text),
      );
      const outage = {
        at,
        length: get('outage', '30s', readDuration),
        inFlight: get('inFlight', '2s', notNegative),
        retries: get('retries', '10', (flag, text) => readWhole(flag, text, 0, 50)),
      };
      return {kind, rate, outage, backoff: {jitter, base, cap}};
    }
  }
};

const scaled = (rate: Rate, by: number, over: number): Rate => ({
  count: rate.count * by,
  period: rate.period * over,
});
