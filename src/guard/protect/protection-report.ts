import {callListener} from '../../base/call-listener.ts';
import {ceilMillis} from '../../base/micros.ts';
import type {RequestBreakerChange, RequestBreakers} from '../breaker/request-breakers.ts';
import type {ControlLoop} from '../control/control-loop.ts';
import type {ControlNews} from '../control/control-states.ts';
import type {Limiter} from '../limiter.ts';
import type {ConcurrencyChange} from '../pool/concurrency-events.ts';
import type {ConcurrencyState} from '../pool/concurrency-state.ts';
import type {PoolGate} from './pool-gate.ts';
import type {ProtectedDecision} from './protected-decision.ts';
import type {ProtectionEvents} from './protection-events.ts';
import type {BucketMetrics, PoolMetrics, ProtectionMetrics, QueueMetrics} from './protection-metrics.ts';
import type {RememberedLoad} from './remembered-load.ts';
import type {RequestTally} from './request-tally.ts';

export interface ReportSources {
  readonly limiter: Limiter;
  readonly requests: RequestTally;
  readonly pools: readonly PoolGate[];
  readonly control: ControlLoop | undefined;
  readonly breakers: RequestBreakers | undefined;
  readonly load: RememberedLoad;
}

/** Whom a protection tells what it does: the functions of its user, at intervals with all that was counted. */
export class ProtectionReport {
  readonly #events: ProtectionEvents;
  readonly #everyMs: number;
  #sources: ReportSources | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(events: ProtectionEvents, everyMs: number) {
    this.#events = events;
    this.#everyMs = everyMs;
  }

  /** Begins to tell metrics. Never keeps the process alive. */
  start(sources: ReportSources): void {
    this.#sources = sources;
    this.#timer = setInterval(() => {
      sources.requests.turn();
      const {onMetrics} = this.#events;
      if (onMetrics !== undefined) void this.metrics().then((metrics) => callListener(onMetrics, [metrics]));
    }, this.#everyMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  refused(decision: ProtectedDecision): void {
    callListener(this.#events.onLimitExceeded, [decision]);
  }

  breakerChanged({breaker, key, from, to, forMs}: RequestBreakerChange): void {
    if (to === 'open') callListener(this.#events.onCircuitOpen, [{breaker, key, forMs}]);
    callListener(this.#events.onStateChange, [{kind: 'breaker', breaker, key, from, to}]);
  }

  controlChanged(news: readonly ControlNews[]): void {
    for (const change of news) callListener(this.#events.onStateChange, [change]);
  }

  queueChanged(change: ConcurrencyChange): void {
    callListener(this.#events.onQueueChange, [change]);
  }

  /** How everything is now. Never rejects: while the store is lost, pools are told as this process knows them. */
  async metrics(): Promise<ProtectionMetrics> {
    const {limiter, requests, pools, control, breakers, load} = this.#sources!;
    const {cpu, memory, eventLoop, responseTime} = load.last;
    const states = await Promise.all(pools.map(async (gate) => ({gate, state: await gate.pool.state()})));
    return {
      at: new Date().toISOString(),
      concurrency: states.map(poolMetrics),
      queue: states.map(queueMetrics),
      breaker: breakers?.facts() ?? [],
      bucket: bucketMetrics(limiter, control),
      performance: {
        ...requests.facts(),
        load: {
          cpu: cpu ?? null,
          memory: memory ?? null,
          eventLoopMs: eventLoop === undefined ? null : ceilMillis(eventLoop),
          responseTimeMs: responseTime === undefined ? null : ceilMillis(responseTime),
        },
        mode: control?.mode().mode ?? 'normal',
        storeUp: limiter.storeState === 'ok',
      },
    };
  }
}

/** What a limit in shadow would have refused went on. */
const bucketMetrics = (limiter: Limiter, control: ControlLoop | undefined): readonly BucketMetrics[] => {
  const counts = limiter.counts();
  return limiter.policy.limits.map(({name: limit}, i) => {
    const {allowed, denied, shadowDenied} = counts[i]!;
    const share = control?.shareOfLimit(limit) ?? 1;
    return {limit, allowed: allowed + shadowDenied, denied, shadowDenied, share};
  });
};

interface PoolNow {
  readonly gate: PoolGate;
  readonly state: ConcurrencyState;
}

const poolMetrics = ({gate: {spec}, state}: PoolNow): PoolMetrics => {
  const {running, max, keys, meanHoldMs} = state;
  const clients = keys.filter((one) => one.running > 0).length;
  return {pool: spec.name, running, max, policyMax: spec.max, clients, meanHoldMs};
};

const queueMetrics = ({gate: {spec, pool}, state: {waiting, estimatedWaitMs}}: PoolNow): QueueMetrics => {
  const {granted, refused, timedOut, displaced} = pool.metrics;
  return {pool: spec.name, waiting, size: spec.queue, estimatedWaitMs, granted, refused, timedOut, displaced};
};
