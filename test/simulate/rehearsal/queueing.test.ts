import {describe, expect, test} from 'vitest';
import {EventQueue} from '../../../src/simulate/rehearsal/event-queue.ts';
import {Server} from '../../../src/simulate/rehearsal/server.ts';
import {drawServiceTime, parseServiceTime} from '../../../src/simulate/rehearsal/service-time.ts';
import {exponentialGap} from '../../../src/trace/generate/arrivals/arrival-times.ts';
import {randomStream} from '../../../src/trace/generate/random.ts';
import {poisson, rehearse} from './support.ts';

const SECOND = 1_000_000;

/** Mean waits and numbers in a server that independent clients send to. */
const measured = (perSecond: number, service: string, capacity: number, requests: number) => {
  const events = new EventQueue();
  const server = new Server(events, capacity);
  const arrivals = randomStream(11, 'arrivals');
  const services = randomStream(12, 'services');
  const spec = parseServiceTime(service);
  let t = 0;
  let waits = 0;
  let waited = 0;
  let stays = 0;
  let done = 0;
  let inside = 0;
  let insideTime = 0;
  let lastAt = 0;
  const change = (step: number, now: number): void => {
    insideTime += inside * (now - lastAt);
    lastAt = now;
    inside += step;
  };
  for (let i = 0; i < requests; i++) {
    t += exponentialGap(arrivals, SECOND / perSecond);
    const at = Math.floor(t);
    while (events.next(at));
    change(1, at);
    const owner = {
      worked: (now: number, wait: number) => {
        change(-1, now);
        waits += wait;
        if (wait > 0) waited++;
        stays += now - at;
        done++;
      },
    };
    server.submit(owner, drawServiceTime(spec, 0, services), at);
  }
  while (events.next(Number.POSITIVE_INFINITY));
  return {
    done,
    meanWait: waits / requests,
    waitedShare: waited / requests,
    meanStay: stays / requests,
    meanInside: insideTime / lastAt,
    arrivalRate: requests / lastAt,
    busy: server.busyTime(lastAt) / (capacity * lastAt),
  };
};

/** Erlang C: the probability of a wait, with offered load a = λ ÷ μ on c servers. */
const erlangC = (c: number, a: number): number => {
  let blocking = 1;
  for (let k = 1; k <= c; k++) blocking = (a * blocking) / (k + a * blocking);
  return blocking / (1 - (a / c) * (1 - blocking));
};

describe('the server waits as queueing theory says', {timeout: 120_000}, () => {
  test.each([
    [50, 0.5],
    [70, 0.7],
    [80, 0.8],
  ])('M/M/1 with %d requests a second of 10 ms: mean wait ρ ÷ (μ − λ)', (perSecond, rho) => {
    const {meanWait, waitedShare, busy} = measured(perSecond, 'exp(10ms)', 1, 400_000);
    const expected = (rho / (100 - perSecond)) * SECOND;
    expect(Math.abs(meanWait / expected - 1)).toBeLessThan(0.04);
    expect(waitedShare).toBeCloseTo(rho, 2);
    expect(busy).toBeCloseTo(rho, 2);
  });

  test.each([
    [2, 150],
    [4, 320],
    [10, 850],
    [50, 4_400],
  ])('M/M/%d with %d requests a second of 10 ms: Erlang C', (capacity, perSecond) => {
    const {meanWait, waitedShare} = measured(perSecond, 'exp(10ms)', capacity, 1_000_000);
    const probability = erlangC(capacity, perSecond / 100);
    const expected = (probability / (capacity * 100 - perSecond)) * SECOND;
    expect(Math.abs(waitedShare / probability - 1)).toBeLessThan(0.04);
    expect(Math.abs(meanWait / expected - 1)).toBeLessThan(0.06);
  });

  test('M/D/1 waits half as long as M/M/1 (Pollaczek and Khinchine)', () => {
    const {meanWait} = measured(70, '10ms', 1, 400_000);
    expect(Math.abs(meanWait / ((0.5 * 0.7 * SECOND) / 30) - 1)).toBeLessThan(0.04);
  });

  test('Little: the mean number inside is the arrival rate times the mean stay', () => {
    for (const service of ['exp(10ms)', 'lognormal(5ms,60ms)', '10ms']) {
      const {meanInside, arrivalRate, meanStay, done} = measured(75, service, 1, 100_000);
      expect(done).toBe(100_000);
      expect(meanInside / (arrivalRate * meanStay)).toBeCloseTo(1, 6);
    }
  });

  test('a rehearsal of the same traffic reports the same mean stay', () => {
    const {rehearsal} = rehearse(poisson(80, 2_000), {
      server: {capacity: '1', serviceTime: 'exp(10ms)'},
    });
    const stay = rehearsal.protected.latencyMs!.mean;
    expect(Math.abs(stay / 50 - 1)).toBeLessThan(0.06);
    expect(rehearsal.protected.busy!).toBeCloseTo(0.8, 1);
  });

  test('a server of any capacity makes nobody wait', () => {
    expect(measured(1_000, '1s', Number.POSITIVE_INFINITY, 20_000)).toMatchObject({
      meanWait: 0,
      meanStay: SECOND,
    });
  });
});
