import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {closedLoop} from '../../src/bench/closed-loop.ts';
import {openLoop} from '../../src/bench/open-loop.ts';
import type {RunningLoop} from '../../src/bench/request-source.ts';
import {createSchedule} from '../../src/bench/schedule.ts';
import {processClock} from '../../src/store/store-clock.ts';

interface Sent {
  readonly intended: number;
  readonly sent: number;
  readonly waited: boolean;
}

/** The time of a loop, µs: that of the machine, or one that a test moves, where it matters what happens before what. */
type Clock = (model: Model) => number;

/** A store that answers after so many ms, 0: at once; between two instants not at all. */
class Model {
  readonly all: Sent[] = [];
  readonly unsent: number[] = [];
  underWay = 0;
  most = 0;
  loop: RunningLoop | undefined;
  readonly #delayMs: number;
  readonly #stall: readonly [from: number, until: number];
  readonly #clock: Clock;

  constructor(delayMs: number, stall: readonly [number, number] = [0, 0], clock: Clock = processClock) {
    this.#delayMs = delayMs;
    this.#stall = stall;
    this.#clock = clock;
  }

  readonly source = {
    now: () => this.#clock(this),
    underWay: () => this.underWay,
    start: (intended: number, sent: number, waited: boolean): void => {
      this.all.push({intended, sent, waited});
      this.most = Math.max(this.most, ++this.underWay);
      const [from, until] = this.#stall;
      const left = sent >= from && sent < until ? (until - sent) / 1_000 : this.#delayMs;
      const done = (): void => {
        this.underWay--;
        this.loop!.answered();
      };
      if (left === 0) queueMicrotask(done);
      else setTimeout(done, left).unref();
    },
  };
}

const open = (
  model: Model,
  {
    rate = 1_000,
    forMs = 300,
    mostUnderWay = 1_000,
    graceMs = 60_000,
    pacing = 'spin' as 'spin' | 'timer',
  } = {},
): Promise<void> => {
  const start = model.source.now();
  model.loop = openLoop({
    source: model.source,
    schedule: createSchedule({arrivals: 'constant', rate, seed: 1, index: 0, of: 1}),
    start,
    until: start + forMs * 1_000,
    deadline: start + (forMs + graceMs) * 1_000,
    mostUnderWay,
    pacing,
    neverSent: (intended) => model.unsent.push(intended),
  });
  return model.loop.sent;
};

describe('the open loop', () => {
  test.each(['spin', 'timer'] as const)(
    'sends every request of the schedule, none before its time (%s)',
    async (pacing) => {
      const model = new Model(1);
      await open(model, {pacing});
      expect(model.all).toHaveLength(300);
      expect(model.all.every(({intended, sent}) => sent >= intended)).toBe(true);
      expect(model.unsent).toEqual([]);
    },
  );

  test('goes on while nothing is answered: slow answers do not keep requests from being made', async () => {
    const now = processClock();
    const model = new Model(1, [now, now + 60_000_000]);
    await open(model, {forMs: 200});
    expect(model.all).toHaveLength(200);
    expect(model.most).toBe(200);
  });

  test('what has to wait for others keeps its intended start, and says that it waited', async () => {
    const now = processClock();
    const model = new Model(1, [now, now + 200_000]);
    await open(model, {forMs: 300, mostUnderWay: 10});
    expect(model.all).toHaveLength(300);
    expect(model.most).toBe(10);
    const eleventh = model.all[10]!;
    expect(eleventh.waited).toBe(true);
    expect(eleventh.sent - eleventh.intended).toBeGreaterThan(100_000);
    expect(model.all[5]!.waited).toBe(false);
  });

  test('gives up at the deadline what it could not send', async () => {
    let now = 0;
    // Nothing is answered, and time flies once nothing can be sent.
    const model = new Model(1, [0, 60_000_000], ({underWay}) => {
      now += underWay < 10 ? 100 : 50_000;
      return now;
    });
    const done = open(model, {forMs: 100, mostUnderWay: 10, graceMs: 100});
    await done;
    expect([model.all.length, model.unsent.length]).toEqual([10, 90]);
  });

  test('stops when it is told to', async () => {
    const model = new Model(1);
    const done = open(model, {forMs: 60_000});
    await sleep(30);
    model.loop!.stop();
    await done;
    const count = model.all.length;
    await sleep(30);
    expect(model.all).toHaveLength(count);
  });

  test('lasts as long as was asked for, when the last request is long sent', async () => {
    const model = new Model(1);
    const begin = performance.now();
    await open(model, {rate: 5, forMs: 390});
    expect(model.all).toHaveLength(2);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(389);
  });

  test('tells the time in which it only looked at the clock', async () => {
    let now = 0;
    const model = new Model(1, [0, 0], () => {
      now += 10;
      return now;
    });
    await open(model, {forMs: 100});
    expect(model.loop!.takeIdle()).toBeGreaterThan(0);
    expect(model.loop!.takeIdle()).toBe(0);
  });
});

describe('the closed loop', () => {
  const closed = (model: Model, callers: number, forMs: number): Promise<void> => {
    model.loop = closedLoop({source: model.source, callers, until: model.source.now() + forMs * 1_000});
    return model.loop.sent;
  };

  test('has as many requests under way as there are callers', async () => {
    const model = new Model(2, [0, 0], ({all}) => (all.length > 50 ? Number.POSITIVE_INFINITY : 0));
    await closed(model, 7, 60_000);
    expect(model.most).toBe(7);
    expect(model.all.length).toBeGreaterThan(7);
  });

  test('makes no requests while the store is silent: that is what it hides', async () => {
    const now = processClock();
    const model = new Model(1, [now, now + 200_000]);
    await closed(model, 5, 150);
    expect(model.all).toHaveLength(5);
  });

  test('lets timers run although every answer comes at once', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    // Until a timer has run, or it has been kept waiting by a million of requests.
    const isOver = ({all}: Model): boolean => (ticks > 0 && all.length > 256) || all.length > 1_000_000;
    const model = new Model(0, [0, 0], (of) => (isOver(of) ? Number.POSITIVE_INFINITY : 0));
    await closed(model, 3, 60_000);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
    expect(model.all.length).toBeGreaterThan(256);
  });
});
