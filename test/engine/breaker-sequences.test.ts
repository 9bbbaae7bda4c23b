/**
 * What known libraries document and do, as scripts of outcomes with time, played by this engine. Where the same script means something
 * else here, the row has what this engine does, and `differs` says what the library does and why this one does not.
 *
 *   `12: F F open`   at 12 s two calls fail, and the breaker is open then
 *   `S` `F`          a call that is let through, as a probe where it has to be one, and succeeds or fails
 *   `ask`            asks for a call that is not reported yet: `ask probe`, `ask refused`
 *   `P+` `P-`        the oldest probe that was asked for succeeds, or fails
 *   `L+` `L-`        a call that was let through at 0 s ends only now
 *   `20S`            twenty of them
 */
import {describe, expect, test} from 'vitest';
import {admit, type BreakerState, report, reset} from '../../src/engine/breaker.ts';
import type {BreakerSpec} from '../../src/engine/breaker-spec.ts';
import {S} from '../support/instants.ts';

interface Row {
  readonly what: string;
  readonly spec: Partial<BreakerSpec>;
  readonly script: readonly string[];
  readonly differs?: string;
}

/** Never opens by itself: rows say what opens. */
const NOTHING: BreakerSpec = {
  failures: 1_000,
  rate: undefined,
  window: 10 * S,
  minimumCalls: 1,
  recovery: 30 * S,
  probes: 1,
};

const COCKATIEL: readonly Row[] = [
  {
    what: 'ConsecutiveBreaker(3) opens at the third failure in a row; a success begins anew',
    spec: {failures: 3},
    script: ['0: F F S closed', '1: F F closed', '2: F open', '2: ask refused'],
  },
  {
    what: 'halfOpenAfter: one call is let through then; its success closes',
    spec: {failures: 3, recovery: 10 * S},
    script: [
      '0: F F F open',
      '9.999999: ask refused',
      '10: ask probe',
      '10: ask refused',
      '11: P+ closed',
      '11: F F closed',
    ],
  },
  {
    what: 'half-open: a failure opens it for another halfOpenAfter',
    spec: {failures: 3, recovery: 10 * S},
    script: ['0: F F F open', '10: F open', '19: ask refused', '20: S closed'],
  },
  {
    what: 'CountBreaker({threshold: 0.5, size: 4}) opens at three failures of four',
    spec: {rate: 0.5, minimumCalls: 4},
    script: ['0: S F F closed', '0: F open'],
  },
  {
    what: 'CountBreaker does not open below minimumNumberOfCalls',
    spec: {rate: 0.5, minimumCalls: 6},
    script: ['0: F F F F F closed', '0: F open'],
  },
  {
    what: 'CountBreaker({threshold: 0.5, size: 4}) at exactly half of the calls',
    spec: {rate: 0.5, minimumCalls: 4},
    script: ['0: S S F closed', '0: F open'],
    differs: 'stays closed there: it opens above its threshold, all thresholds here are reached with >=',
  },
  {
    what: 'CountBreaker({threshold: 0.5, size: 4}) forgets all but the last four calls',
    spec: {rate: 0.5, minimumCalls: 4},
    script: ['0: S S S S S closed', '0: F F F closed', '0: F closed', '0: F open'],
    differs:
      'opens at the third failure: its window is of calls, this one of time, which forgets outcomes that are old whatever the traffic',
  },
  {
    what: 'SamplingBreaker({threshold: 0.2, duration: 30 s, minimumRps: 0.5}) needs 15 calls in the window',
    spec: {rate: 0.2, window: 30 * S, minimumCalls: 15},
    script: ['0: 4F closed', '5: 9S closed', '6: F closed', '6: F open'],
  },
  {
    what: 'SamplingBreaker looks at the share when a call fails',
    spec: {rate: 0.2, window: 30 * S, minimumCalls: 15},
    script: ['0: 5F closed', '5: 9S closed', '6: S open'],
    differs:
      'stays closed until the next failure: here the call that makes the share meaningful opens it, whatever it is itself',
  },
  {
    what: 'SamplingBreaker forgets what is older than its duration',
    spec: {rate: 0.5, window: 30 * S, minimumCalls: 4},
    script: ['0: F F F closed', '31: F closed'],
  },
  {
    what: 'halfOpenSampling({calls: 4, threshold: 0.5}) closes when one of four fails',
    spec: {failures: 3, rate: 0.6, minimumCalls: 100, recovery: 10 * S, probes: 4},
    script: [
      '0: F F F open',
      '10: ask probe',
      '10: ask probe',
      '10: ask probe',
      '10: ask probe',
      '10: ask refused',
      '11: P+ half-open',
      '11: P- half-open',
      '11: P+ half-open',
      '11: P+ closed',
    ],
  },
  {
    what: 'halfOpenSampling opens as soon as more than its share has failed',
    spec: {failures: 3, rate: 0.6, minimumCalls: 100, recovery: 10 * S, probes: 4},
    script: [
      '0: F F F open',
      '10: ask probe',
      '10: ask probe',
      '10: ask probe',
      '11: P- half-open',
      '11: P- half-open',
      '11: P- open',
      '20: ask refused',
      '21: ask probe',
    ],
  },
  {
    what: 'a call that began before it opened says nothing while it is half-open',
    spec: {failures: 3, recovery: 10 * S},
    script: ['0: F F F open', '10: ask probe', '11: L- half-open', '11: L+ half-open', '12: P+ closed'],
  },
];

const OPOSSUM: readonly Row[] = [
  {
    what: 'errorThresholdPercentage 50, no volumeThreshold: the first failure opens it',
    spec: {rate: 0.5, minimumCalls: 1},
    script: ['0: F open'],
  },
  {
    what: 'volumeThreshold 5: it stays closed below',
    spec: {rate: 0.5, minimumCalls: 5},
    script: ['0: F F F F closed', '1: F open'],
  },
  {
    what: 'more than half of the calls fail',
    spec: {rate: 0.5, minimumCalls: 5},
    script: ['0: S S S F F closed', '1: F open'],
  },
  {
    what: 'exactly half of the calls fail',
    spec: {rate: 0.5, minimumCalls: 4},
    script: ['0: S S F closed', '1: F open'],
    differs: 'stays closed there: it opens above its threshold, all thresholds here are reached with >=',
  },
  {
    what: 'rollingCountTimeout 10 s in ten buckets: older calls are forgotten',
    spec: {rate: 0.5, minimumCalls: 4},
    script: ['0: F F F closed', '11: F closed', '12: F F closed', '13: F open'],
  },
  {
    what: 'resetTimeout: one call while it is half-open, others are refused; a success closes, and what was counted is forgotten',
    spec: {rate: 0.5, minimumCalls: 2},
    script: [
      '0: F F open',
      '29: ask refused',
      '30: ask probe',
      '30: ask refused',
      '31: P+ closed',
      '31: F closed',
      '31: F open',
    ],
  },
  {
    what: 'half-open: a failure opens it again, whatever the volume',
    spec: {rate: 0.5, minimumCalls: 2},
    script: ['0: F F open', '30: F open', '59: ask refused', '60: ask probe'],
  },
];

const RESILIENCE4J: readonly Row[] = [
  {
    what: 'COUNT_BASED, slidingWindowSize 10, failureRateThreshold 50: half of ten calls open it',
    spec: {rate: 0.5, minimumCalls: 10},
    script: ['0: S S S S S F F F F closed', '0: F open'],
  },
  {
    what: 'the rate is looked at when a call succeeds, too',
    spec: {rate: 0.5, minimumCalls: 10},
    script: ['0: F F F F F S S S S closed', '0: S open'],
  },
  {
    what: 'minimumNumberOfCalls 5 of a window of 10',
    spec: {rate: 0.5, minimumCalls: 5},
    script: ['0: F F F F closed', '0: F open'],
  },
  {
    what: 'COUNT_BASED forgets the eleventh call',
    spec: {rate: 0.5, minimumCalls: 10},
    script: ['0: 10S closed', '1: 5F closed', '1: 4F closed', '1: F open'],
    differs:
      'opens at the fifth failure: its window is of calls; TIME_BASED is what there is here, see the next rows',
  },
  {
    what: 'TIME_BASED, slidingWindowSize 10: the calls of the last 10 s',
    spec: {rate: 0.5, minimumCalls: 4},
    script: ['0: 10S closed', '9: 5F closed', '11: F open'],
  },
  {
    what: 'TIME_BASED: an epoch second leaves the window as a whole',
    spec: {rate: 0.5, minimumCalls: 5},
    script: ['0.2: F closed', '0.9: F F closed', '9.9: S closed', '10: F F F closed', '10: F open'],
  },
  {
    what: 'waitDurationInOpenState, then permittedNumberOfCallsInHalfOpenState 3 and no more',
    spec: {rate: 0.5, minimumCalls: 2, probes: 3},
    script: [
      '0: F F open',
      '29: ask refused',
      '30: ask probe',
      '30: ask probe',
      '30: ask probe',
      '30: ask refused',
    ],
  },
  {
    what: 'half-open: one of three fails, which is below 50 %: it closes when all have ended',
    spec: {rate: 0.5, minimumCalls: 2, probes: 3},
    script: ['0: F F open', '30: S half-open', '31: F half-open', '32: S closed'],
  },
  {
    what: 'half-open: two of three fail',
    spec: {rate: 0.5, minimumCalls: 2, probes: 3},
    script: [
      '0: F F open',
      '30: S half-open',
      '31: F half-open',
      '32: F open',
      '61: ask refused',
      '62: ask probe',
    ],
  },
  {
    what: 'half-open: the first two of three fail',
    spec: {rate: 0.5, minimumCalls: 2, probes: 3},
    script: ['0: F F open', '30: F half-open', '31: F open'],
    differs: 'waits for the third and opens then: that one can change nothing, and would be risked',
  },
  {
    what: 'half-open: a call that began before it opened',
    spec: {rate: 0.5, minimumCalls: 2, probes: 1},
    script: ['0: F F open', '30: ask probe', '31: L- half-open', '31: P+ closed'],
    differs: 'counts it as one of the permitted calls: it says nothing about the time after the recovery',
  },
  {
    what: 'a call that began before it opened, and ends after it has closed',
    spec: {rate: 0.5, minimumCalls: 2, probes: 1},
    script: ['0: F F open', '30: S closed', '31: L- L- L- closed', '32: F F open'],
    differs: 'counts it: calls that time out together long after would open what has recovered',
  },
  {
    what: 'a permitted call that never ends',
    spec: {rate: 0.5, minimumCalls: 2, probes: 1},
    script: ['0: F F open', '30: ask probe', '59: ask refused', '60: ask probe', '61: S refused'],
    differs:
      'without maxWaitDurationInHalfOpenState it is waited for, for ever: the process may have died, so its place is free after the recovery',
  },
];

const POLLY: readonly Row[] = [
  {
    what: 'FailureRatio 0.5, MinimumThroughput 4, SamplingDuration 10 s: opens at exactly half',
    spec: {rate: 0.5, minimumCalls: 4, recovery: 5 * S},
    script: ['0: S S F closed', '1: F open'],
  },
  {
    what: 'below MinimumThroughput it stays closed, also when all fail',
    spec: {rate: 0.1, minimumCalls: 100, window: 30 * S, recovery: 5 * S},
    script: ['0: 99F closed', '1: F open'],
  },
  {
    what: 'a tenth of a hundred calls, the defaults',
    spec: {rate: 0.1, minimumCalls: 100, window: 30 * S, recovery: 5 * S},
    script: ['0: 91S closed', '1: 9F closed', '2: F closed', '2: F open'],
  },
  {
    what: 'SamplingDuration: older windows are forgotten, a tenth at a time',
    spec: {rate: 0.5, minimumCalls: 4, recovery: 5 * S},
    script: ['0: F F F closed', '10.5: F closed'],
  },
  {
    what: 'the ratio is looked at when a call fails',
    spec: {rate: 0.5, minimumCalls: 4, recovery: 5 * S},
    script: ['0: F F F closed', '1: S open'],
    differs:
      'stays closed until the next failure: here the call that makes the share meaningful opens it, whatever it is itself',
  },
  {
    what: 'BreakDuration, then one call; success closes and forgets what was counted',
    spec: {rate: 0.5, minimumCalls: 4, recovery: 5 * S},
    script: [
      '0: 4F open',
      '4.9: ask refused',
      '5: ask probe',
      '5: ask refused',
      '6: P+ closed',
      '6: F F F closed',
      '6: F open',
    ],
  },
  {
    what: 'a failure while it is open neither opens it again nor makes it last longer',
    spec: {rate: 0.5, minimumCalls: 4, recovery: 5 * S},
    script: ['0: 4F open', '3: L- L- open', '5: ask probe'],
  },
  {
    what: 'half-open: a failure of a call that began before it opened',
    spec: {rate: 0.5, minimumCalls: 4, recovery: 5 * S},
    script: ['0: 4F open', '5: ask probe', '6: L- half-open', '6: P+ closed'],
    differs: 'opens it again: it says nothing about the time after the break',
  },
];

/** Plays a script step by step. */
class Player {
  #state: BreakerState = reset();
  readonly #spec: BreakerSpec;
  readonly #probes: number[] = [];

  constructor(spec: Partial<BreakerSpec>) {
    this.#spec = {...NOTHING, ...spec};
  }

  /** Whether what the line says holds: the state, or the answer, after its last step. */
  play(line: string): {readonly expected: string; readonly found: string} {
    const [, seconds, steps] = /^([\d.]+): (.*)$/.exec(line)!;
    const words = steps!.split(' ');
    const expected = words.pop()!;
    const now = Math.round(Number(seconds) * S);
    let found = '';
    for (const word of words) {
      const [, times, step] = /^(\d*)(\D.*)$/.exec(word)!;
      for (let i = 0; i < Number(times || 1); i++) found = this.#step(step!, now);
    }
    return {expected, found};
  }

  #step(step: string, now: number): string {
    const kind = step.endsWith('+') || step === 'S' ? 'success' : 'failure';
    if (step === 'ask') {
      const admission = this.#admit(now);
      if (admission.kind === 'probe') this.#probes.push(admission.probe);
      return admission.kind;
    }
    if (step.startsWith('L')) return this.#report({kind, admittedAt: 0}, now);
    if (step.startsWith('P')) return this.#report({kind, probe: this.#probes.shift()!}, now);
    const admission = this.#admit(now);
    if (admission.kind === 'refused') return 'refused';
    return this.#report(
      {kind, admittedAt: now, probe: admission.kind === 'probe' ? admission.probe : undefined},
      now,
    );
  }

  #admit(now: number): ReturnType<typeof admit> {
    const admission = admit(this.#state, this.#spec, now);
    this.#state = admission.state;
    return admission;
  }

  #report(outcome: Parameters<typeof report>[2], now: number): string {
    this.#state = report(this.#state, this.#spec, outcome, now);
    return this.#state.kind;
  }
}

describe.each([
  ['cockatiel', COCKATIEL],
  ['opossum', OPOSSUM],
  ['resilience4j', RESILIENCE4J],
  ['Polly v8', POLLY],
])('sequences of %s', (_, rows) => {
  test.each(
    rows.map((row) => [`${row.what}${row.differs === undefined ? '' : ' (differs by choice)'}`, row]),
  )('%s', (_what, {spec, script}) => {
    const player = new Player(spec);
    for (const line of script) {
      const {expected, found} = player.play(line);
      expect(`${line.slice(0, line.lastIndexOf(' '))} ${found}`).toBe(
        `${line.slice(0, line.lastIndexOf(' '))} ${expected}`,
      );
    }
  });
});
