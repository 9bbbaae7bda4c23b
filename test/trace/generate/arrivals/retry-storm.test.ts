import {describe, expect, test} from 'vitest';
import {
  type Backoff,
  backoffWait,
  JITTERS,
  type Jitter,
} from '../../../../src/trace/generate/arrivals/backoff.ts';
import {PoissonArrivals} from '../../../../src/trace/generate/arrivals/poisson.ts';
import {RetryQueue} from '../../../../src/trace/generate/arrivals/retry-queue.ts';
import {RetryStorm} from '../../../../src/trace/generate/arrivals/retry-storm.ts';
import {randomStream} from '../../../../src/trace/generate/random.ts';

const SECOND = 1e6;
const AT = 60 * SECOND;
const LENGTH = 20 * SECOND;

const storm = (
  jitter: Jitter,
  retries = 10,
): {time: number; slot: number; isRetry: boolean; failed: boolean}[] => {
  const times = new PoissonArrivals({count: 50, period: SECOND}, randomStream(1, 'arrivals'));
  const outage = {at: AT, length: LENGTH, inFlight: 2 * SECOND, retries};
  const backoff = {jitter, base: SECOND, cap: 16 * SECOND};
  const attempts = new RetryStorm(times, outage, backoff, randomStream(1, 'backoff'));
  const seen = [];
  for (let time = attempts.advance(); time < 180 * SECOND; time = attempts.advance()) {
    seen.push({time, slot: attempts.slot, isRetry: attempts.isRetry, failed: attempts.failed});
  }
  return seen;
};

/** The most attempts within one millisecond. */
const crowdedMilli = (seen: readonly {time: number}[]): number => {
  const counts = new Map<number, number>();
  for (const {time} of seen)
    counts.set(Math.floor(time / 1000), (counts.get(Math.floor(time / 1000)) ?? 0) + 1);
  return Math.max(...counts.values());
};

describe('retry storm', () => {
  test.each(JITTERS)(
    '%s: times never go back; what fails is what came before the end of the outage',
    (jitter) => {
      const seen = storm(jitter);
      expect(seen.every(({time}, i) => Number.isInteger(time) && time >= (seen[i - 1]?.time ?? 0))).toBe(
        true,
      );
      expect(seen.every(({time, failed}) => failed === (time >= AT - 2 * SECOND && time < AT + LENGTH))).toBe(
        true,
      );
      expect(seen.some(({time, isRetry}) => isRetry && time < AT)).toBe(false);
    },
  );

  test.each(JITTERS)('%s: every failure is followed by one retry of the same slot', (jitter) => {
    const waiting = new Set<number>();
    for (const {slot, isRetry, failed} of storm(jitter, 50)) {
      expect(waiting.has(slot)).toBe(isRetry);
      if (failed) waiting.add(slot);
      else waiting.delete(slot);
    }
    expect(waiting.size).toBe(0);
  });

  test('without jitter the clients cut together come back together, at base, 3 base, 7 base …', () => {
    const retries = storm('none').filter(({isRetry}) => isRetry);
    for (const seconds of [1, 3, 7, 15, 31]) {
      const together = retries.filter(({time}) => time === AT + seconds * SECOND).length;
      expect(together).toBeGreaterThan(70); // 2 s of 50/s
      expect(together).toBeLessThan(130);
    }
  });

  test('with jitter they spread', () => {
    const lockstep = crowdedMilli(storm('none'));
    expect(lockstep).toBeGreaterThan(70);
    expect(crowdedMilli(storm('full'))).toBeLessThan(10);
    expect(crowdedMilli(storm('equal'))).toBeLessThan(10);
    expect(crowdedMilli(storm('decorrelated'))).toBeLessThan(10);
  });

  test('clients give up after the retries they have', () => {
    expect(storm('none', 0).some(({isRetry}) => isRetry)).toBe(false);
    const tries = new Map<number, number>();
    for (const {slot, isRetry} of storm('none', 3)) {
      tries.set(slot, isRetry ? tries.get(slot)! + 1 : 0);
      expect(tries.get(slot)).toBeLessThanOrEqual(3);
    }
    expect(Math.max(...tries.values())).toBeGreaterThan(0);
  });
});

describe('backoff', () => {
  const waits = (jitter: Jitter): number[][] => {
    const backoff: Backoff = {jitter, base: 1000, cap: 10_000};
    const random = randomStream(2, 'waits');
    return Array.from({length: 500}, () => {
      const chain = [0];
      for (let n = 1; n <= 6; n++) chain.push(backoffWait(backoff, n, chain.at(-1)!, random));
      return chain;
    });
  };

  const bounds: Record<Jitter, (n: number, before: number) => readonly [number, number]> = {
    none: (n) => [Math.min(10_000, 1000 * 2 ** (n - 1)), Math.min(10_000, 1000 * 2 ** (n - 1))],
    full: (n) => [0, Math.min(10_000, 1000 * 2 ** (n - 1))],
    equal: (n) => [Math.min(10_000, 1000 * 2 ** (n - 1)) / 2, Math.min(10_000, 1000 * 2 ** (n - 1))],
    decorrelated: (_, before) => [1000, Math.min(10_000, 3 * Math.max(1000, before))],
  };

  test.each(JITTERS)('%s: waits stay in their range and use it', (jitter) => {
    const chains = waits(jitter);
    for (const chain of chains) {
      chain.slice(1).forEach((wait, i) => {
        const [low, high] = bounds[jitter](i + 1, chain[i]!);
        expect(wait).toBeGreaterThanOrEqual(low);
        expect(wait).toBeLessThanOrEqual(high);
      });
    }
    const first = chains.map((chain) => chain[1]!);
    const [low, high] = bounds[jitter](1, 0);
    expect(Math.max(...first)).toBeGreaterThanOrEqual(high - 0.02 * (high - low));
    expect(Math.min(...first)).toBeLessThanOrEqual(low + 0.02 * (high - low));
  });
});

describe('retry queue', () => {
  test('gives back by time, then by slot, whatever the order of pushing', () => {
    const random = randomStream(9, 'queue');
    const queue = new RetryQueue();
    const items = Array.from({length: 1000}, (_, slot) => ({time: random.below(50), slot}));
    for (const {time, slot} of [...items].reverse()) queue.push(time, slot);
    const sorted = [...items].sort((a, b) => a.time - b.time || a.slot - b.slot);
    for (const {time, slot} of sorted) {
      expect(queue.nextTime).toBe(time);
      expect(queue.pop()).toBe(slot);
    }
    expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
  });
});
