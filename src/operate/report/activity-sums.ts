import {toRfc3339} from '../../base/micros.ts';
import type {LimitUsage} from '../../store/port.ts';
import type {ReportCounts, ReportSeries, SeriesPoint} from '../../view/model/activity-report.ts';

export interface Sums {
  allowed: number;
  denied: number;
  shadowDenied: number;
}

export const noSums = (): Sums => ({allowed: 0, denied: 0, shadowDenied: 0});

export const addSums = (sums: Sums, more: Readonly<Sums>): void => {
  sums.allowed += more.allowed;
  sums.denied += more.denied;
  sums.shadowDenied += more.shadowDenied;
};

export const countsOf = ({allowed, denied, shadowDenied}: Readonly<Sums>): ReportCounts => {
  const requests = allowed + denied;
  return {
    requests,
    allowed,
    denied,
    shadowDenied,
    allowRate: requests === 0 ? null : allowed / requests,
  };
};

/** Sums by limit and step of time. */
export class ActivitySums {
  readonly #step: number;
  readonly #limits = new Map<string, Map<number, Sums>>();

  /** Length of a step, µs. */
  constructor(step: number) {
    this.#step = step;
  }

  add(at: number, usage: LimitUsage): void {
    const start = Math.floor(at / this.#step) * this.#step;
    let steps = this.#limits.get(usage.limit);
    if (steps === undefined) {
      steps = new Map();
      this.#limits.set(usage.limit, steps);
    }
    let sums = steps.get(start);
    if (sums === undefined) {
      sums = noSums();
      steps.set(start, sums);
    }
    addSums(sums, usage);
  }

  get limits(): readonly string[] {
    return [...this.#limits.keys()];
  }

  /** All steps of a limit, or of all limits. */
  total(limit?: string): Sums {
    const sums = noSums();
    for (const [name, steps] of this.#limits)
      if (limit === undefined || name === limit) for (const step of steps.values()) addSums(sums, step);
    return sums;
  }

  /** Every step that begins before `until`, from that of `from` on; of one limit or of all. */
  steps(from: number, until: number, limit?: string): readonly (Sums & {readonly at: number})[] {
    const steps: (Sums & {at: number})[] = [];
    const found = limit === undefined ? [...this.#limits.values()] : [this.#limits.get(limit) ?? new Map()];
    for (let at = Math.floor(from / this.#step) * this.#step; at < until; at += this.#step) {
      const sums = {at, ...noSums()};
      for (const one of found) {
        const step = one.get(at);
        if (step !== undefined) addSums(sums, step);
      }
      steps.push(sums);
    }
    return steps;
  }
}

export const pointsOf = (steps: readonly (Sums & {readonly at: number})[]): readonly SeriesPoint[] =>
  steps.map(({at, allowed, denied, shadowDenied}) => ({at: toRfc3339(at), allowed, denied, shadowDenied}));

export const seriesOf = (points: readonly SeriesPoint[], stepMs: number): ReportSeries => {
  let peak: ReportSeries['peak'] = null;
  for (const {at, allowed, denied} of points) {
    const requests = allowed + denied;
    if (requests > (peak?.requests ?? 0)) peak = {at, requests};
  }
  return {stepMs, points, peak};
};
