import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {admit, type BreakerState, refusedUntil, report, reset} from '../../src/engine/breaker.ts';
import {readBreakerState} from '../../src/engine/breaker-reader.ts';
import type {BreakerSpec} from '../../src/engine/breaker-spec.ts';
import {check} from '../support/check.ts';
import {MINUTE, S} from '../support/instants.ts';

const SPEC: BreakerSpec = {
  failures: 3,
  rate: undefined,
  window: MINUTE,
  minimumCalls: 10,
  recovery: 5 * MINUTE,
  probes: 1,
};

/** A breaker that is asked and told; `ask` answers `allowed`, `probe`, or until when it refuses (s). */
class Breaker {
  state: BreakerState = reset();
  readonly spec: BreakerSpec;
  readonly probes: number[] = [];

  constructor(spec: Partial<BreakerSpec> = {}) {
    this.spec = {...SPEC, ...spec};
  }

  ask(seconds: number): string | number {
    const admission = admit(this.state, this.spec, seconds * S);
    this.state = admission.state;
    if (admission.kind === 'probe') this.probes.push(admission.probe);
    return admission.kind === 'refused' ? admission.until / S : admission.kind;
  }

  /** `nth`: of the probes that were given, from 1; 0: a call that was allowed. */
  tell(kind: 'success' | 'failure', seconds: number, nth = 0): string {
    const probe = nth === 0 ? undefined : this.probes[nth - 1]!;
    this.state = report(this.state, this.spec, {kind, probe}, seconds * S);
    return this.state.kind;
  }

  open(seconds: number): void {
    while (this.state.kind === 'closed') this.tell('failure', seconds);
  }
}

describe('a circuit breaker', () => {
  test('opens at the third failure in a row, refuses for the recovery, lets one probe through, closes', () => {
    const breaker = new Breaker();
    expect(breaker.ask(0)).toBe('allowed');
    expect(breaker.tell('failure', 0)).toBe('closed');
    expect(breaker.tell('failure', 1)).toBe('closed');
    expect(breaker.tell('failure', 2)).toBe('open');
    expect(breaker.ask(3)).toBe(302);
    expect(breaker.ask(301.999999)).toBe(302);
    expect(breaker.ask(302)).toBe('probe');
    expect(breaker.ask(303)).toBe(602);
    expect(breaker.tell('success', 304, 1)).toBe('closed');
    expect(breaker.ask(305)).toBe('allowed');
    expect(breaker.tell('failure', 306)).toBe('closed');
  });

  test('starts counting in a row again after a success', () => {
    const breaker = new Breaker();
    for (const kind of ['failure', 'failure', 'success', 'failure', 'failure'] as const)
      expect(breaker.tell(kind, 0)).toBe('closed');
    expect(breaker.tell('failure', 0)).toBe('open');
  });

  test('opens again at one failed probe, for another recovery', () => {
    const breaker = new Breaker();
    breaker.open(0);
    breaker.ask(300);
    expect(breaker.tell('failure', 310, 1)).toBe('open');
    expect(breaker.ask(311)).toBe(610);
  });

  test('closes after as many successes in a row as there may be probes at a time', () => {
    const breaker = new Breaker({probes: 2});
    breaker.open(0);
    expect([breaker.ask(300), breaker.ask(301), breaker.ask(302)]).toEqual(['probe', 'probe', 600]);
    expect(breaker.tell('success', 303, 1)).toBe('half-open');
    expect(breaker.ask(304)).toBe('probe');
    expect(breaker.tell('success', 305, 3)).toBe('closed');
    expect(breaker.tell('failure', 306, 2)).toBe('closed');
    expect(breaker.state.failures).toBe(0);
  });

  test('gives the place of a probe that was never reported to another', () => {
    const breaker = new Breaker();
    breaker.open(0);
    expect(breaker.ask(300)).toBe('probe');
    expect(breaker.ask(599)).toBe(600);
    expect(breaker.ask(600)).toBe('probe');
    expect(breaker.tell('success', 601, 1)).toBe('half-open');
    expect(breaker.tell('success', 602, 2)).toBe('closed');
  });

  test('hears nothing from calls that were allowed before it opened', () => {
    const breaker = new Breaker();
    breaker.open(0);
    expect(breaker.tell('success', 1)).toBe('open');
    breaker.ask(300);
    expect(breaker.tell('failure', 301)).toBe('half-open');
    expect(breaker.tell('success', 301)).toBe('half-open');
  });

  test('hears nothing from a probe of the time before a reset', () => {
    const breaker = new Breaker();
    breaker.open(0);
    breaker.ask(300);
    breaker.state = reset();
    breaker.open(310);
    expect(breaker.ask(610)).toBe('probe');
    expect(breaker.tell('success', 611, 1)).toBe('half-open');
  });

  test('stays open for a recovery at most after the clock was put back', () => {
    const breaker = new Breaker();
    breaker.open(10_000);
    expect(breaker.ask(100)).toBe(400);
    expect(breaker.ask(400)).toBe('probe');
    breaker.probes.length = 0;
    expect(breaker.ask(50)).toBe(350);
    expect(breaker.ask(350)).toBe('probe');
  });

  test('says when a call may go through, without asking for a place', () => {
    const breaker = new Breaker();
    expect(refusedUntil(breaker.state, SPEC, 0)).toBe(0);
    breaker.open(0);
    expect(refusedUntil(breaker.state, SPEC, S)).toBe(300 * S);
    expect(refusedUntil(breaker.state, SPEC, 300 * S)).toBe(0);
    expect(breaker.ask(300)).toBe('probe');
  });
});

describe('the failed share', () => {
  test.each([
    // rate, minimumCalls, calls (S, F), state after them
    {rate: 0.5, minimumCalls: 4, calls: 'SFSF', state: 'open'},
    {rate: 0.5, minimumCalls: 5, calls: 'SFSF', state: 'closed'},
    {rate: 0.5, minimumCalls: 4, calls: 'SFSSFS', state: 'closed'},
    {rate: 1, minimumCalls: 2, calls: 'FF', state: 'open'},
    // Also at a success, when it is the call that makes a share of them.
    {rate: 0.5, minimumCalls: 3, calls: 'FFS', state: 'open'},
    // 0.07 × 100 is a little more than 7 in doubles.
    {rate: 0.07, minimumCalls: 100, calls: `${'S'.repeat(93)}${'F'.repeat(7)}`, state: 'open'},
    {rate: 0.07, minimumCalls: 100, calls: `${'S'.repeat(94)}${'F'.repeat(6)}`, state: 'closed'},
  ])('$rate of at least $minimumCalls calls: $calls, $state', ({rate, minimumCalls, calls, state}) => {
    const breaker = new Breaker({failures: 1_000, rate, minimumCalls});
    for (const call of calls) breaker.tell(call === 'F' ? 'failure' : 'success', 0);
    expect(breaker.state.kind).toBe(state);
  });

  test('forgets calls that are older than the window', () => {
    const breaker = new Breaker({failures: 1_000, rate: 0.5, minimumCalls: 4});
    for (const second of [0, 1, 2]) breaker.tell('failure', second);
    for (const second of [60, 60, 61]) breaker.tell('success', second);
    expect(breaker.tell('failure', 61)).toBe('closed');
  });

  test('counts calls of the time before the clock was put back', () => {
    const breaker = new Breaker({failures: 1_000, rate: 0.5, minimumCalls: 4});
    for (const second of [1_000, 1_001, 1_002]) breaker.tell('failure', second);
    expect(breaker.tell('failure', 5)).toBe('open');
  });
});

const SPECS = fc.record({
  failures: fc.integer({min: 1, max: 5}),
  rate: fc.option(fc.constantFrom(0.1, 0.5, 1), {nil: undefined}),
  window: fc.integer({min: 1, max: 100}),
  minimumCalls: fc.integer({min: 1, max: 8}),
  recovery: fc.integer({min: 1, max: 60}),
  probes: fc.integer({min: 1, max: 4}),
});

/** A step forward, or back; and what is done then: asked, or told of the nth call that is under way. */
const STEPS = fc.array(
  fc.record({
    gap: fc.oneof(
      {weight: 9, arbitrary: fc.nat(20)},
      {weight: 1, arbitrary: fc.integer({min: -200, max: 0})},
    ),
    tells: fc.constantFrom('nothing', 'success', 'failure', 'failure'),
    nth: fc.nat(5),
  }),
  {maxLength: 80},
);

describe('whatever is asked and told, also by a clock that steps back', () => {
  const play = (
    spec: BreakerSpec,
    steps: readonly {gap: number; tells: string; nth: number}[],
    look: (state: BreakerState, now: number) => void,
  ): BreakerState => {
    let state = reset();
    let now = 1_000;
    const calls: (number | undefined)[] = [];
    for (const {gap, tells, nth} of steps) {
      now = Math.max(0, now + gap);
      const admission = admit(state, spec, now);
      state = admission.state;
      if (admission.kind === 'probe') calls.push(admission.probe);
      if (admission.kind === 'allowed') calls.push(undefined);
      if (admission.kind === 'refused') {
        expect(admission.until).toBeGreaterThan(now);
        expect(admission.until).toBeLessThanOrEqual(now + spec.recovery);
      }
      if (tells !== 'nothing' && nth < calls.length) {
        const [probe] = calls.splice(nth, 1);
        state = report(state, spec, {kind: tells === 'success' ? 'success' : 'failure', probe}, now);
      }
      look(state, now);
    }
    return state;
  };

  test('it refuses for a recovery at most, and its state stays small', () => {
    check(fc.tuple(SPECS, STEPS), ([spec, steps]) => {
      play(spec, steps, ({slots, probes, successes, failures}) => {
        expect(slots.length).toBeLessThanOrEqual(10);
        expect(probes.length).toBeLessThanOrEqual(spec.probes);
        expect(successes).toBeLessThan(spec.probes);
        expect(failures).toBeLessThanOrEqual(steps.length);
      });
    });
  });

  test('its state survives JSON', () => {
    check(fc.tuple(SPECS, STEPS), ([spec, steps]) => {
      play(spec, steps, (state) => {
        expect(readBreakerState(JSON.parse(JSON.stringify(state)))).toEqual(state);
      });
    });
  });

  test('it closes in time once every call succeeds', () => {
    check(fc.tuple(SPECS, STEPS), ([spec, steps]) => {
      let now = 0;
      let state = play(spec, steps, (_, at) => {
        now = at;
      });
      for (let n = 0; n <= spec.probes + 1 && state.kind !== 'closed'; n++) {
        const admission = admit(state, spec, now);
        state = admission.state;
        if (admission.kind === 'refused') now = admission.until;
        if (admission.kind === 'probe')
          state = report(state, spec, {kind: 'success', probe: admission.probe}, now);
      }
      expect(state.kind).toBe('closed');
    });
  });
});
