import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {mostWithin} from '../../support/oauth/journal.ts';
import {startPostgres} from '../../support/servers/postgres-server.ts';
import {startRedis} from '../../support/servers/redis-server.ts';
import {type HarnessOptions, type HarnessReport, harness} from './refresh-harness.ts';
import {GAP_MS, MOST_IN_WINDOW, WINDOW_MS} from './refresh-rules.ts';

/** `npm run test:faults` has 200, and twelve processes. */
const LONG = Number(process.env['REFRESH_ROUNDS'] ?? 0);
const ROUNDS = LONG || 6;
const PROCESSES = LONG > 0 ? 12 : 5;
const STORM = LONG > 0 ? 20 : 8;
const TIMEOUT = {timeout: 300_000 + 10_000 * LONG};

const ofResult = ({requests}: HarnessReport, ...results: readonly string[]) =>
  requests.filter(({result}) => results.includes(result));
const told = ({notes}: HarnessReport, words: RegExp): number =>
  notes.filter((note) => words.test(note)).length;

/** ms between two requests at the provider, the shortest: no more than that for certain, however the provider was held up. */
const shortestGap = ({requests}: HarnessReport): number => {
  const inOrder = requests.toSorted((a, b) => a.mono - b.mono);
  return Math.min(Number.POSITIVE_INFINITY, ...inOrder.slice(1).map(({mono}, i) => mono - inOrder[i]!.since));
};

const expectRulesKept = (report: HarnessReport): void => {
  expect(report.errors).toBe('');
  expect(report.requests.length).toBeGreaterThan(0);
  expect(shortestGap(report)).toBeGreaterThanOrEqual(GAP_MS);
  expect(mostWithin(report.requests, WINDOW_MS)).toBeLessThanOrEqual(MOST_IN_WINDOW);
  // Nobody spent a token twice, but for the one time that a provider with grace allows.
  expect(ofResult(report, 'reused', 'revoked')).toEqual([]);
};

/** Every request has its attempt in the audit journal, and every pair that was issued and did not arrive is told. */
const expectExplained = (report: HarnessReport): void => {
  const sent = report.notes.length - told(report, /given up before anything was sent/);
  expect(sent).toBeGreaterThanOrEqual(report.requests.length);
  const issued = ofResult(report, 'issued', 'replayed').length;
  const arrived = told(report, /: refreshed/);
  expect(arrived).toBeLessThanOrEqual(issued);
  expect(told(report, /the answer was lost|was discarded/)).toBeGreaterThanOrEqual(issued - arrived);
};

const run = async (
  name: string,
  options: Omit<HarnessOptions, 'processes' | 'rounds'>,
): Promise<HarnessReport> => {
  const report = await harness({processes: PROCESSES, rounds: ROUNDS, storm: STORM, ...options});
  if (LONG > 0)
    console.log(
      name,
      JSON.stringify({
        requests: report.requests.length,
        shortestGapMs: Math.round(shortestGap(report)),
        mostInWindow: mostWithin(report.requests, WINDOW_MS),
        attempts: report.notes.length,
        lost: told(report, /the answer was lost/),
        reused: ofResult(report, 'reused').length,
        replayed: ofResult(report, 'replayed').length,
        authorised: report.authorised,
        killed: report.killed,
      }),
    );
  return report;
};

describe(
  'processes that are killed at random, operators that all refresh at once, clocks wrong by a minute',
  TIMEOUT,
  () => {
    test('SQLite: never two refreshes in the short window, never eleven in the long one, each token spent once', async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'ratectl-refresh-')), 'state.db');
      const report = await run('SQLite, strict', {store: `sqlite:${path}`, rotation: 'strict'});
      expectRulesKept(report);
      expectExplained(report);
    });

    test('Redis that is killed and comes back (appendfsync always)', async () => {
      const server = await startRedis({args: ['--appendonly', 'yes', '--appendfsync', 'always']});
      onTestFinished(() => server.stop());
      const report = await run('Redis, strict, restarted', {
        store: server.url,
        rotation: 'strict',
        during: async () => {
          await server.kill();
          await sleep(500);
          await server.start();
        },
      });
      expectRulesKept(report);
      expectExplained(report);
    });

    test('Redis without persistence that forgets everything: those who are left put it back', async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const report = await run('Redis, grace, forgot', {
        store: server.url,
        rotation: 'grace',
        storm: 0,
        during: async () => {
          await server.kill();
          await server.start();
          // Somebody who remembers looks before anybody else is killed.
          await sleep(1_000);
        },
      });
      expectRulesKept(report);
    });

    test('Postgres that is killed and comes back', async () => {
      const server = await startPostgres({durability: 'on'});
      onTestFinished(() => server.stop());
      const report = await run('Postgres, grace, restarted', {
        store: server.url,
        rotation: 'grace',
        during: async () => {
          await server.kill();
          await server.start();
        },
      });
      expectRulesKept(report);
      expectExplained(report);
    });

    test('a variant without compare-and-set and fencing is found out', async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'ratectl-refresh-')), 'state.db');
      // Operators alone: nothing has used up the budget when they all begin.
      const report = await harness({
        store: `sqlite:${path}`,
        rotation: 'strict',
        variant: 'careless',
        processes: 0,
        rounds: 3,
        storm: 12,
      });
      expect(shortestGap(report)).toBeLessThan(GAP_MS);
    });
  },
);
