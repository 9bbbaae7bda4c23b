import {toRfc3339} from '../base/micros.ts';
import type {AttributeColumns} from '../engine/attribute-columns.ts';
import type {KeyResolver} from '../engine/key-resolver.ts';
import {KeyResolvers} from '../engine/key-resolvers.ts';
import type {RequestBatch} from '../engine/request-batch.ts';
import {keyText} from '../trace/key-text.ts';
import type {TraceInfo} from '../view/model/trace-info.ts';
import {Counters} from './counters.ts';
import {OrderFacts} from './order-facts.ts';
import {TopList} from './top-keys.ts';

const SECOND = 1_000_000;
const MILLI = 1_000;
const TOP = 5;

/** What the requests of a trace tell of it; the rest of `TraceInfo` is known from reading. */
export type Surveyed = Omit<
  TraceInfo,
  | 'file'
  | 'format'
  | 'title'
  | 'compression'
  | 'lines'
  | 'notRequests'
  | 'blank'
  | 'skipped'
  | 'problems'
  | 'notes'
>;

/** Gathers the facts of `trace info` from the requests of one trace. */
export class Survey {
  readonly #keys: KeyResolver;
  readonly #resolvers: KeyResolvers;
  readonly #perKey = new Counters();
  readonly #order = new OrderFacts();
  #requests = 0;
  #cost = 0;
  #largestCost = 0;
  /** Requests per second of the clock, over all keys; the second under way is kept aside. */
  readonly #seconds = new Map<number, number>();
  #second = -1;
  #inSecond = 0;
  #peak = 0;

  constructor(columns: AttributeColumns) {
    columns.add('key');
    this.#resolvers = new KeyResolvers(columns);
    this.#keys = this.#resolvers.get('{key}');
  }

  /** Takes requests `from … to − 1` of a batch, in the order of the trace. */
  run(batch: RequestBatch, from: number, to: number): void {
    this.#order.run(batch.times, from, to);
    for (let row = from; row < to; row++) {
      const cost = batch.costs[row]!;
      this.#requests++;
      this.#cost += cost;
      if (cost > this.#largestCost) this.#largestCost = cost;
      this.#countSecond(Math.floor(batch.times[row]! / SECOND));
      this.#resolvers.serial++;
      const id = this.#keys.resolve(batch, row, this.#resolvers.serial);
      if (id >= 0) this.#perKey.increment(id);
    }
  }

  #countSecond(second: number): void {
    if (second === this.#second) this.#inSecond++;
    else {
      // An unordered trace may come back to a second it left.
      this.#seconds.set(this.#second, this.#inSecond);
      this.#second = second;
      this.#inSecond = (this.#seconds.get(second) ?? 0) + 1;
    }
    if (this.#inSecond > this.#peak) this.#peak = this.#inSecond;
  }

  result(): Surveyed {
    const {span, resolution, outOfOrder, largestStepBack, sharedInstants} = this.#order;
    return {
      requests: this.#requests,
      start: span === undefined ? null : toRfc3339(span.first),
      end: span === undefined ? null : toRfc3339(span.last),
      spanMs: span === undefined ? 0 : (span.last - span.first) / MILLI,
      resolutionMs: span === undefined ? 0 : resolution / MILLI,
      outOfOrder,
      largestStepBackMs: largestStepBack / MILLI,
      sharedInstants,
      keys: this.#keys.keys.size,
      top: this.#top(),
      peakPerSecond: this.#peak,
      cost: this.#cost,
      largestCost: this.#largestCost,
    };
  }

  /** Most requests first; of equals the one that came first. */
  #top(): TraceInfo['top'] {
    const top = new TopList<{id: number; requests: number}>(
      TOP,
      (a, b) => b.requests - a.requests || a.id - b.id,
    );
    for (let id = 0; id < this.#keys.keys.size; id++) top.offer({id, requests: this.#perKey.get(id)});
    return top.items.map(({id, requests}) => ({key: keyText(this.#keys.keys.bytesOf(id)), requests}));
  }
}
