import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {
  abandon,
  admit,
  admitCheck,
  type BreakerState,
  kindAt,
  refusedUntil,
  report,
  reset,
} from '../../src/engine/breaker.ts';
import {readBreakerState} from '../../src/engine/breaker-reader.ts';
import type {BreakerSpec} from '../../src/engine/breaker-spec.ts';
import {check} from '../support/check.ts';
import {MANY_CASES_MS} from '../support/in-time.ts';
import {MINUTE, S} from '../support/instants.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

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

describe('several probes, with a share', () => {
  test('too many of them fail: opened as soon as that is certain', () => {
    const breaker = new Breaker({rate: 0.5, minimumCalls: 100, probes: 4});
    breaker.open(0);
    for (let i = 0; i < 4; i++) expect(breaker.ask(300)).toBe('probe');
    expect(breaker.tell('failure', 301, 1)).toBe('half-open');
    expect(breaker.tell('success', 302, 2)).toBe('half-open');
    expect(breaker.tell('failure', 303, 3)).toBe('open');
    expect(breaker.state.openedBy).toBe('probe');
  });

  test('few enough of them fail: closed when all have ended', () => {
    const breaker = new Breaker({rate: 0.5, minimumCalls: 100, probes: 4});
    breaker.open(0);
    for (let i = 0; i < 4; i++) breaker.ask(300);
    for (const nth of [1, 2, 3]) expect(breaker.tell('success', 301, nth)).toBe('half-open');
    expect(breaker.tell('failure', 302, 4)).toBe('closed');
  });
});

describe('a probe that is given up unsent', () => {
  test('gives its place to the next at once', () => {
    const breaker = new Breaker();
    breaker.open(0);
    expect(breaker.ask(300)).toBe('probe');
    expect(breaker.ask(301)).toBe(600);
    breaker.state = abandon(breaker.state, breaker.probes[0]!);
    expect(breaker.ask(301)).toBe('probe');
    expect(breaker.tell('failure', 302, 1)).toBe('half-open');
    expect(breaker.tell('success', 302, 2)).toBe('closed');
  });

  test("changes nothing when its place is another one's", () => {
    const breaker = new Breaker();
    breaker.open(0);
    breaker.ask(300);
    expect(abandon(breaker.state, 7)).toBe(breaker.state);
    expect(abandon(reset(), breaker.probes[0]!)).toBe(reset());
  });
});

describe('health checks', () => {
  const EVERY = 10 * S;
  const due = (breaker: Breaker, seconds: number): number | string => {
    const admission = admitCheck(breaker.state, breaker.spec, EVERY, seconds * S);
    if (admission.kind === 'not-due') return `at ${admission.until / S}`;
    breaker.state = admission.state;
    return admission.check;
  };
  const told = (breaker: Breaker, kind: 'success' | 'failure', check: number, seconds: number): string => {
    breaker.state = report(breaker.state, breaker.spec, {kind, probe: check}, seconds * S);
    return breaker.state.kind;
  };

  test('none is due while it is closed; one at a time and interval while it is not, whoever asks', () => {
    const breaker = new Breaker();
    expect(due(breaker, 0)).toBe('at Infinity');
    breaker.open(0);
    expect(due(breaker, 9)).toBe('at 10');
    expect(due(breaker, 10)).toBe(10 * S);
    expect(due(breaker, 10)).toBe('at 20');
    // The first one died: the next is made without it, and nothing is heard of it.
    expect(due(breaker, 20)).toBe(20 * S);
    expect(told(breaker, 'success', 10 * S, 21)).toBe('open');
    expect(told(breaker, 'success', 20 * S, 21)).toBe('closed');
  });

  test('as many as there may be probes close it before any call is risked', () => {
    const breaker = new Breaker({probes: 2});
    breaker.open(0);
    expect(told(breaker, 'success', due(breaker, 10) as number, 11)).toBe('open');
    expect(breaker.ask(12)).toBe(300);
    expect(told(breaker, 'success', due(breaker, 20) as number, 21)).toBe('closed');
  });

  test('one that fails takes back what earlier ones counted, and makes nothing last longer', () => {
    const breaker = new Breaker({probes: 2});
    breaker.open(0);
    told(breaker, 'success', due(breaker, 10) as number, 11);
    expect(told(breaker, 'failure', due(breaker, 20) as number, 21)).toBe('open');
    expect(told(breaker, 'success', due(breaker, 30) as number, 31)).toBe('open');
    expect(breaker.ask(299)).toBe(300);
    expect(breaker.ask(300)).toBe('probe');
    expect(told(breaker, 'failure', due(breaker, 301) as number, 302)).toBe('half-open');
    expect(breaker.tell('success', 303, 1)).toBe('closed');
  });

  test('one that was given up says nothing', () => {
    const breaker = new Breaker();
    breaker.open(0);
    const check = due(breaker, 10) as number;
    breaker.state = abandon(breaker.state, check);
    expect(told(breaker, 'success', check, 11)).toBe('open');
    expect(told(breaker, 'success', 0, 11)).toBe('open');
    expect(due(breaker, 11)).toBe('at 20');
  });

  test('come in time after the clock was put back', () => {
    const breaker = new Breaker();
    breaker.open(10_000);
    due(breaker, 10_010);
    expect(due(breaker, 5)).toBe('at 15');
  });
});

test('who asks finds an open one half-open once its recovery is over', () => {
  const breaker = new Breaker();
  expect(kindAt(breaker.state, SPEC, 0)).toBe('closed');
  breaker.open(0);
  expect(kindAt(breaker.state, SPEC, 300 * S - 1)).toBe('open');
  expect(kindAt(breaker.state, SPEC, 300 * S)).toBe('half-open');
});

test('where no share is looked at, a success of a breaker with nothing against it changes nothing', () => {
  expect(report(reset(), SPEC, {kind: 'success'}, 0)).toBe(reset());
  const one = report(reset(), SPEC, {kind: 'failure'}, 0);
  expect(one).toMatchObject({failures: 1, slots: []});
  expect(report(one, SPEC, {kind: 'success'}, 0)).toMatchObject({kind: 'closed', failures: 0});
});

test('a call that was let through before the last probe says nothing, also once it is closed', () => {
  const breaker = new Breaker({failures: 1});
  breaker.open(0);
  breaker.ask(300);
  breaker.tell('success', 301, 1);
  const late = (admittedAt: number, at: number): string =>
    report(breaker.state, breaker.spec, {kind: 'failure', admittedAt: admittedAt * S}, at * S).kind;
  expect(late(299, 302)).toBe('closed');
  expect(late(301, 302)).toBe('open');
  // The number of a probe that is ahead of a clock that was put back keeps nothing out.
  expect(late(5, 6)).toBe('open');
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

  test('calls that ended alike count the same one by one and together', () => {
    const groups = fc.array(
      fc.record({
        kind: fc.constantFrom('success' as const, 'failure' as const),
        calls: fc.integer({min: 1, max: 9}),
      }),
      {maxLength: 12},
    );
    check(fc.tuple(SPECS, groups), ([spec, all]) => {
      let single = reset();
      let together = reset();
      all.forEach(({kind, calls}, at) => {
        for (let i = 0; i < calls; i++) single = report(single, spec, {kind}, at * 7);
        together = report(together, spec, {kind, calls}, at * 7);
        expect(together.kind).toBe(single.kind);
        if (single.kind === 'closed') expect(together).toEqual(single);
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
