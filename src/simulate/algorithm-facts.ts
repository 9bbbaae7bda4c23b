import {formatDuration} from '../base/duration.ts';
import type {AlgorithmSpec} from '../engine/policy-model.ts';

type Kind = AlgorithmSpec['kind'];
type SpecOf<K extends Kind> = Extract<AlgorithmSpec, {kind: K}>;

/** A number of a bucket that `--solve` may vary. */
export interface SolvableNumber<S extends AlgorithmSpec = AlgorithmSpec> {
  get(spec: S): number;
  /** The bucket with another value; what followed the old one by default follows the new one. */
  with(spec: S, value: number): S;
}

interface Facts<S extends AlgorithmSpec> {
  /** For people: `token bucket 10/s, burst 20`. */
  describe(spec: S): string;
  /** By the name of the parameter in policies. */
  readonly numbers: Readonly<Record<string, SolvableNumber<S>>>;
}

const perUnit = (us: number): string => {
  const text = formatDuration(us);
  return /^1[a-zµ]+$/.test(text) ? text.slice(1) : text;
};

const rate = ({count, per}: {readonly count: number; readonly per: number}): string => {
  // 167 per 100 s was written 1.67/s.
  const seconds = per / 1e6;
  return seconds > 1 && [10, 100, 1000].includes(seconds)
    ? `${count / seconds}/s`
    : `${count}/${perUnit(per)}`;
};

const refillText = ({refill}: SpecOf<'token-bucket'>): string => {
  if (refill.kind === 'continuous') return '';
  return refill.kind === 'stepped' ? `, every ${formatDuration(refill.every)}` : `, ${refill.kind}`;
};

const delayText = ({delayFrom}: SpecOf<'leaky-bucket'>): string => {
  if (delayFrom === Number.POSITIVE_INFINITY) return ', nodelay';
  return delayFrom > 0 ? `, delay ${delayFrom}` : '';
};

/** A burst that equals the count is the default and follows the rate. */
const burstAfter = (spec: {readonly count: number; readonly burst: number}, count: number): number =>
  spec.burst === spec.count ? count : spec.burst;

/** An initial fill that equals the burst is the default and follows it; none is above it. */
const withBurst = (spec: SpecOf<'token-bucket'>, burst: number): SpecOf<'token-bucket'> => ({
  ...spec,
  burst,
  initial: spec.initial === spec.burst ? burst : Math.min(spec.initial, burst),
});

const limitOf = <
  S extends SpecOf<'fixed-window' | 'sliding-window' | 'sliding-log'>,
>(): SolvableNumber<S> => ({
  get: ({limit}) => limit,
  with: (spec, limit) => ({...spec, limit}),
});

/** What `simulate` says of an algorithm and may vary of it: one entry each. */
const FACTS: {readonly [K in Kind]: Facts<SpecOf<K>>} = {
  'token-bucket': {
    describe: (spec) =>
      `token bucket ${rate(spec)}, burst ${spec.burst}${spec.initial === spec.burst ? '' : `, initial ${spec.initial}`}${refillText(spec)}`,
    numbers: {
      rate: {
        get: ({count}) => count,
        with: (spec, count) => ({...withBurst(spec, burstAfter(spec, count)), count}),
      },
      burst: {get: ({burst}) => burst, with: withBurst},
    },
  },
  gcra: {
    describe: (spec) => `GCRA ${rate(spec)}, burst ${spec.burst}`,
    numbers: {
      rate: {
        get: ({count}) => count,
        with: (spec, count) => ({...spec, count, burst: burstAfter(spec, count)}),
      },
      burst: {get: ({burst}) => burst, with: (spec, burst) => ({...spec, burst})},
    },
  },
  'fixed-window': {
    describe: ({limit, window}) => {
      if (window.align === 'calendar')
        return `fixed window ${limit} per calendar ${window.unit} (${window.timeZone})`;
      const from = window.align === 'first-hit' ? ' from the first hit' : '';
      return `fixed window ${limit}/${perUnit(window.length)}${from}`;
    },
    numbers: {limit: limitOf()},
  },
  'sliding-window': {
    describe: ({limit, window}) => `sliding window ${limit}/${perUnit(window)}`,
    numbers: {limit: limitOf()},
  },
  'sliding-log': {
    describe: ({limit, window}) => `sliding log ${limit}/${perUnit(window)}`,
    numbers: {limit: limitOf()},
  },
  'leaky-bucket': {
    describe: (spec) => `leaky bucket ${rate(spec)}, burst ${spec.burst}${delayText(spec)}`,
    numbers: {
      rate: {get: ({count}) => count, with: (spec, count) => ({...spec, count})},
      burst: {get: ({burst}) => burst, with: (spec, burst) => ({...spec, burst})},
    },
  },
  concurrency: {
    describe: ({max, timeout}) => `concurrency ${max}, leases of ${formatDuration(timeout)}`,
    numbers: {max: {get: ({max}) => max, with: (spec, max) => ({...spec, max})}},
  },
};

/** The facts of the algorithm that a specification names. */
export const factsOf = <S extends AlgorithmSpec>(spec: S): Facts<S> =>
  FACTS[spec.kind] as unknown as Facts<S>;
