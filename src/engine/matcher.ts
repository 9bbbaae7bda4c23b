import type {AttributeColumns} from './attribute-columns.ts';
import type {MatcherSpec} from './policy-model.ts';
import {type RequestBatch, valueEnd, valueStart} from './request-batch.ts';

/** Whether a request matches; a missing attribute matches nothing. */
export interface Matcher {
  matches(batch: RequestBatch, row: number): boolean;
}

/** A pattern as the runs of bytes between its stars. `/api/*` is ['/api/', '']; without a star there is one run. */
const runsOf = (pattern: string): readonly Uint8Array[] =>
  pattern.split(/(?<!\\)\*/).map((run) => new TextEncoder().encode(run.replaceAll('\\*', '*')));

const startsWith = (bytes: Uint8Array, at: number, end: number, run: Uint8Array): boolean => {
  if (end - at < run.length) return false;
  for (let i = 0; i < run.length; i++) if (bytes[at + i] !== run[i]) return false;
  return true;
};

/** Glob match in linear passes: the first run anchors the start, the last one the end, the others are found left to right. */
const matchesRuns = (bytes: Uint8Array, start: number, end: number, runs: readonly Uint8Array[]): boolean => {
  const first = runs[0]!;
  if (!startsWith(bytes, start, end, first)) return false;
  if (runs.length === 1) return end - start === first.length;
  const last = runs[runs.length - 1]!;
  let at = start + first.length;
  const lastAt = end - last.length;
  for (let r = 1; r < runs.length - 1; r++) {
    const run = runs[r]!;
    while (at + run.length <= lastAt && !startsWith(bytes, at, lastAt, run)) at++;
    if (at + run.length > lastAt) return false;
    at += run.length;
  }
  return lastAt >= at && startsWith(bytes, lastAt, end, last);
};

/** All attributes must match; any of an attribute's values will do. */
export const compileMatcher = (specs: readonly MatcherSpec[], columns: AttributeColumns): Matcher => {
  const clauses = specs.map((spec) => ({
    column: columns.add(spec.attribute),
    patterns: spec.values.map(runsOf),
  }));
  return {
    matches(batch, row) {
      for (const clause of clauses) {
        const start = valueStart(batch, row, clause.column);
        const end = valueEnd(batch, row, clause.column);
        if (start === end) return false;
        let any = false;
        for (const runs of clause.patterns) {
          if (matchesRuns(batch.bytes, start, end, runs)) {
            any = true;
            break;
          }
        }
        if (!any) return false;
      }
      return true;
    },
  };
};
