import {readStatus, type StatusQuery} from '../../operate/status/read-status.ts';
import type {Connection} from './connection.ts';
import type {JournalLine, LimitSeries, Look} from './look.ts';
import {readJournal} from './read-journal.ts';
import {readSeries} from './read-series.ts';

/** What changes slowly is read again after so long, ms. */
const SLOW_MS = 5_000;

interface Slow {
  readonly at: number;
  readonly series: ReadonlyMap<string, LimitSeries>;
  readonly journal: readonly JournalLine[];
}

/** Looks at one store again and again. Series and journals are read every five seconds, all else every time. */
export class Looker {
  readonly #connection: Connection;
  /** ms since the epoch. */
  readonly #now: () => number;
  #slow: Slow | undefined;

  constructor(connection: Connection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
  }

  async look(query: StatusQuery, number: number, thorough: 'all' | 'what is due'): Promise<Look> {
    const {source, contextName, readOnly, production, warnings} = this.#connection;
    const before = this.#now();
    const answer = await readStatus(source, query);
    const slow = await this.#slowly(Date.parse(answer.report.store.now) * 1_000, thorough);
    const at = this.#now();
    return {
      number,
      report: answer.report,
      warnings: [...warnings, ...answer.warnings],
      contextName,
      readOnly,
      production,
      at,
      tookMs: at - before,
      series: slow.series,
      journal: slow.journal,
    };
  }

  async #slowly(storeNow: number, thorough: 'all' | 'what is due'): Promise<Slow> {
    const at = this.#now();
    if (this.#slow !== undefined && thorough !== 'all' && at - this.#slow.at < SLOW_MS) return this.#slow;
    const {store} = this.#connection.source;
    const [series, journal] = await Promise.all([readSeries(store, storeNow), readJournal(store)]);
    this.#slow = {at, series, journal};
    return this.#slow;
  }
}
