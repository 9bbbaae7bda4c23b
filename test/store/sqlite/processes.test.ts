import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openSqliteStore} from '../../../src/store/sqlite/open-sqlite-store.ts';
import {SqliteHandle} from '../../../src/store/sqlite/sqlite-handle.ts';
import {refillOf} from '../../support/refill.ts';
import {collect} from '../contract/scene.ts';
import {ASKED_OF_BUCKET, HAMMERED_BUCKET} from './hammered-limits.ts';
import {temporaryFolder} from './sqlite-place.ts';

const PROCESSES = 8;
/** Longer by hand: `HAMMER_MS=20000`. */
const FOR_MS = Number(process.env['HAMMER_MS'] ?? 4_000);
/** Which of them is killed, after some calls; it would go on until then. */
const KILLED = 3;
const ENDLESS_MS = 600_000;
/** Wall clocks of the processes, ms from the right time. */
const SKEWS = [0, 30_000, -30_000, 15_000, -15_000, 1, -29_999, 29_999];

interface Granted {
  readonly now: number;
  readonly bucket: number;
  readonly window: number;
}

class Hammer {
  readonly child: ChildProcess;
  #output = '';
  #errors = '';

  constructor(path: string, skew: number, forMs: number) {
    const script = join(import.meta.dirname, 'hammer-process.ts');
    this.child = spawn(process.execPath, [script, path, String(skew), String(forMs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
  }

  /** What the process wrote to its standard error: no warning of Node's, no complaint. */
  get errors(): string {
    return this.#errors;
  }

  get granted(): readonly Granted[] {
    // A killed process may leave half a line.
    const lines = this.#output.split('\n').slice(0, -1);
    return lines.map((line) => {
      const [now, bucket, window] = line.split(' ').map(Number) as [number, number, number];
      return {now, bucket, window};
    });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('eight processes with skewed clocks ask for one key, one is killed', () => {
  const {folder, remove} = temporaryFolder();
  const path = join(folder, 'new', 'state.db');
  const hammers: Hammer[] = [];
  let all: readonly Granted[] = [];

  beforeAll(async () => {
    hammers.push(
      ...SKEWS.slice(0, PROCESSES).map(
        (skew, i) => new Hammer(path, skew, i === KILLED ? ENDLESS_MS : FOR_MS),
      ),
    );
    const ended = hammers.map(({child}) => once(child, 'close'));
    while (hammers[KILLED]!.granted.length < 100) await setTimeout(20);
    hammers[KILLED]!.child.kill('SIGKILL');
    await Promise.all(ended);
    all = hammers.flatMap(({granted}) => granted);
  }, 240_000);
  afterAll(remove);

  test('they all open the new file, and say nothing', () => {
    expect(hammers.map(({errors}) => errors)).toEqual(hammers.map(() => ''));
    expect(hammers.map(({child}) => child.signalCode ?? child.exitCode)).toEqual(
      hammers.map((_, i) => (i === KILLED ? 'SIGKILL' : 0)),
    );
    expect(hammers.every(({granted}) => granted.length > 0)).toBe(true);
  });

  test('a window gives its budget, exactly', () => {
    const granted = sum(all.map(({window}) => window));
    expect(granted).toBeLessThanOrEqual(300);
    // What the killed process was granted last it could not say.
    expect(granted).toBeGreaterThanOrEqual(299);
  });

  test('a bucket gives its burst and what flows in by the store’s clock, and not one more', () => {
    const instants = all.map(({now}) => now).sort((a, b) => a - b);
    const elapsed = instants.at(-1)! - instants[0]!;
    const {burst, count, per} = HAMMERED_BUCKET;
    const budget = burst + Math.floor((elapsed * count) / per);
    const granted = sum(all.map(({bucket}) => bucket));
    expect(granted).toBeLessThanOrEqual(budget);
    const answered = all.map(({now, bucket}) => [now, bucket] as const);
    const {bucket, least, most} = refillOf(answered, ASKED_OF_BUCKET, HAMMERED_BUCKET);
    expect(bucket).toBeGreaterThan(100);
    expect(bucket).toBeLessThanOrEqual(most);
    // What the killed process was granted last it could not say.
    expect(bucket).toBeGreaterThanOrEqual(least - ASKED_OF_BUCKET);
    if (process.env['HAMMER_MS'] !== undefined)
      console.log({budget, granted, elapsed, calls: hammers.map(({granted}) => granted.length)});
  });

  test('the store’s clock never goes back, in no process', () => {
    for (const {granted} of hammers) {
      const instants = granted.map(({now}) => now);
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
    }
  });

  test('the file stays intact and goes on', async () => {
    const handle = SqliteHandle.open(path, 'write');
    expect(handle.get('PRAGMA integrity_check')).toEqual(['ok']);
    handle.close();
    const store = await openSqliteStore({kind: 'sqlite', path}, {access: 'read'});
    const pages = await collect(store.scan({keys: {kind: 'all'}}));
    await store.close();
    expect(pages.flatMap(({rows}) => rows.map(({address}) => address.limit))).toEqual(['bucket', 'window']);
  });
});
