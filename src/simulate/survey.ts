import {toRfc3339} from '../base/micros.ts';
import type {AttributeColumns} from '../engine/attribute-columns.ts';
import type {KeyResolver} from '../engine/key-resolver.ts';
import {KeyResolvers} from '../engine/key-resolvers.ts';
import type {RequestBatch} from '../engine/request-batch.ts';
import {keyText} from '../trace/key-text.ts';
import type {TraceInfo} from '../view/model/trace-info.ts';

const SECOND = 1_000_000;
const MILLI = 1_000;
const TOP = 5;

/** Gathers the facts of `trace info` from the requests of one trace. */
export class Survey {
  readonly #keys: KeyResolver;
  readonly #resolvers: KeyResolvers;
  #perKey = new Float64Array(1 << 10);
  #requests = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #resolution = SECOND;
  #outOfOrder = 0;
  #stepBack = 0;
  #shared = 0;
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

  run(batch: RequestBatch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const t = batch.times[row]!;
      const cost = batch.costs[row]!;
      this.#requests++;
      this.#cost += cost;
      if (cost > this.#largestCost) this.#largestCost = cost;
      if (t % this.#resolution !== 0)
        this.#resolution = this.#resolution === SECOND && t % MILLI === 0 ? MILLI : 1;
      this.#order(t);
      this.#countSecond(Math.floor(t / SECOND));
      this.#resolvers.serial++;
      const id = this.#keys.resolve(batch, row, this.#resolvers.serial);
      if (id >= 0) this.#countKey(id);
    }
  }

  #order(t: number): void {
    if (t > this.#last) this.#last = t;
    else if (t === this.#last) this.#shared++;
    else {
      this.#outOfOrder++;
      if (this.#last - t > this.#stepBack) this.#stepBack = this.#last - t;
    }
    if (t < this.#first) this.#first = t;
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

  #countKey(id: number): void {
    if (id >= this.#perKey.length) {
      const longer = new Float64Array(Math.max(2 * this.#perKey.length, id + 1));
      longer.set(this.#perKey);
      this.#perKey = longer;
    }
    this.#perKey[id] = this.#perKey[id]! + 1;
  }

  result(): Pick<
    TraceInfo,
    | 'requests'
    | 'start'
    | 'end'
    | 'spanMs'
    | 'resolutionMs'
    | 'outOfOrder'
    | 'largestStepBackMs'
    | 'sharedInstants'
    | 'keys'
    | 'top'
    | 'peakPerSecond'
    | 'cost'
    | 'largestCost'
  > {
    const none = this.#requests === 0;
    return {
      requests: this.#requests,
      start: none ? null : toRfc3339(this.#first),
      end: none ? null : toRfc3339(this.#last),
      spanMs: none ? 0 : (this.#last - this.#first) / MILLI,
      resolutionMs: none ? 0 : this.#resolution / MILLI,
      outOfOrder: this.#outOfOrder,
      largestStepBackMs: this.#stepBack / MILLI,
      sharedInstants: this.#shared,
      keys: this.#keys.keys.size,
      top: this.#top(),
      peakPerSecond: this.#peak,
      cost: this.#cost,
      largestCost: this.#largestCost,
    };
  }

  #top(): TraceInfo['top'] {
    const best: {id: number; requests: number}[] = [];
    for (let id = 0; id < this.#keys.keys.size; id++) {
      const requests = this.#perKey[id]!;
      if (best.length === TOP && requests <= best[TOP - 1]!.requests) continue;
      best.push({id, requests});
      best.sort((a, b) => b.requests - a.requests || a.id - b.id);
      best.length = Math.min(best.length, TOP);
    }
    return best.map(({id, requests}) => ({key: keyText(this.#keys.keys.bytesOf(id)), requests}));
  }
}
