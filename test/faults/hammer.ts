import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {ASKED_OF_BUCKET, HAMMERED_BUCKET, WINDOW_LIMIT} from './hammered-limits.ts';

/** How long the processes go on. Longer by hand: `HAMMER_MS=20000`. */
export const HAMMER_MS = Number(process.env['HAMMER_MS'] ?? 4_000);

/** Wall clocks of the eight processes, ms from the right time. */
const SKEWS = [0, 30_000, -30_000, 15_000, -15_000, 1, -29_999, 29_999];

/**
 * Token bucket from refusal to refusal. At each of them less than one unit is left, and between two it is never full, so what was
 * admitted is rate × time to the unit. From the first answer on it is not: until all processes ask, fewer units are asked for than
 * flow in, and what flows into a full bucket is nobody's.
 */
interface Refill {
  readonly bucket: number;
  readonly least: number;
  readonly most: number;
}

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
  /** The store's clock at the last answer, µs. */
  readonly lastAnswerAt: number;
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
      .map((line) => line.split(' ').map(Number) as unknown as Line),
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
  return {
    bucket: answered.reduce((sum, [, bucket]) => sum + bucket, 0),
    budget: budgetAfter(elapsed),
    refill: refillOf(answered),
    window: answered.reduce((sum, [, , window]) => sum + window, 0),
    windowLimit: WINDOW_LIMIT,
    calls: all.length,
    failed: all.length - answered.length,
    longestSilenceMs: silences.reduce((a, b) => Math.max(a, b), 0) / 1_000,
    lastAnswerAt: instants.at(-1) ?? 0,
    errors,
  };
};

type Line = readonly [now: number, bucket: number, window: number];

const refillOf = (answered: readonly Line[]): Refill => {
  const {burst, count, per} = HAMMERED_BUCKET;
  // Of one instant those that were granted most came first: nothing flows in between.
  const inOrder = answered.toSorted((a, b) => a[0] - b[0] || b[1] - a[1]);
  let [bucket, spans, interruptions, sinceRefusal] = [0, 0, 0, 0];
  let refusedAt = Number.NaN;
  for (const [now, admitted] of inOrder) {
    sinceRefusal += admitted;
    if (admitted === ASKED_OF_BUCKET) continue;
    // A pause of all processes in which it may have become full is left out, as is what was before the first refusal.
    if (now - refusedAt < (burst * per) / count) {
      bucket += sinceRefusal;
      spans += now - refusedAt;
    } else interruptions++;
    refusedAt = now;
    sinceRefusal = 0;
  }
  const flowedIn = (spans * count) / per;
  return {bucket, least: flowedIn - interruptions, most: flowedIn + interruptions};
};
