import {type HistogramParts, LatencyHistogram} from '../base/latency-histogram.ts';
import type {KeptDecisions, LoadOutage, LoadResult, LoadStep} from './load-result.ts';

/** The results of processes that ran at the same time as one. There must be one at least. */
export const mergeLoad = (results: readonly LoadResult[]): LoadResult => {
  const sum = (of: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const most = (of: (result: LoadResult) => number): number => Math.max(...results.map(of));
  const errors = new Map<string, number>();
  for (const result of results)
    for (const [message, count] of result.errors) errors.set(message, (errors.get(message) ?? 0) + count);
  return {
    allowed: sum(({allowed}) => allowed),
    denied: sum(({denied}) => denied),
    remembered: sum(({remembered}) => remembered),
    withoutStore: sum(({withoutStore}) => withoutStore),
    unsent: sum(({unsent}) => unsent),
    late: sum(({late}) => late),
    errors,
    elapsed: most(({elapsed}) => elapsed),
    response: mergeParts(results.map(({response}) => response)),
    service: mergeParts(results.map(({service}) => service)),
    lateness: mergeParts(results.map(({lateness}) => lateness)),
    steps: mergeSteps(results.map(({steps}) => steps)),
    silence: most(({silence}) => silence),
    outages: mergeOutages(results.flatMap(({outages}) => outages)),
    cpu: sum(({cpu}) => cpu),
    idle: sum(({idle}) => idle),
    cpuOver: most(({cpuOver}) => cpuOver),
    decisions: mergeDecisions(results.flatMap(({decisions}) => decisions ?? [])),
  };
};

export const histogramOf = (parts: HistogramParts): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  histogram.addParts(parts);
  return histogram;
};

export const mergeParts = (all: readonly HistogramParts[]): HistogramParts => {
  const histogram = new LatencyHistogram();
  for (const parts of all) histogram.addParts(parts);
  return histogram.parts();
};

const mergeSteps = (all: readonly (readonly LoadStep[])[]): readonly LoadStep[] =>
  Array.from({length: Math.max(...all.map(({length}) => length))}, (_, i) => {
    const steps = all.flatMap((one) => one[i] ?? []);
    return {
      allowed: steps.reduce((total, {allowed}) => total + allowed, 0),
      denied: steps.reduce((total, {denied}) => total + denied, 0),
      withoutStore: steps.reduce((total, {withoutStore}) => total + withoutStore, 0),
      latency: mergeParts(steps.map(({latency}) => latency)),
    };
  });

/**
 * Losses that overlap are one: it lasts from the last answer that any process had until every process has an answer again, or for
 * ever when one has none.
 */
export const mergeOutages = (all: readonly LoadOutage[]): readonly LoadOutage[] => {
  const endOf = ({firstAnswerAt}: LoadOutage): number => firstAnswerAt ?? Number.POSITIVE_INFINITY;
  const merged: LoadOutage[] = [];
  for (const next of [...all].sort((a, b) => a.lastAnswerAt - b.lastAnswerAt)) {
    const last = merged.at(-1);
    if (last === undefined || next.lastAnswerAt >= endOf(last)) {
      merged.push(next);
      continue;
    }
    const end = Math.max(endOf(last), endOf(next));
    merged[merged.length - 1] = {
      lastAnswerAt: last.lastAnswerAt,
      noticedAt: Math.min(last.noticedAt, next.noticedAt),
      firstAnswerAt: Number.isFinite(end) ? end : undefined,
    };
  }
  return merged;
};

/** In the order of the store's clock. */
const mergeDecisions = (all: readonly KeptDecisions[]): KeptDecisions | undefined => {
  if (all.length === 0) return undefined;
  const flat = all.flatMap(({now, allowed}) => Array.from(now, (at, i) => [at, allowed[i]!] as const));
  // Of the same instant those that were allowed come first: they are what the others found.
  flat.sort(([a, x], [b, y]) => a - b || y - x);
  return {
    now: Float64Array.from(flat, ([at]) => at),
    allowed: Uint8Array.from(flat, ([, allowed]) => allowed),
  };
};
