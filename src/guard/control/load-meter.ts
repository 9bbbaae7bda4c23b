import {readFileSync} from 'node:fs';
import {availableParallelism, totalmem} from 'node:os';
import {monitorEventLoopDelay, performance} from 'node:perf_hooks';
import type {LoadSample} from '../../engine/control/control-spec.ts';
import {processClock} from '../../store/store-clock.ts';
import {type ReadText, readCgroupLimits} from './cgroup.ts';

/** What control is told of the load of this process. */
export interface LoadSource {
  start(): void;
  /**
   * Something was completed; µs from when it was let in. `abandoned`: nobody waited for it any more, so it would have taken at least
   * that long: it counts where that is more than the mean of the interval before.
   */
  observe(responseTimeUs: number, how?: 'completed' | 'abandoned'): void;
  /** What was measured since the last call. */
  sample(): LoadSample;
  close(): void;
}

/** What this process may use. */
export interface Resources {
  readonly processors: number;
  /** Bytes. */
  readonly memory: number;
}

/** ms between two looks at the event loop. */
const RESOLUTION_MS = 10;
/** Shares of a shorter span say nothing, µs. */
const SHORTEST = 50_000;
/** A container can be given more or less while it runs: looked at again after this, µs. */
const RESOURCES_TRUSTED = 60_000_000;

/**
 * Measures this process:
 *
 * - `cpu`: its processor time ÷ (time × processors it may use), or the busy share of its event loop where that is higher: JavaScript
 *   runs on one processor, and is overloaded when that one is in use, however many there are
 * - `memory`: its resident memory ÷ what it may use
 * - `eventLoop`: how much later than asked for its timers ran, the 99th percentile
 * - `responseTime`: the mean of what it was told
 *
 * Processors and memory are those of its control group (see cgroup.ts), at most those of the machine. Never keeps the process alive.
 */
export class LoadMeter implements LoadSource {
  readonly #read: ReadText;
  #resources: Resources;
  #readAt: number;
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #since = processClock();
  #usage = process.cpuUsage();
  #loop = performance.eventLoopUtilization();
  #completed = 0;
  #totalUs = 0;
  /** Of the last interval in which anything was completed, µs. */
  #lastMean = 0;

  constructor(read: ReadText = readText) {
    this.#read = read;
    this.#resources = resourcesOf(read);
    this.#readAt = this.#since;
  }

  start(): void {
    this.#delay ??= monitorEventLoopDelay({resolution: RESOLUTION_MS});
    this.#delay.enable();
    this.sample();
  }

  observe(responseTimeUs: number, how: 'completed' | 'abandoned' = 'completed'): void {
    // Whoever leaves at once says nothing; when all leave because all is slow, that is all there is to be known.
    if (how === 'abandoned' && responseTimeUs <= this.#lastMean) return;
    this.#completed++;
    this.#totalUs += Math.max(0, responseTimeUs);
  }

  sample(): LoadSample {
    const now = processClock();
    if (now - this.#readAt >= RESOURCES_TRUSTED) {
      this.#resources = resourcesOf(this.#read);
      this.#readAt = now;
    }
    const sample = {
      cpu: this.#cpu(now),
      memory: Math.min(1, process.memoryUsage.rss() / this.#resources.memory),
      eventLoop: this.#eventLoop(),
      responseTime: this.#completed === 0 ? undefined : this.#totalUs / this.#completed,
    };
    this.#lastMean = sample.responseTime ?? this.#lastMean;
    this.#completed = 0;
    this.#totalUs = 0;
    return sample;
  }

  close(): void {
    this.#delay?.disable();
  }

  #cpu(now: number): number | undefined {
    const elapsed = now - this.#since;
    if (elapsed < SHORTEST) return undefined;
    const {user, system} = process.cpuUsage(this.#usage);
    const {utilization} = performance.eventLoopUtilization(this.#loop);
    this.#since = now;
    this.#usage = process.cpuUsage();
    this.#loop = performance.eventLoopUtilization();
    return Math.min(1, Math.max((user + system) / (elapsed * this.#resources.processors), utilization));
  }

  /** The histogram has the time between two looks, the pause that was asked for included. */
  #eventLoop(): number | undefined {
    const delay = this.#delay;
    if (delay === undefined || delay.count === 0) return undefined;
    const late = delay.percentile(99) / 1_000 - RESOLUTION_MS * 1_000;
    delay.reset();
    return Math.max(0, late);
  }
}

/** What a process may use of this machine. */
export const resourcesOf = (
  read: ReadText,
  machine: Resources = {processors: availableParallelism(), memory: totalmem()},
): Resources => {
  const {processors = machine.processors, memory = machine.memory} = readCgroupLimits(read);
  return {
    processors: Math.min(processors, machine.processors),
    memory: Math.min(memory, machine.memory),
  };
};

const readText: ReadText = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
