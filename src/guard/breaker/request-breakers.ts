import {ceilMillis} from '../../base/micros.ts';
import {type BreakerKind, kindAt} from '../../engine/breaker.ts';
import {isPlainlyClosed} from '../../engine/breaker-state.ts';
import type {Attributes} from '../../engine/live/attributes.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {StoredDocument} from '../../store/port.ts';
import {IdentityBreaker} from './identity-breaker.ts';
import {IdentitySharing} from './identity-sharing.ts';
import {IdentityTable} from './identity-table.ts';
import {ProbePlaces} from './probe-places.ts';
import {type RequestBreakerFacts, requestFacts} from './request-facts.ts';
import {type Identity, RequestRule} from './request-rule.ts';
import {retryAfterMs} from './retry-after.ts';
import type {SharedChange} from './shared-change.ts';
import {StoreLink, type StoreLinkParts} from './store-link.ts';

/** A breaker that let a request through, until it is told how that ended. */
export interface Guarded {
  readonly rule: RequestRule;
  readonly identity: Identity;
  /** µs of the store's clock. */
  readonly admittedAt: number;
  readonly probe: number | undefined;
  /** Nothing more is heard of it. */
  isSettled: boolean;
}

export type RequestAdmission =
  | {readonly kind: 'allowed'; readonly calls: readonly Guarded[]}
  | {
      readonly kind: 'refused';
      readonly breaker: string;
      /** Empty where one breaker stands before all. Untrusted text. */
      readonly key: string;
      /** Rounded up, at least 1. */
      readonly retryAfterMs: number;
    };

export interface RequestBreakerChange {
  readonly breaker: string;
  /** Undefined where one breaker stands before all. Untrusted text. */
  readonly key: string | undefined;
  readonly from: BreakerKind;
  readonly to: BreakerKind;
  /** Milliseconds until it lets probes through; 0 unless it opened. */
  readonly forMs: number;
  readonly where: 'here' | 'elsewhere';
}

export interface RequestBreakersParts {
  /** Those with `guards.kind: 'requests'` are taken. */
  readonly policy: Pick<Policy, 'breakers'>;
  /** Undefined: they are this process's own. */
  readonly store: Omit<StoreLinkParts, 'onNews'> | undefined;
  /** Must not throw. */
  readonly onChange: (change: RequestBreakerChange) => void;
  /** Identities that are remembered, in all. @default 10,000 */
  readonly most?: number | undefined;
}

/** Entries of the journal of events that breakers with keys make in a second. */
const JOURNALED = 10;

/**
 * The circuit breakers of a policy that stand before requests. They answer at once, from what this process knows; outcomes are shared
 * in the background, see `IdentitySharing`, and no more than `probes` requests go through as probes, over all processes.
 */
export class RequestBreakers {
  readonly #rules: readonly RequestRule[];
  readonly #table: IdentityTable;
  readonly #link: StoreLink;
  readonly #sharing: IdentitySharing;
  readonly #places = new ProbePlaces();
  readonly #onChange: RequestBreakersParts['onChange'];
  #journaled = {second: 0, entries: 0};

  constructor({policy, store, onChange, most}: RequestBreakersParts) {
    this.#rules = policy.breakers.map(RequestRule.of).filter((rule) => rule !== undefined);
    this.#table = new IdentityTable(most);
    this.#onChange = onChange;
    this.#link = new StoreLink(store && {...store, onNews: () => this.#sharing.news()});
    this.#sharing = new IdentitySharing(this.#link, (documents, askedAt) => this.#listed(documents, askedAt));
  }

  /** Whether the policy has any. */
  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** Identities that are remembered. */
  get size(): number {
    return this.#table.size;
  }

  /** Never rejects: a store that cannot be reached is tried again in the background. */
  async start(): Promise<void> {
    if (this.isEmpty) return;
    await this.#link.start();
    await this.#sharing.start();
  }

  /** Whether all breakers that concern a request let it through. Each of `calls` has to be settled by `outcome`, `limited` or `abandon`. */
  admit(attributes: Attributes): RequestAdmission {
    const concerned = this.#rules.flatMap((rule) => {
      const identity = rule.identityOf(attributes);
      return identity === undefined ? [] : [{rule, identity}];
    });
    // One that refuses for certain is asked first: no place of a probe is taken for a request that goes nowhere.
    const open = concerned.find(({rule, identity}) => this.#isOpen(rule, identity));
    const calls: Guarded[] = [];
    for (const {rule, identity} of open === undefined ? concerned : [open, ...concerned]) {
      const passed = this.#pass(rule, identity);
      if ('probe' in passed) {
        calls.push({rule, identity, admittedAt: this.#link.now(), probe: passed.probe, isSettled: false});
        continue;
      }
      rule.refused++;
      this.abandon(calls);
      return {
        kind: 'refused',
        breaker: rule.spec.name,
        key: identity.key,
        retryAfterMs: passed.retryAfterMs,
      };
    }
    return {kind: 'allowed', calls};
  }

  /** How a request ended that was served, for breakers that count failures. */
  outcome(call: Guarded, outcome: 'success' | 'failure'): void {
    if (call.rule.counts === 'failures') this.#settle(call, outcome);
  }

  /** What the limits said, for breakers that count refusals. */
  limited(calls: readonly Guarded[], answer: 'allowed' | 'refused'): void {
    for (const call of calls)
      if (call.rule.counts === 'refusals') this.#settle(call, answer === 'allowed' ? 'success' : 'failure');
  }

  /** Nothing is known of a request: it was not served, or nobody waited for the answer. What is settled stays settled. */
  abandon(calls: readonly Guarded[]): void {
    for (const call of calls) {
      if (call.isSettled) continue;
      call.isSettled = true;
      if (call.probe !== undefined) void this.#table.get(call.identity.id)?.shared.abandon(call.probe);
    }
  }

  /** How they stand, in the order of the policy. */
  facts(): readonly RequestBreakerFacts[] {
    return requestFacts(this.#rules, this.#table.values(), this.#link.now());
  }

  /** Tells what has not been told, gives back places of probes, and closes the store when it is its own. */
  async close(): Promise<void> {
    await this.#places.close();
    await this.#sharing.close();
    await this.#link.close();
  }

  /** Whether it refuses everything now: its recovery is not over. */
  #isOpen(rule: RequestRule, identity: Identity): boolean {
    const one = this.#table.get(identity.id);
    return one !== undefined && kindAt(one.shared.state, rule.spec, this.#link.now()) === 'open';
  }

  #pass(
    rule: RequestRule,
    identity: Identity,
  ): {readonly probe: number | undefined} | {readonly retryAfterMs: number} {
    const one = this.#table.use(identity.id);
    if (one === undefined) return {probe: undefined};
    const look = one.shared.look();
    if (look.kind === 'allowed') return {probe: undefined};
    const probe = this.#places.take(one);
    if (probe !== undefined) return {probe};
    const alone = one.shared.takeAlone();
    if (alone?.kind === 'allowed') return {probe: alone.probe};
    if (alone === undefined) this.#places.want(one);
    const until = look.kind === 'refused' ? look.until : Number.POSITIVE_INFINITY;
    return {retryAfterMs: retryAfterMs(one.shared.state, rule.spec, until, this.#link.now())};
  }

  #settle(call: Guarded, outcome: 'success' | 'failure'): void {
    if (call.isSettled) return;
    call.isSettled = true;
    const {rule, identity, admittedAt, probe} = call;
    let one = this.#table.get(identity.id);
    if (one === undefined) {
      // Where no share is looked at, a success of somebody with nothing against them says nothing.
      if (outcome === 'success' && rule.spec.rate === undefined) return;
      one = this.#add(rule, identity);
    }
    const {kind} = one.shared.state;
    this.#sharing.tell(one, one.shared.report(outcome, admittedAt, probe));
    // That it opened, others should know at once.
    if (one.shared.state.kind !== kind && this.#link.isShared) void one.shared.flush();
  }

  #add(rule: RequestRule, identity: Identity): IdentityBreaker {
    const one: IdentityBreaker = new IdentityBreaker(rule, identity, {
      link: this.#link,
      onChange: (change) => this.#changed(one, change),
      journals: () => !rule.isKeyed || this.#journals(),
    });
    this.#table.add(one);
    return one;
  }

  /** Those that are not closed are remembered, also when none of their requests came here. */
  #listed(documents: readonly StoredDocument[], askedAt: number): void {
    const listed = new Set<IdentityBreaker>();
    for (const document of documents) {
      const one = this.#table.get(document.id) ?? this.#unknown(document);
      if (one === undefined) continue;
      listed.add(one);
      one.shared.learn(document, askedAt);
    }
    for (const one of this.#table.values()) {
      if (!listed.has(one)) one.shared.learn(undefined, askedAt);
      // What could not be told while the store was lost.
      if (one.shared.isUntold && (one.shared.isStored || !isPlainlyClosed(one.shared.state)))
        this.#sharing.tell(one, 'now');
    }
  }

  #unknown({id, value}: StoredDocument): IdentityBreaker | undefined {
    const isClosed =
      typeof value !== 'object' || value === null || !('kind' in value) || value.kind === 'closed';
    if (isClosed) return undefined;
    for (const rule of this.#rules) {
      const identity = rule.identityIn(id);
      if (identity !== undefined) return this.#add(rule, identity);
    }
    return undefined;
  }

  #changed({rule, identity}: IdentityBreaker, {before, after, where}: SharedChange): void {
    const {name, recovery} = rule.spec;
    const wait = after.kind === 'open' ? after.openedAt + recovery - this.#link.now() : 0;
    this.#onChange({
      breaker: name,
      key: rule.isKeyed ? identity.key : undefined,
      from: before.kind,
      to: after.kind,
      forMs: Math.max(0, ceilMillis(wait)),
      where,
    });
    if (where === 'here' && after.kind !== 'half-open') this.#link.announce();
  }

  /** Identities come from requests: they must not push everything else out of the journal. */
  #journals(): boolean {
    const second = Math.floor(this.#link.now() / 1_000_000);
    if (second !== this.#journaled.second) this.#journaled = {second, entries: 0};
    return this.#journaled.entries++ < JOURNALED;
  }
}
