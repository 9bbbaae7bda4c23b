import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {HAMMERED_BUCKET, WINDOW_LIMIT} from './hammered-limits.ts';

/** How long the processes go on. Longer by hand: `HAMMER_MS=20000`. */
export const HAMMER_MS = Number(process.env['HAMMER_MS'] ?? 4_000);

/** Wall clocks of the eight processes, ms from the right time. */
const SKEWS = [0, 30_000, -30_000, 15_000, -15_000, 1, -29_999, 29_999];

/** What eight processes together were granted. */
export interface Granted {
  /** Token bucket: admitted, and burst + rate × time from the first to the last answer by the store's clock. */
  readonly bucket: number;
  readonly budget: number;
  /** The same until a call was refused last: then the bucket was empty. */
  readonly untilEmpty: {readonly bucket: number; readonly budget: number};
  /** Fixed window: admitted, and its limit. */
  readonly window: number;
  readonly windowLimit: number;
  readonly calls: number;
  readonly failed: number;
  /** Longest time between two answers that any process had, by the store's clock, ms: what an outage lasted for callers. */
  readonly longestSilenceMs: number;
  readonly errors: string;
}

/** Lets eight processes with skewed clocks ask a store for one key, while `during` happens. */
export const hammer = async (
  url: string,
  during: () => Promise<void> = async () => {},
  forMs = HAMMER_MS,
): Promise<Granted> => {
  const script = join(import.meta.dirname, 'hammer-process.ts');
  const outputs: string[] = SKEWS.map(() => '');
  let errors = '';
  const children = SKEWS.map((skew, i): ChildProcess => {
    const child = spawn(process.execPath, [script, url, String(skew), String(forMs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      outputs[i] += text;
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    return child;
  });
  const ended = Promise.all(children.map((child) => once(child, 'close')));
  const started = Date.now();
  while (outputs.some((output) => output === '') && Date.now() < started + 15_000) await sleep(50);
  await sleep(HAMMER_MS / 4);
  await during();
  await ended;

  const lines = outputs.map((output) =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' ').map(Number) as [number, number, number]),
  );
  const all = lines.flat();
  const answered = all.filter(([now]) => now > 0);
  const instants = answered.map(([now]) => now).sort((a, b) => a - b);
  const elapsed = (instants.at(-1) ?? 0) - (instants[0] ?? 0);
  const silences = lines.flatMap((calls) => {
    const own = calls.map(([now]) => now).filter((now) => now > 0);
    return own.slice(1).map((now, i) => now - own[i]!);
  });
  const {burst, count, per} = HAMMERED_BUCKET;
  const budgetAfter = (span: number): number => burst + Math.floor((span * count) / per);
  const emptied = answered.reduce((last, [now, bucket]) => (bucket < 3 ? Math.max(last, now) : last), 0);
  return {
    bucket: answered.reduce((sum, [, bucket]) => sum + bucket, 0),
    budget: budgetAfter(elapsed),
    untilEmpty: {
      bucket: answered.reduce((sum, [now, bucket]) => (now <= emptied ? sum + bucket : sum), 0),
      budget: budgetAfter(emptied - instants[0]!),
    },
    window: answered.reduce((sum, [, , window]) => sum + window, 0),
    windowLimit: WINDOW_LIMIT,
    calls: all.length,
    failed: all.length - answered.length,
    longestSilenceMs: silences.reduce((a, b) => Math.max(a, b), 0) / 1_000,
    errors,
  };
};
