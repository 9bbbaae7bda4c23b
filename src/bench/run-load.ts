import {setTimeout as sleep} from 'node:timers/promises';
import type {Attributes} from '../engine/live/request-router.ts';
import {createLimiter} from '../guard/create-limiter.ts';
import type {Limiter} from '../guard/limiter.ts';
import {parsePolicy} from '../policy/load-policy.ts';
import {openStore} from '../store/open-store.ts';
import {processClock} from '../store/store-clock.ts';
import {closedLoop} from './closed-loop.ts';
import {keyChooser} from './key-chooser.ts';
import type {LoadPlan} from './load-plan.ts';
import type {LoadResult} from './load-result.ts';
import {openLoop} from './open-loop.ts';
import {Recorder} from './recorder.ts';
import {requestAttributes} from './request-attributes.ts';
import type {RunningLoop} from './request-source.ts';
import {createSchedule} from './schedule.ts';

export interface LoadHooks {
  /** Answers so far. */
  readonly onProgress: (answers: number) => void;
  /** The limiter lost the store. */
  readonly onLost: () => void;
}

/** A process that is connected and waits for the sign to begin. */
export interface ReadyLoad {
  run(hooks: LoadHooks): Promise<LoadResult>;
  /** Ends a run early, with what there is. */
  stop(): void;
  close(): Promise<void>;
}

const PROGRESS_MS = 250;
/** What is due when the time is over may still be sent for so long, as a share of the time, and at least 1 s. */
const GRACE = 0.1;

/** Connects as an application does. Rejects with a StoreError when the store cannot be used. */
export const prepareLoad = async (plan: LoadPlan): Promise<ReadyLoad> => {
  const {target, timeoutMs} = plan;
  const loaded = parsePolicy(plan.policy.source, plan.policy.file);
  const store = await openStore(target, {
    access: 'write',
    connection: 'reconnect',
    clientName: 'ratectl-bench',
    timeoutMs,
  });
  let onLost: () => void = () => undefined;
  let limiter: Limiter;
  try {
    limiter = await createLimiter({
      policy: loaded,
      store,
      timeoutMs,
      failFast: true,
      events: {onStoreLost: () => onLost(), onStoreBack: () => undefined},
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const load = new Load(plan, limiter, requestAttributes(loaded.policy, plan.attributes));
  return {
    run(hooks) {
      onLost = () => {
        load.lost();
        hooks.onLost();
      };
      return load.run(hooks);
    },
    stop: () => load.stop(),
    async close() {
      await limiter.close();
      await store.close();
    },
  };
};

class Load {
  readonly #plan: LoadPlan;
  readonly #limiter: Limiter;
  readonly #attributesOf: (n: number) => Attributes;
  #recorder: Recorder | undefined;
  #loop: RunningLoop | undefined;
  #stopped = false;

  constructor(plan: LoadPlan, limiter: Limiter, attributesOf: (n: number) => Attributes) {
    this.#plan = plan;
    this.#limiter = limiter;
    this.#attributesOf = attributesOf;
  }

  stop(): void {
    this.#stopped = true;
    this.#loop?.stop();
  }

  lost(): void {
    this.#recorder?.lost(processClock());
  }

  async run({onProgress}: LoadHooks): Promise<LoadResult> {
    const {warmup, duration, step, keepDecisions, timeoutMs} = this.#plan;
    const start = processClock();
    const from = start + warmup;
    const until = from + duration;
    const recorder = new Recorder({from, until, step, keepDecisions, epochOf});
    this.#recorder = recorder;
    const loop = this.#begin(recorder, start, until);
    this.#loop = loop;
    if (this.#stopped) loop.stop();
    const meter = new CpuMeter(loop);
    const begins = setTimeout(() => meter.begin(), warmup / 1_000);
    const progress = setInterval(() => onProgress(recorder.answers), PROGRESS_MS);
    await loop.sent;
    const endedAt = this.#stopped ? processClock() : until;
    await settled(recorder, timeoutMs + 1_000);
    clearTimeout(begins);
    clearInterval(progress);
    return recorder.result(meter.end(), endedAt);
  }

  #begin(recorder: Recorder, start: number, until: number): RunningLoop {
    const {loop, keys, distribution, seed, index, of, pacing, duration} = this.#plan;
    const nextKey = keyChooser(distribution, keys, {seed, index});
    const limiter = this.#limiter;
    const source = {
      now: processClock,
      underWay: () => recorder.underWay,
      start: (intended: number, sent: number, waited: boolean): void => {
        recorder.sent(sent);
        limiter.check(this.#attributesOf(nextKey())).then(
          (decision) => {
            recorder.answered(intended, sent, processClock(), decision, waited);
            running.answered();
          },
          (error: unknown) => {
            recorder.failed(intended, processClock(), error instanceof Error ? error.message : String(error));
            running.answered();
          },
        );
      },
    };
    const running: RunningLoop =
      loop.kind === 'closed'
        ? closedLoop({source, until, callers: share(loop.callers, index, of)})
        : openLoop({
            source,
            start,
            until,
            schedule: createSchedule({arrivals: loop.arrivals, rate: loop.rate / of, seed, index, of}),
            deadline: until + Math.max(1_000_000, duration * GRACE),
            mostUnderWay: loop.mostUnderWay,
            pacing,
            neverSent: (intended, at) => recorder.neverSent(intended, at),
          });
    return running;
  }
}

const epochOf = (us: number): number => performance.timeOrigin + us / 1_000;

/** Of `total` callers, how many are in process `index` of `of`. */
const share = (total: number, index: number, of: number): number =>
  Math.floor((total * (index + 1)) / of) - Math.floor((total * index) / of);

const settled = async (recorder: Recorder, patienceMs: number): Promise<void> => {
  const end = performance.now() + patienceMs;
  while (recorder.underWay > 0 && performance.now() < end) await sleep(1);
};

/** CPU time of this process while it is measured. */
class CpuMeter {
  readonly #loop: RunningLoop;
  #cpu = process.cpuUsage();
  #at = processClock();

  constructor(loop: RunningLoop) {
    this.#loop = loop;
  }

  begin(): void {
    this.#loop.takeIdle();
    this.#cpu = process.cpuUsage();
    this.#at = processClock();
  }

  end(): Pick<LoadResult, 'cpu' | 'idle' | 'cpuOver'> {
    const {user, system} = process.cpuUsage(this.#cpu);
    const cpu = user + system;
    return {cpu, idle: Math.min(cpu, this.#loop.takeIdle()), cpuOver: processClock() - this.#at};
  }
}
