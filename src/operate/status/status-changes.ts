import type {StatusKey, StatusReport, StatusState, StatusTotals} from '../../view/model/status-report.ts';
import {SectionChanges, type SectionRecord} from './section-changes.ts';

/** A line of `status --watch` that is not painted. */
export type WatchRecord =
  /** A key that is new, stands differently, or (`gone`) is not among those shown any more. */
  | {
      readonly kind: 'key';
      readonly at: string;
      readonly change: 'new' | 'state' | 'gone';
      /** Absent when it is new. */
      readonly before?: StatusState;
      readonly key: Partial<StatusKey>;
    }
  | SectionRecord
  /** The end of every look. */
  | {readonly kind: 'look'; readonly at: string; readonly totals: StatusTotals};

/** What changed from one report to the next. */
export class StatusChanges {
  #last = new Map<string, StatusKey>();
  readonly #sections = new SectionChanges();

  since(report: StatusReport, pick: (key: StatusKey) => Partial<StatusKey>): readonly WatchRecord[] {
    const {
      keys,
      totals,
      store: {now: at},
    } = report;
    const records: WatchRecord[] = [];
    const seen = new Map(keys.map((key) => [JSON.stringify([key.limit, key.key, key.tier ?? '']), key]));
    for (const [id, key] of seen) {
      const before = this.#last.get(id)?.state;
      if (before === undefined) records.push({kind: 'key', at, change: 'new', key: pick(key)});
      else if (before !== key.state) records.push({kind: 'key', at, change: 'state', before, key: pick(key)});
    }
    for (const [id, key] of this.#last)
      if (!seen.has(id)) records.push({kind: 'key', at, change: 'gone', before: key.state, key: pick(key)});
    this.#last = seen;
    return [...records, ...this.#sections.since(report, at), {kind: 'look', at, totals}];
  }
}
