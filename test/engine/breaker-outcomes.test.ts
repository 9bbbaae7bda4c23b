import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {admit, report, reset} from '../../src/engine/breaker.ts';
import {applyUntold, remember, type UntoldOutcome} from '../../src/engine/breaker-outcomes.ts';
import type {BreakerSpec} from '../../src/engine/breaker-spec.ts';
import {check} from '../support/check.ts';
import {MINUTE, S} from '../support/instants.ts';

const SPEC: BreakerSpec = {
  failures: 3,
  rate: 0.5,
  window: MINUTE,
  minimumCalls: 10,
  recovery: MINUTE,
  probes: 1,
};

const outcome = (kind: 'success' | 'failure', at: number, probe?: number): UntoldOutcome => ({
  ...{kind, probe, calls: 1, admittedAt: at, at},
});

describe('outcomes that are not told yet', () => {
  test('are one entry where they ended alike, in the same slot of the window', () => {
    let untold: readonly UntoldOutcome[] = [];
    for (const at of [0, 1, 5 * S, 6 * S]) untold = remember(untold, outcome('success', at), SPEC);
    untold = remember(untold, outcome('failure', 6 * S), SPEC);
    untold = remember(untold, outcome('failure', 6 * S, 1), SPEC);
    untold = remember(untold, {kind: 'closed', at: 6 * S}, SPEC);
    expect(untold.map((one) => [one.kind, 'calls' in one ? one.calls : 0])).toEqual([
      ['success', 3],
      ['success', 1],
      ['failure', 1],
      ['failure', 1],
      ['closed', 0],
    ]);
  });

  test('are no more than a thousand, and none older than the window: those at the front go', () => {
    let untold: readonly UntoldOutcome[] = [];
    for (let i = 0; i < 3_000; i++)
      untold = remember(untold, outcome(i % 2 === 0 ? 'success' : 'failure', i), SPEC);
    expect(untold).toHaveLength(1_000);
    expect(untold.at(-1)!.at).toBe(2_999);
    for (let i = 0; i < 1_000; i++)
      untold = remember(untold, outcome('success', 60 * MINUTE + i * 10 * S), SPEC);
    expect(untold.length).toBeLessThan(20);
  });

  test('give the same state applied one by one as they happened, and together to what was there before', () => {
    const steps = fc.array(
      fc.record({kind: fc.constantFrom('success' as const, 'failure' as const), gap: fc.nat(20 * S)}),
      {maxLength: 30},
    );
    check(steps, (all) => {
      let now = 1_000 * S;
      let state = reset();
      let untold: readonly UntoldOutcome[] = [];
      for (const {kind, gap} of all) {
        // Beyond a window the first ones count no more, however they are applied.
        if (now + gap > 1_050 * S) break;
        now += gap;
        state = report(state, SPEC, {kind, admittedAt: now}, now);
        untold = remember(untold, outcome(kind, now), SPEC);
      }
      const together = applyUntold(reset(), SPEC, untold, now);
      expect(together.kind).toBe(state.kind);
      expect(together.failures).toBe(state.failures);
    });
  });

  test('count on top of what others counted meanwhile', () => {
    const others = report(report(reset(), SPEC, {kind: 'failure'}, S), SPEC, {kind: 'failure'}, 2 * S);
    expect(applyUntold(others, SPEC, [outcome('failure', S)], 3 * S)).toMatchObject({
      kind: 'open',
      failures: 3,
    });
    expect(applyUntold(others, SPEC, [outcome('success', S)], 3 * S)).toMatchObject({
      kind: 'closed',
      failures: 0,
    });
  });

  test('say nothing once they are older than window and recovery, and nothing from the future', () => {
    expect(applyUntold(reset(), SPEC, [outcome('failure', 0)], 2 * MINUTE)).toBe(reset());
    const ahead = applyUntold(reset(), {...SPEC, failures: 1}, [outcome('failure', 10 * MINUTE)], MINUTE);
    expect(ahead.openedAt).toBe(MINUTE);
  });

  test('what was closed or opened without the others is so for them, unless it opened later', () => {
    const open = report(reset(), {...SPEC, failures: 1}, {kind: 'failure'}, 5 * S);
    const closing = (at: number) => applyUntold(open, SPEC, [{kind: 'closed', at}], MINUTE).kind;
    expect(closing(6 * S)).toBe('closed');
    expect(closing(4 * S)).toBe('open');
    expect(applyUntold(reset(), SPEC, [{kind: 'opened', at: S}], MINUTE)).toMatchObject({
      kind: 'open',
      openedAt: S,
      openedBy: 'operator',
    });
  });

  test('a probe that the others do not know says nothing', () => {
    const open = report(reset(), {...SPEC, failures: 1}, {kind: 'failure'}, 0);
    const probing = admit(open, SPEC, MINUTE).state;
    expect(applyUntold(probing, SPEC, [outcome('success', MINUTE, 7)], MINUTE)).toBe(probing);
  });
});
