import {fromMillis} from '../../base/micros.ts';
import type {ActivityReport, RefusedKey, ReportLimit} from '../../view/model/activity-report.ts';
import {countsOf, noSums, pointsOf, type Sums, seriesOf} from './activity-sums.ts';
import {forecastOf, type Step, weekOf} from './from-steps.ts';
import {recommend} from './recommend.ts';
import {reportRange} from './report-range.ts';

/** A line of what `simulate --decisions` writes. */
export interface RecordedDecision {
  /** ms since the epoch. */
  readonly t: number;
  readonly key: string;
  readonly allowed: boolean;
  /** Which limit denied, or was the tightest; null: none applied. */
  readonly limit: string | null;
}

/** Steps of the series: when there are more, each becomes twice as long. */
const MOST_STEPS = 4_096;
/** Keys that are counted: when there are more, those with the fewest refusals are forgotten. */
const MOST_KEYS = 200_000;
const FIRST_STEP = 1_000_000;

interface KeySums {
  readonly limit: string;
  readonly key: string;
  requests: number;
  denied: number;
}

/** Adds up decisions, one after the other, in memory that does not grow with their number. */
export class DecisionTally {
  #step = FIRST_STEP;
  #steps = new Map<number, Sums>();
  #keys = new Map<string, KeySums>();
  readonly #limits = new Map<string, Sums>();
  readonly #total = noSums();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #keysAreComplete = true;

  add({t, key, allowed, limit}: RecordedDecision): void {
    const at = fromMillis(t);
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    const column = allowed ? 'allowed' : 'denied';
    this.#total[column]++;
    this.#stepAt(at)[column]++;
    const name = limit ?? '';
    let sums = this.#limits.get(name);
    if (sums === undefined) {
      sums = noSums();
      this.#limits.set(name, sums);
    }
    sums[column]++;
    this.#addKey(name, key, allowed);
  }

  report(
    source: {file: string; lines: number; skipped: number},
    timeZone: string,
    most: number,
  ): ActivityReport {
    const totals = countsOf(this.#total);
    const range =
      totals.requests === 0
        ? null
        : reportRange({from: this.#first, until: this.#last + 1_000, edges: 'exact'});
    const steps = this.#gapless();
    const limits = this.#limitFacts();
    const refused = this.#refused();
    const keys = refused.slice(0, most);
    const {forecast, lately} = forecastOf(steps, this.#step);
    return {
      source: {kind: 'decisions', ...source},
      policy: null,
      timeZone,
      range,
      scope: {selector: '', filter: ''},
      totals,
      limits,
      series: seriesOf(pointsOf(steps), this.#step / 1_000),
      week: weekOf(steps, this.#step, timeZone),
      identities: {
        range,
        keys,
        counted: refused.length,
        denied: refused.reduce((sum, {denied}) => sum + denied, 0),
      },
      utilisation: null,
      tokens: null,
      breakers: null,
      queues: null,
      changes: null,
      forecast,
      recommendations: recommend({
        policy: undefined,
        policyFile: 'ratectl.yaml',
        traces: [],
        limits,
        keys: refused,
        utilisation: null,
        forecast,
        lately,
        tokens: [],
        solvable: () => undefined,
      }),
      before: null,
      thresholds: [],
    };
  }

  /** False: there were more keys than are counted, and those with the fewest refusals are missing. */
  get keysAreComplete(): boolean {
    return this.#keysAreComplete;
  }

  #stepAt(at: number): Sums {
    const start = Math.floor(at / this.#step) * this.#step;
    const found = this.#steps.get(start);
    if (found !== undefined) return found;
    const sums = noSums();
    this.#steps.set(start, sums);
    if (this.#steps.size > MOST_STEPS || (this.#last - this.#first) / this.#step > MOST_STEPS) {
      this.#widen();
      return this.#stepAt(at);
    }
    return sums;
  }

  #widen(): void {
    // By fours and fives, so that steps end where minutes and hours do.
    while ((this.#last - this.#first) / this.#step > MOST_STEPS || this.#steps.size > MOST_STEPS) {
      this.#step = WIDER.find((step) => step > this.#step) ?? this.#step * 2;
      const wider = new Map<number, Sums>();
      for (const [start, {allowed, denied}] of this.#steps) {
        const at = Math.floor(start / this.#step) * this.#step;
        const sums = wider.get(at) ?? noSums();
        sums.allowed += allowed;
        sums.denied += denied;
        wider.set(at, sums);
      }
      this.#steps = wider;
    }
  }

  #addKey(limit: string, key: string, allowed: boolean): void {
    const id = `${limit} ${key}`;
    let sums = this.#keys.get(id);
    if (sums === undefined) {
      sums = {limit, key, requests: 0, denied: 0};
      this.#keys.set(id, sums);
      if (this.#keys.size > MOST_KEYS) this.#forgetKeys();
    }
    sums.requests++;
    if (!allowed) sums.denied++;
  }

  #forgetKeys(): void {
    this.#keysAreComplete = false;
    const most = [...this.#keys].sort(([, a], [, b]) => b.denied - a.denied);
    this.#keys = new Map(most.slice(0, MOST_KEYS / 2));
  }

  #gapless(): readonly Step[] {
    if (this.#steps.size === 0) return [];
    const steps: Step[] = [];
    const first = Math.floor(this.#first / this.#step) * this.#step;
    for (let at = first; at <= this.#last; at += this.#step)
      steps.push({at, ...(this.#steps.get(at) ?? noSums())});
    return steps;
  }

  /** A decision names one limit, others may have let the request through: a limit's refusals are a share of all requests. */
  #limitFacts(): readonly ReportLimit[] {
    const all = this.#total.allowed + this.#total.denied;
    return [...this.#limits]
      .filter(([name]) => name !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([limit, {denied}]) => ({
        limit,
        mode: null,
        description: null,
        ...countsOf({...noSums(), allowed: all - denied, denied}),
        shareOfDenied: this.#total.denied === 0 ? 0 : denied / this.#total.denied,
        trend: [],
        before: null,
      }));
  }

  #refused(): readonly RefusedKey[] {
    return [...this.#keys.values()]
      .filter(({denied}) => denied > 0)
      .sort((a, b) => b.denied - a.denied || (a.key < b.key ? -1 : 1))
      .map(({limit, key, requests, denied}) => ({
        limit,
        key,
        denied,
        share: denied / (this.#limits.get(limit)?.denied ?? denied),
        requests,
      }));
  }
}

const MINUTE = 60_000_000;
/** Lengths of steps, each a multiple of the one before it. */
const WIDER: readonly number[] = [1 / 12, 1 / 6, 1 / 2, 1, 5, 10, 30, 60, 180, 360, 720, 1_440].map(
  (minutes) => minutes * MINUTE,
);
