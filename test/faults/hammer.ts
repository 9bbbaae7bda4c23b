import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from 'vitest';
import {msOf} from '../support/in-time.ts';
import {type Refill, refillOf} from '../support/refill.ts';
import {ASKED_OF_BUCKET, HAMMERED_BUCKET, WINDOW_LIMIT} from './hammered-limits.ts';

/** How long the processes go on. Longer by hand: `HAMMER_MS=20000`. */
export const HAMMER_MS = Number(process.env['HAMMER_MS'] ?? 4_000);

/** All processes are answered again within this time, ms, after a server came back. */
export const ANSWERED_AGAIN_MS = 5_000;

/** Until all have started, or are answered again, however busy the machine is. */
const PATIENTLY = {timeout: 90_000, interval: 20};

/** Wall clocks of the eight processes, ms from the right time. */
const SKEWS = [0, 30_000, -30_000, 15_000, -15_000, 1, -29_999, 29_999];

/** What eight processes together were granted. */
export interface Granted {
  /** Token bucket: admitted, and burst + rate × time from the first to the last answer by the store's clock. */
  readonly bucket: number;
  readonly budget: number;
  readonly refill: Refill;
  /** Fixed window: admitted, and its limit. */
  readonly window: number;
  readonly windowLimit: number;
  readonly calls: number;
  readonly failed: number;
  /** Longest time between two answers that any process had, by the store's clock, ms: what an outage lasted for callers. */
  readonly longestSilenceMs: number;
  /** Faults that were made: another one when the processes were held up after the first. */
  readonly faults: number;
  /** Ms after the last fault was over until all processes had been answered again. */
  readonly answeredAgainMs: number;
  readonly errors: string;
}

export interface HammerOptions {
  /** Makes a fault, and resolves when it is over. */
  readonly fault?: () => Promise<void>;
  /** Faults at most, until all are answered again in time. @default 3 */
  readonly mostFaults?: number;
}

/** Lets eight processes with skewed clocks ask a store for one key, while the fault happens. */
export const hammer = async (url: string, {fault, mostFaults = 3}: HammerOptions = {}): Promise<Granted> => {
  // Without a fault nothing fails, however long the machine stands still.
  const timeoutMs = fault === undefined ? 60_000 : 2_000;
  const hammers = SKEWS.map((skew) => new Hammer(url, skew, timeoutMs));
  await expect.poll(() => hammers.every(({isReady}) => isReady), PATIENTLY).toBe(true);
  for (const {child} of hammers) child.stdin!.write('go');
  await awake(HAMMER_MS / 4);
  let faults = 0;
  let answeredAgainMs = Number.POSITIVE_INFINITY;
  while (fault !== undefined && faults < mostFaults && answeredAgainMs >= ANSWERED_AGAIN_MS) {
    await fault();
    faults++;
    answeredAgainMs = await msOf(() => allAnswered(hammers));
  }
  await awake((HAMMER_MS * 3) / 4);
  for (const {child} of hammers) child.stdin!.end();
  await Promise.all(hammers.map(({ended}) => ended));
  return {
    ...grantedOf(hammers.map(({lines}) => lines)),
    faults,
    answeredAgainMs,
    errors: hammers.map(({errors}) => errors).join(''),
  };
};

type Line = readonly [now: number, bucket: number, window: number];

class Hammer {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  #output = '';
  errors = '';

  constructor(url: string, skew: number, timeoutMs: number) {
    const script = join(import.meta.dirname, 'hammer-process.ts');
    this.child = spawn(process.execPath, [script, url, String(skew), String(timeoutMs)]);
    this.ended = once(this.child, 'close');
    this.child.stdin!.on('error', () => {});
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  get isReady(): boolean {
    return this.#output !== '';
  }

  get lines(): readonly Line[] {
    return this.#output
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(' ').map(Number) as unknown as Line);
  }

  /** How far its output goes. */
  get said(): number {
    return this.#output.length;
  }

  /** Whether a call was answered behind that place. */
  answeredSince(place: number): boolean {
    return /\n[1-9]\d* \d+ \d+\n/.test(this.#output.slice(place));
  }
}

const allAnswered = (hammers: readonly Hammer[]): Promise<void> => {
  const places = hammers.map(({said}) => said);
  return expect.poll(() => hammers.every((one, i) => one.answeredSince(places[i]!)), PATIENTLY).toBe(true);
};

/** Time that this process was not held up. */
const awake = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 20) await sleep(20);
};

const grantedOf = (
  lines: readonly (readonly Line[])[],
): Omit<Granted, 'faults' | 'answeredAgainMs' | 'errors'> => {
  const all = lines.flat();
  const answered = all.filter(([now]) => now > 0);
  const instants = answered.map(([now]) => now).sort((a, b) => a - b);
  const elapsed = (instants.at(-1) ?? 0) - (instants[0] ?? 0);
  const silences = lines.flatMap((calls) => {
    const own = calls.map(([now]) => now).filter((now) => now > 0);
    return own.slice(1).map((now, i) => now - own[i]!);
  });
  const {burst, count, per} = HAMMERED_BUCKET;
  return {
    bucket: answered.reduce((sum, [, bucket]) => sum + bucket, 0),
    budget: burst + Math.floor((elapsed * count) / per),
    refill: refillOf(
      answered.map(([now, bucket]) => [now, bucket]),
      ASKED_OF_BUCKET,
      HAMMERED_BUCKET,
    ),
    window: answered.reduce((sum, [, , window]) => sum + window, 0),
    windowLimit: WINDOW_LIMIT,
    calls: all.length,
    failed: all.length - answered.length,
    longestSilenceMs: silences.reduce((a, b) => Math.max(a, b), 0) / 1_000,
  };
};
