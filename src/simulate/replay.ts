import {RatectlError} from '../base/ratectl-error.ts';
import type {AttributeColumns} from '../engine/attribute-columns.ts';
import {DecisionBit} from '../engine/decision-bit.ts';
import {Evaluator} from '../engine/evaluator.ts';
import {type KeyResolver, SLICE} from '../engine/key-resolver.ts';
import {KeyResolvers} from '../engine/key-resolvers.ts';
import type {Policy} from '../engine/policy-model.ts';
import type {RequestBatch} from '../engine/request-batch.ts';
import type {Series, Totals} from '../view/model/simulate-report.ts';
import {DecisionLog} from './decision-log.ts';
import {LimitTally} from './limit-tally.ts';
import {OrderFacts} from './order-facts.ts';
import {inShard, partitionColumn, type Shard} from './partition.ts';
import {DiffTally} from './policy-diff.ts';
import type {ReplayResult} from './replay-result.ts';
import {TimeSeries} from './time-series.ts';

export interface ReplayOptions {
  readonly policy: Policy;
  /** A second policy over the same requests, to compare with. */
  readonly against: Policy | undefined;
  readonly shard: Shard | undefined;
  /** Path of `--decisions`. */
  readonly decisions: string | undefined;
}

const diffNeedsKey = (): RatectlError =>
  new RatectlError(
    '--shard with --against: the limits are not all per {key}, so who flips cannot be counted per shard',
    {
      code: 'usage/shard',
      hint: 'compare such policies in one run',
    },
  );

/**
 * The main loop: requests → engine → decisions → counters. One instance per run; `run` is fed slices in order. It allocates
 * nothing per request once a key is known.
 */
export class Replay {
  readonly #evaluator: Evaluator;
  readonly #against: Evaluator | undefined;
  readonly #resolvers: KeyResolvers;
  readonly #keys: KeyResolver;
  readonly #tallies: readonly LimitTally[];
  readonly #series = new TimeSeries();
  readonly #diff: DiffTally | undefined;
  readonly #shard: Shard | undefined;
  readonly #partition: number;
  readonly #decisions: DecisionLog | undefined;
  readonly #order = new OrderFacts();
  #requests = 0;
  #cost = 0;
  #denied = 0;
  #never = 0;
  #delayed = 0;
  #unlimited = 0;

  constructor(columns: AttributeColumns, options: ReplayOptions) {
    const {policy, against, shard} = options;
    const keyColumn = columns.add('key');
    this.#resolvers = new KeyResolvers(columns);
    this.#evaluator = new Evaluator(policy, this.#resolvers);
    this.#against = against === undefined ? undefined : new Evaluator(against, this.#resolvers);
    this.#keys = this.#resolvers.get('{key}');
    this.#keys.everyRequest = true;
    this.#tallies = this.#evaluator.limits.map((limit) => new LimitTally(limit));
    this.#diff = against === undefined ? undefined : new DiffTally(this.#keys);
    this.#shard = shard;
    this.#partition =
      shard === undefined
        ? -1
        : partitionColumn(against === undefined ? [policy] : [policy, against], columns);
    if (shard !== undefined && against !== undefined && this.#partition !== keyColumn) throw diffNeedsKey();
    this.#decisions =
      options.decisions === undefined
        ? undefined
        : new DecisionLog(
            options.decisions,
            policy.limits.map(({name}) => name),
            keyColumn,
          );
  }

  /** Decides requests `from … to − 1` of a batch, each at its own time. */
  run(batch: RequestBatch, from: number, to: number): void {
    this.#order.run(batch.times, from, to);
    // The log asks for more than what is kept of a slice: it gets one request at a time.
    const most = this.#decisions === undefined ? SLICE : 1;
    for (let row = from; row < to; ) {
      const end = this.#endOfSlice(batch, row, Math.min(row + most, to));
      if (end > row) this.#runSlice(batch, row, end);
      else this.#keys.resolve(batch, row, ++this.#resolvers.serial);
      row = Math.max(end, row + 1);
    }
  }

  /** Where the requests of the shard that begin at `from` end; all are, without shards. */
  #endOfSlice(batch: RequestBatch, from: number, to: number): number {
    if (this.#shard === undefined) return to;
    let end = from;
    while (end < to && inShard(batch, end, this.#partition, this.#shard)) end++;
    return end;
  }

  #runSlice(batch: RequestBatch, from: number, to: number): void {
    this.#resolvers.beginSlice(batch, from, to);
    this.#evaluator.evaluateSlice(batch, from, to);
    this.#countSlice(batch, from, to);
    if (this.#against !== undefined) this.#compareSlice(this.#against, batch, from, to);
    if (this.#decisions !== undefined) this.#decisions.write(batch, from, this.#evaluator.decision);
    this.#resolvers.endSlice();
  }

  #countSlice({times, costs}: RequestBatch, from: number, to: number): void {
    const {sliceDecisions, sliceOutcomes} = this.#evaluator;
    // Counted in local variables: a field that is written for every request costs as much as a part of the decision.
    let cost = 0;
    let denied = 0;
    let never = 0;
    let delayed = 0;
    let unlimited = 0;
    for (let row = from; row < to; row++) {
      const bits = sliceDecisions[row - from]!;
      const allowed = (bits & DecisionBit.allowed) !== 0;
      cost += costs[row]!;
      if (!allowed) denied++;
      else if ((bits & DecisionBit.applied) === 0) unlimited++;
      if ((bits & DecisionBit.never) !== 0) never++;
      if ((bits & DecisionBit.delayed) !== 0) delayed++;
      this.#series.add(times[row]!, allowed);
    }
    this.#tallies.forEach((tally, limit) => {
      tally.add(sliceOutcomes, limit * SLICE, to - from);
    });
    this.#requests += to - from;
    this.#cost += cost;
    this.#denied += denied;
    this.#never += never;
    this.#delayed += delayed;
    this.#unlimited += unlimited;
  }

  #compareSlice(against: Evaluator, batch: RequestBatch, from: number, to: number): void {
    against.evaluateSlice(batch, from, to);
    const before = against.sliceDecisions;
    const after = this.#evaluator.sliceDecisions;
    for (let i = 0; i < to - from; i++)
      this.#diff!.add(
        this.#keys.ids[i]!,
        (before[i]! & DecisionBit.allowed) !== 0,
        (after[i]! & DecisionBit.allowed) !== 0,
      );
  }

  get order(): OrderFacts {
    return this.#order;
  }

  get requests(): number {
    return this.#requests;
  }

  /** What was counted; `against` names the other policy. */
  result(against: string | undefined): ReplayResult {
    return {
      requests: this.#requests,
      cost: this.#cost,
      keys: this.#countKeys(),
      totals: this.#totals(),
      limits: this.#tallies.map((tally) => tally.summary()),
      series: this.#seriesResult(),
      diff: against === undefined ? undefined : this.#diff?.result(against),
    };
  }

  /** Distinct keys; in a shard those that fall to it, so that shards add up. */
  #countKeys(): number {
    const {keys} = this.#keys;
    if (this.#shard === undefined) return keys.size;
    let count = 0;
    for (let id = 0; id < keys.size; id++)
      if ((keys.hashOf(id) >>> 0) % this.#shard.of === this.#shard.index - 1) count++;
    return count;
  }

  #totals(): Totals {
    const requests = this.#requests;
    const denied = this.#denied;
    return {
      allowed: requests - denied,
      denied,
      deniedRate: requests === 0 ? 0 : denied / requests,
      never: this.#never,
      delayed: this.#delayed,
      unlimited: this.#unlimited,
    };
  }

  #seriesResult(): Series {
    const {span} = this.#order;
    if (this.#shard !== undefined && span !== undefined) this.#series.cover(span.first, span.last);
    return this.#series.result();
  }

  /** Hands all decisions to the disk; call it before anything is printed. */
  flush(): void {
    this.#decisions?.flush();
  }

  /** Gives the decisions file its name: call it when everything else succeeded. */
  commit(): void {
    this.#decisions?.commit();
  }

  /** Removes what was written so far. */
  discard(): void {
    this.#decisions?.discard();
  }
}
