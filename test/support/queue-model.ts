/**
 * A server as a queueing model: requests come at random, wait in one line, and are worked off by some workers (M/M/c). In front of it
 * is a rate limit of which only a share is in force, moved by a controller as in production: the same functions, in virtual time.
 */
import {effectiveShare, idleAdaptive, stepAdaptive} from '../../src/engine/control/adaptive.ts';
import type {AdaptiveSpec, LoadSample} from '../../src/engine/control/control-spec.ts';
import {CheckDecider, type Row} from '../../src/engine/live/check-decider.ts';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';
import {Kind} from '../../src/engine/verdict.ts';
import {S} from './instants.ts';
import {policyOf} from './policies.ts';

export interface ServerModel {
  readonly workers: number;
  /** Mean of the exponential service times, seconds. */
  readonly service: number;
  /** Requests per second that come, at a second. */
  readonly offered: (second: number) => number;
  readonly seconds: number;
  readonly limit: AlgorithmSpec;
  /** Undefined: the limit stays whole. */
  readonly control: AdaptiveSpec | undefined;
  /** Seconds between two entries of the answer. */
  readonly every: number;
}

/** What happened in one interval. */
export interface Interval {
  /** Its end, seconds. */
  readonly at: number;
  /** Requests per second. */
  readonly offered: number;
  readonly allowed: number;
  readonly served: number;
  /** Mean of what was completed, seconds; undefined: nothing was. */
  readonly responseTime: number | undefined;
  /** Of the workers' time, 0 … 1. */
  readonly busy: number;
  /** Of the limit, in force after the interval. */
  readonly share: number;
}

/** Numbers that look random and are the same everywhere: 0 ≤ x < 1 (Mulberry32). */
export const randomNumbers = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
};

const START = 1_767_225_600 * S;

export const runServer = (model: ServerModel): readonly Interval[] => new ModelRun(model).run();

class ModelRun {
  readonly #model: ServerModel;
  readonly #random = randomNumbers(7);
  readonly #router: RequestRouter;
  readonly #decider = new CheckDecider();
  #row: Row | undefined;
  /** When each worker is free again, seconds. */
  readonly #free: number[];
  /** Work in the order in which it ends: the instant, and how long it took from arrival on. */
  #ending: {readonly at: number; readonly took: number; readonly service: number}[] = [];
  #state = idleAdaptive;

  constructor(model: ServerModel) {
    this.#model = model;
    this.#router = new RequestRouter(policyOf([{name: 'all', key: 'all', buckets: [model.limit]}]));
    this.#free = Array.from({length: model.workers}, () => 0);
  }

  run(): readonly Interval[] {
    const {seconds, every} = this.#model;
    const intervals: Interval[] = [];
    let arrival = this.#gap(0);
    for (let end = every; end <= seconds; end += every) {
      let [offered, allowed] = [0, 0];
      for (; arrival <= end; arrival += this.#gap(arrival)) {
        offered++;
        if (!this.#isAllowed(arrival)) continue;
        allowed++;
        this.#serve(arrival);
      }
      intervals.push(this.#close(end, offered / every, allowed / every));
    }
    return intervals;
  }

  #gap(second: number): number {
    return -Math.log(1 - this.#random()) / this.#model.offered(second);
  }

  #isAllowed(second: number): boolean {
    const now = START + Math.round(second * S);
    const check = this.#router.route({}, {cost: 1, now, hold: 0});
    this.#row ??= {state: new Float64Array(check.layers[0]!.buckets.words), expiresAt: 0};
    return this.#decider.decide(check, [this.#row], now).verdicts[0]!.kind === Kind.allow;
  }

  /** First come, first served: the worker that is free first takes it. */
  #serve(arrival: number): void {
    const worker = this.#free.indexOf(Math.min(...this.#free));
    const service = -Math.log(1 - this.#random()) * this.#model.service;
    const at = Math.max(arrival, this.#free[worker]!) + service;
    this.#free[worker] = at;
    this.#ending.push({at, took: at - arrival, service});
  }

  #close(end: number, offered: number, allowed: number): Interval {
    const {every, workers, control} = this.#model;
    const done = this.#ending.filter(({at}) => at <= end);
    this.#ending = this.#ending.filter(({at}) => at > end);
    const responseTime =
      done.length > 0 ? done.reduce((sum, {took}) => sum + took, 0) / done.length : undefined;
    const busy = Math.min(1, done.reduce((sum, {service}) => sum + service, 0) / (workers * every));
    if (control !== undefined)
      this.#control(
        control,
        {cpu: busy, memory: undefined, eventLoop: undefined, responseTime: toUs(responseTime)},
        end,
      );
    const share = control === undefined ? 1 : effectiveShare(this.#state, control);
    return {at: end, offered, allowed, served: done.length / every, responseTime, busy, share};
  }

  #control(spec: AdaptiveSpec, sample: LoadSample, end: number): void {
    this.#state = stepAdaptive(this.#state, spec, sample, START + Math.round(end * S));
    this.#router.setShares(new Map([['all', effectiveShare(this.#state, spec)]]));
  }
}

const toUs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * S;
