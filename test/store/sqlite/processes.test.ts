import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openSqliteStore} from '../../../src/store/sqlite/open-sqlite-store.ts';
import {SqliteHandle} from '../../../src/store/sqlite/sqlite-handle.ts';
import {collect} from '../contract/scene.ts';
import {temporaryFolder} from './sqlite-place.ts';

const PROCESSES = 8;
/** Longer by hand: `HAMMER_MS=20000`. */
const FOR_MS = Number(process.env['HAMMER_MS'] ?? 4_000);
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

  constructor(path: string, skew: number) {
    const script = join(import.meta.dirname, 'hammer-process.ts');
    this.child = spawn(process.execPath, [script, path, String(skew), String(FOR_MS)], {
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
    hammers.push(...SKEWS.slice(0, PROCESSES).map((skew) => new Hammer(path, skew)));
    const ended = hammers.map(({child}) => once(child, 'close'));
    while (hammers[3]!.granted.length < 100) await setTimeout(20);
    hammers[3]!.child.kill('SIGKILL');
    await Promise.all(ended);
    all = hammers.flatMap(({granted}) => granted);
  }, 60_000);
  afterAll(remove);

  test('they all open the new file, and say nothing', () => {
    expect(hammers.map(({errors}) => errors)).toEqual(hammers.map(() => ''));
    expect(hammers.map(({child}) => child.signalCode ?? child.exitCode)).toEqual(
      hammers.map((_, i) => (i === 3 ? 'SIGKILL' : 0)),
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
    const budget = 1_000 + Math.floor((elapsed * 1_500) / 1e6);
    const granted = sum(all.map(({bucket}) => bucket));
    expect(granted).toBeLessThanOrEqual(budget);
    // That nearly all of it is given is in test/faults, where nobody dies with an answer untold.
    expect(granted).toBeGreaterThan(0.9 * budget);
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
