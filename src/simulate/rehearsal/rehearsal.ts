import {toRfc3339} from '../../base/micros.ts';
import type {AttributeColumns} from '../../engine/attribute-columns.ts';
import type {KeyResolver} from '../../engine/key-resolver.ts';
import {KeyResolvers} from '../../engine/key-resolvers.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {type Random, randomStream} from '../../trace/generate/random.ts';
import type {RehearsalReport, RehearsalSeries} from '../../view/model/rehearsal-report.ts';
import {DecisionLog} from '../decision-log.ts';
import {DiffTally} from '../policy-diff.ts';
import type {ReplayResult} from '../replay-result.ts';
import {TimeSeries} from '../time-series.ts';
import type {Arrival, Ruling} from './arrival.ts';
import {AttributeReader} from './attributes-read.ts';
import {DecisionOrder} from './decision-order.ts';
import {EMPTY_POLICY} from './empty-policy.ts';
import type {ServerModel} from './server-model.ts';
import {drawServiceTime, serviceTimeText} from './service-time.ts';
import {Side} from './side.ts';

export interface RehearsalOptions {
  readonly policy: Policy;
  /** The other policy; undefined: the traffic is also sent to the server without any protection. */
  readonly against: Policy | undefined;
  readonly server: ServerModel;
  /** Path of `--decisions`. */
  readonly decisions: string | undefined;
}

export interface RehearsalResult extends ReplayResult {
  readonly rehearsal: RehearsalReport;
}

/**
 * The traffic of a trace against a policy and a server, in virtual time: each request comes at its time, and everything that follows –
 * queues, work, answers, breakers, control – happens when it would happen. Beside it the same requests, which take just as long, on
 * the same server without protection, or behind another policy.
 */
export class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #reader: AttributeReader;
  readonly #resolvers: KeyResolvers;
  readonly #keys: KeyResolver;
  readonly #random: Random;
  readonly #side: Side;
  readonly #other: Side;
  readonly #totals = {allowed: 0, denied: 0, never: 0, delayed: 0, unlimited: 0};
  readonly #series = new TimeSeries();
  readonly #diff: DiffTally | undefined;
  /** Requests on which one of two policies has not decided: what the other one said. */
  readonly #undecided = new Map<Arrival, boolean>();
  readonly #log: DecisionLog | undefined;
  readonly #order: DecisionOrder | undefined;
  #requests = 0;
  #cost = 0;
  #now = 0;
  /** Requests that came too long after others of a later time to be put in order. */
  #outOfWindow = 0;
  #untimed = 0;

  constructor(columns: AttributeColumns, options: RehearsalOptions) {
    const {policy, against, server, decisions} = options;
    this.#options = options;
    const keyColumn = columns.add('key');
    this.#reader = new AttributeReader(against === undefined ? [policy] : [policy, against], columns);
    this.#resolvers = new KeyResolvers(columns);
    this.#keys = this.#resolvers.get('{key}');
    this.#random = randomStream(server.seed, 'service-time');
    this.#diff = against === undefined ? undefined : new DiffTally(this.#keys);
    const {capacity, deadline} = server;
    this.#side = new Side({
      ...{policy, capacity, deadline},
      ruled: (arrival, ruling) => this.#ruled(arrival, ruling),
    });
    this.#other = new Side({
      ...{policy: against ?? EMPTY_POLICY, capacity, deadline},
      ruled: (arrival, {allowed}) => this.#compare(arrival, 'before', allowed),
    });
    this.#log = decisions === undefined ? undefined : new DecisionLog(decisions, [], keyColumn);
    this.#order = this.#log && new DecisionOrder(this.#log);
  }

  get requests(): number {
    return this.#requests;
  }

  get outOfWindow(): number {
    return this.#outOfWindow;
  }

  /** Requests of which the trace does not say how long they took, where that was asked. */
  get untimed(): number {
    return this.#untimed;
  }

  /** Lets requests `from … to − 1` of a batch come, each at its own time. */
  run(batch: RequestBatch, from: number, to: number): void {
    for (let row = from; row < to; row++) this.#arrive(this.#arrivalOf(batch, row));
  }

  /** The last request has come: what is under way ends. */
  finish(): void {
    this.#side.drain();
    // Without protection a backlog may go on for hours in which nobody waits for an answer any more.
    this.#other.counts.endSeries(Math.max(this.#now, this.#side.counts.lastAt));
    this.#other.drain();
  }

  /** What was counted; `against` names the other policy. */
  result(against: string | undefined): RehearsalResult {
    const {allowed, denied, never, delayed, unlimited} = this.#totals;
    const requests = this.#requests;
    return {
      requests,
      cost: this.#cost,
      keys: this.#keys.keys.size,
      totals: {
        ...{allowed, denied},
        deniedRate: requests === 0 ? 0 : denied / requests,
        ...{never, delayed, unlimited},
      },
      limits: this.#side.limits(),
      series: this.#series.result(),
      diff: against === undefined ? undefined : this.#diff?.result(against),
      rehearsal: this.#report(),
    };
  }

  flush(): void {
    this.#log?.flush();
  }

  /** Gives the decisions file its name: call it when everything else succeeded. */
  commit(): void {
    this.#log?.commit();
  }

  /** Removes what was written so far. */
  discard(): void {
    this.#log?.discard();
  }

  #arrivalOf(batch: RequestBatch, row: number): Arrival {
    const t = batch.times[row]!;
    if (t < this.#now) this.#outOfWindow++;
    else this.#now = t;
    const traced = batch.holds[row]!;
    const {serviceTime} = this.#options.server;
    if (serviceTime.kind === 'trace' && traced === 0) this.#untimed++;
    return {
      at: this.#now,
      key: this.#reader.key(batch, row),
      keyId: this.#keys.resolve(batch, row, ++this.#resolvers.serial),
      cost: batch.costs[row]!,
      attributes: this.#reader.attributes(batch, row),
      service: drawServiceTime(serviceTime, traced, this.#random),
      failed: this.#reader.failed(batch, row),
    };
  }

  #arrive(arrival: Arrival): void {
    const {at} = arrival;
    this.#requests++;
    this.#cost += arrival.cost;
    this.#order?.arrived(arrival);
    for (const side of [this.#side, this.#other]) {
      side.advance(at);
      side.arrive(arrival, at);
    }
  }

  #ruled(arrival: Arrival, ruling: Ruling): void {
    const totals = this.#totals;
    if (!ruling.allowed) {
      totals.denied++;
      if (ruling.never) totals.never++;
    } else {
      totals.allowed++;
      if (!ruling.limited) totals.unlimited++;
      else if (ruling.delay > 0) totals.delayed++;
    }
    this.#series.add(arrival.at, ruling.allowed);
    this.#order?.ruled(arrival, ruling);
    this.#compare(arrival, 'after', ruling.allowed);
  }

  #compare(arrival: Arrival, side: 'before' | 'after', allowed: boolean): void {
    if (this.#diff === undefined) return;
    const known = this.#undecided.get(arrival);
    if (known === undefined) {
      this.#undecided.set(arrival, allowed);
      return;
    }
    this.#undecided.delete(arrival);
    const [before, after] = side === 'before' ? [allowed, known] : [known, allowed];
    this.#diff.add(arrival.keyId, before, after);
  }

  #report(): RehearsalReport {
    const {server, against} = this.#options;
    const other = this.#other.result();
    return {
      server: {
        capacity: Number.isFinite(server.capacity) ? server.capacity : null,
        serviceTime: serviceTimeText(server.serviceTime),
        deadlineMs: Number.isFinite(server.deadline) ? server.deadline / 1_000 : null,
        seed: server.seed,
      },
      protected: this.#side.result(),
      ...(against === undefined ? {unprotected: other} : {against: other}),
      series: this.#seriesReport(),
      transitions: this.#side.transitions.result(),
    };
  }

  #seriesReport(): RehearsalSeries {
    if (this.#requests === 0) return {bucketMs: 1, buckets: []};
    const {against} = this.#options;
    const [side, other] = [this.#side.counts.series, this.#other.counts.series];
    const end = Math.max(this.#now, this.#side.counts.lastAt);
    for (const series of [side, other, side]) series.cover(end, Math.max(side.level, other.level));
    const buckets = side.slots.map((slot, i) => {
      const beside = other.slots[i]!.result(against === undefined ? [] : this.#other.controlNames);
      return {
        t: toRfc3339(side.start + i * side.width),
        arrivals: slot.arrivals,
        protected: slot.result(this.#side.controlNames),
        ...(against === undefined ? {unprotected: beside} : {against: beside}),
      };
    });
    return {bucketMs: side.width / 1_000, buckets};
  }
}
