import {serves} from '../../engine/control/degradation.ts';
import {prioritiesOf} from '../../engine/live/priority.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {REHEARSED_MODES, type RehearsedSide} from '../../view/model/rehearsal-report.ts';
import type {LimitSummary} from '../../view/model/simulate-report.ts';
import {type Arrival, type RefusalKind, type Ruling, type RulingListener, refusedBy} from './arrival.ts';
import {BareWork} from './bare-work.ts';
import {BehaviourMoves} from './behaviour-moves.ts';
import {BreakerBank, type BreakerCall} from './breaker-bank.ts';
import {Controls} from './controls.ts';
import {EMPTY_POLICY} from './empty-policy.ts';
import {EventQueue, type Happening} from './event-queue.ts';
import {type LimitAnswer, LimitGate} from './limit-gate.ts';
import {LoadSums} from './load-sums.ts';
import {Passage} from './passage.ts';
import {PoolLine} from './pool-line.ts';
import {Server} from './server.ts';
import {SideCounts} from './side-counts.ts';
import {Transitions} from './transitions.ts';

export interface SideOptions {
  /** `EMPTY_POLICY`: nothing stands before the server, and no ruling is told. */
  readonly policy: Policy;
  /** Of the server: requests at once; Infinity: any number. */
  readonly capacity: number;
  /** Clients give up after this, µs; Infinity: never. */
  readonly deadline: number;
  readonly ruled: RulingListener;
}

/** A policy before a server, in virtual time: what a protection does with requests in an application. */
export class Side {
  readonly counts: SideCounts;
  readonly transitions = new Transitions();
  readonly pools: readonly PoolLine[];
  readonly server: Server;
  readonly load: LoadSums;
  readonly deadline: number;
  readonly ruled: RulingListener;
  readonly #policy: Policy;
  readonly #capacity: number;
  readonly #events = new EventQueue();
  readonly #classOf: ReturnType<typeof prioritiesOf>;
  readonly #classes: number;
  readonly #breakers: BreakerBank;
  readonly #limits: LimitGate;
  readonly #behaviour: BehaviourMoves;
  readonly #controls: Controls;
  /** Requests that were let through to pools or server and are not done. */
  #inside = 0;
  /** When the request came that is asked about, µs. */
  #now = 0;

  constructor({policy, capacity, deadline, ruled}: SideOptions) {
    this.#policy = policy;
    this.#capacity = capacity;
    this.deadline = deadline;
    this.ruled = ruled;
    this.counts = new SideCounts({
      ...{queue: 0, inFlight: 0, backlog: 0, openBreakers: 0, mode: 0},
      shares: policy.adaptive.map(() => 1),
    });
    this.server = new Server(this.#events, capacity, (now) => this.#controls.wake(now));
    this.load = new LoadSums(this.server, capacity);
    this.pools = policy.pools.map((spec) => new PoolLine(spec, this.#events));
    this.#classOf = prioritiesOf(policy);
    this.#classes = policy.priorities.length;
    this.#breakers = new BreakerBank(policy, this.transitions);
    this.#limits = new LimitGate(policy);
    this.#behaviour = new BehaviourMoves(policy, this.transitions);
    if (!this.#behaviour.isEmpty)
      this.#limits.router.setTierMover((limit, key, tier) =>
        this.#behaviour.tierOf(limit, key, tier, this.#now),
      );
    this.#controls = new Controls(policy, {
      events: this.#events,
      load: this.load,
      transitions: this.transitions,
      changed: (now) => this.#applyControls(now),
    });
  }

  /** Whether a request is still somewhere inside. */
  get isBusy(): boolean {
    return this.#inside > 0;
  }

  /** Lets everything happen up to an instant, µs. */
  advance(until: number): void {
    while (this.#events.next(until));
  }

  /** A request comes; `advance` has been called up to its time. */
  arrive(arrival: Arrival, now: number): void {
    this.#now = now;
    this.counts.arrived(now);
    if (this.#policy === EMPTY_POLICY) {
      this.#inside++;
      this.server.submit(new BareWork(this, arrival), arrival.service, now);
      this.look(now);
      return;
    }
    this.#controls.wake(now);
    const rank = this.#classOf(arrival.attributes);
    if (!serves(this.#controls.mode, rank, this.#classes)) {
      this.#refuse(arrival, 'degradation', refusedBy('degradation', this.#policy.degradation!.hold), now);
      return;
    }
    const admission = this.#breakers.admit(arrival.attributes, now);
    if (admission.kind === 'refused') {
      this.#refuse(arrival, 'breaker', refusedBy(admission.breaker, admission.retryAfter), now);
      return;
    }
    this.#askLimits(arrival, rank, admission.calls, now);
  }

  /** Until nothing is left to do. */
  drain(): void {
    while (this.isBusy && this.#events.next(Number.POSITIVE_INFINITY));
  }

  /** For `Passage` alone, as what follows: something happens at an instant. */
  at(instant: number, event: Happening): void {
    this.#events.push(instant, event);
  }

  /** Gives back the slots of limits. */
  release(answer: LimitAnswer): void {
    this.#limits.release(answer);
  }

  /** A request is done, or was refused on its way. */
  left(now: number): void {
    this.#inside--;
    this.look(now);
  }

  /** Takes a look at what it is like now. */
  look(now: number): void {
    const {gauges} = this.counts;
    gauges.queue = this.pools.reduce((sum, {waiting}) => sum + waiting, 0);
    gauges.inFlight = this.server.busy;
    gauges.backlog = this.server.backlog;
    gauges.openBreakers = this.#breakers.open;
    this.counts.look(now);
  }

  result(): RehearsedSide {
    return this.counts.result(this.server.busyTime(this.counts.lastAt), this.#capacity);
  }

  limits(): readonly LimitSummary[] {
    return this.#limits.summaries();
  }

  /** Names of adaptive controls, in the order of the shares of slots. */
  get controlNames(): readonly string[] {
    return this.#policy.adaptive.map(({name}) => name);
  }

  #askLimits(arrival: Arrival, rank: number, calls: readonly BreakerCall[], now: number): void {
    const answer = this.#limits.decide(arrival, now);
    this.#behaviour.count(answer, now);
    for (const call of calls) {
      if (call.breaker.counts === 'refusals')
        call.breaker.outcome(call, answer.ruling.allowed ? 'success' : 'failure', now);
      else if (!answer.ruling.allowed) call.breaker.giveBack(call);
    }
    if (!answer.ruling.allowed) {
      this.#refuse(arrival, 'limit', answer.ruling, now);
      return;
    }
    this.#inside++;
    const learning = calls.filter(({breaker}) => breaker.counts === 'failures');
    new Passage(this, arrival, rank, learning, answer).start(now);
    this.look(now);
  }

  #refuse(arrival: Arrival, kind: RefusalKind, ruling: Ruling, now: number): void {
    this.counts.refused(kind, now);
    this.ruled(arrival, ruling);
    this.look(now);
  }

  #applyControls(now: number): void {
    const {shares, mode} = this.#controls;
    const {gauges} = this.counts;
    gauges.shares = [...shares.values()];
    gauges.mode = REHEARSED_MODES.indexOf(mode);
    this.#limits.router.setShares(this.#controls.sharesOfLimits());
    const ofPools = this.#controls.sharesOfPools();
    for (const pool of this.pools) pool.setShare(ofPools.get(pool.name) ?? 1, now);
    this.look(now);
  }
}
