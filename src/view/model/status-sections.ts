/**
 * What `status` says beside keys: tokens, breakers, queues and instances; pools and control of load are in status-load.ts. Spans are
 * whole milliseconds, waits rounded up and ages down; times RFC 3339, UTC, of the store's clock.
 */

import type {StatusBehaviour} from './behaviour.ts';
import type {StatusAdaptive, StatusDegradation, StatusPool} from './status-load.ts';

export interface StatusSections {
  /** What needs somebody, the most urgent first. */
  readonly alerts: readonly StatusAlert[];
  /** Those of the policy in its order, then others that the store knows, by name; likewise breakers. */
  readonly tokens: readonly StatusToken[];
  readonly breakers: readonly StatusBreaker[];
  /** Those that hold something, by name. */
  readonly queues: readonly StatusQueue[];
  /** Those of the policy in its order, then others that the store knows, by name; likewise adaptive control. */
  readonly pools: readonly StatusPool[];
  readonly adaptive: readonly StatusAdaptive[];
  /** Limits whose keys are moved by how they behave, in the order of the policy. */
  readonly behaviour: readonly StatusBehaviour[];
  /** Null: the policy has no such section, and nobody set a mode by hand. */
  readonly degradation: StatusDegradation | null;
  /** Processes that gave a sign of life lately, by id. */
  readonly instances: readonly StatusInstance[];
  /** Which instance refreshes the tokens; null: none does now. */
  readonly leader: StatusLeader | null;
}

/** The most urgent first. */
export const ALERT_KINDS = [
  'token-reauthorise',
  'token-missing',
  'token-expired',
  'token-unreadable',
  'token-budget',
  'token-suspect',
  'degraded',
  'breaker-open',
  'pool-full',
  'adaptive-floor',
  'queue-dead',
  'no-leader',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface StatusAlert {
  readonly kind: AlertKind;
  /** The provider, breaker, queue, pool or adaptive control; empty for `no-leader` and `degraded`. */
  readonly subject: string;
  /** In words. */
  readonly text: string;
  /** What helps: a command where one does. */
  readonly next: string;
}

/** `unreadable`: what is stored is none of ours, or of a later version. */
export type TokenCondition = 'valid' | 'not-yet' | 'expired' | 'suspect' | 'none' | 'unreadable';

export type TokenRecommendation = 'ok' | 'refresh-soon' | 'refresh-now' | 'reauthorise';

export interface StatusToken {
  readonly provider: string;
  /** False: the policy does not name it, and what is said is what the store holds. */
  readonly configured: boolean;
  readonly condition: TokenCondition;
  /** Null where nothing can be said: it is not configured, or cannot be read. */
  readonly recommendation: TokenRecommendation | null;
  /** Why that is recommended, the weightiest first: `expires-soon`, `unauthorised`, … */
  readonly reasons: readonly string[];
  /** 0 … 100, and what it lost points for; null as above. */
  readonly health: {
    readonly score: number;
    readonly lost: readonly {readonly term: string; readonly points: number; readonly why: string}[];
  } | null;
  /** 1, 2, 3 …: grows with every token; 0: there was none yet. */
  readonly generation: number;
  /** Null: the provider did not say, or there is no token. */
  readonly expiresAt: string | null;
  /** Negative: expired so long ago; null as above. */
  readonly expiresInMs: number | null;
  /** Attempts in the longest window of the budget, those whose outcome is unknown included; null: not configured. */
  readonly refreshes: {readonly used: number; readonly allowed: number; readonly perMs: number} | null;
  /** Until a refresh is allowed, 0: now; null: not configured, or not before somebody authorises anew. */
  readonly refreshAllowedInMs: number | null;
  /** What is waited for. */
  readonly waitsFor: 'budget' | 'backoff' | 'breaker' | null;
  /** Failed refreshes in a row. */
  readonly failures: number;
  readonly reauthorise: {readonly since: string; readonly why: 'rejected' | 'answer-lost'} | null;
  /** Somebody was answered 401 with the token. */
  readonly suspect: {readonly at: string; readonly by: string; readonly why: string} | null;
  /** The refresh that is under way: who holds the lock, until when at the latest. */
  readonly refreshing: {
    readonly by: string;
    readonly fencing: number;
    readonly since: string;
    readonly until: string;
  } | null;
  /** How often applications asked for it. */
  readonly uses: {readonly lastMinute: number; readonly lastHour: number};
}

/** Of a breaker with a key, what the worst of its keys says; see `keys`. */
export interface StatusBreaker {
  readonly name: string;
  readonly configured: boolean;
  /** What it stands before; null: not configured. */
  readonly guards: StatusGuard | null;
  /** `half-open`: calls are let through as probes. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** In a row. */
  readonly failures: number;
  /** It opens at so many; null: not configured. */
  readonly opensAt: number | null;
  /** When it was opened; null: it is closed. */
  readonly openedAt: string | null;
  /** Until a call may go through, 0: now; null: it was opened and is not configured. */
  readonly callsInMs: number | null;
  /** While it is half-open: probes that succeeded in a row. */
  readonly successes: number;
  /** So many close it; null: not configured. */
  readonly closesAt: number | null;
  /** Of a breaker with a key; null: one stands before all. */
  readonly keys: BreakerKeys | null;
}

export interface StatusGuard {
  /** Calls of an application, the refreshes of a token, or requests. */
  readonly kind: 'calls' | 'token' | 'requests';
  /** Template of a breaker for each key; null: one for all. */
  readonly key: string | null;
  /** What counts: requests that failed, or that a limit refused. */
  readonly counts: 'failures' | 'refusals';
  /** Values by attribute: requests that match all of these … */
  readonly when: Readonly<Record<string, readonly string[]>>;
  /** … and not all of these. */
  readonly unless: Readonly<Record<string, readonly string[]>>;
}

export interface BreakerKeys {
  readonly open: number;
  readonly halfOpen: number;
  readonly closed: number;
  /** Those that are not closed, open ones first, at most 100. */
  readonly shown: readonly BreakerOfKey[];
}

export interface BreakerOfKey extends Pick<StatusBreaker, 'state' | 'failures' | 'openedAt' | 'callsInMs'> {
  readonly key: string;
}

export interface StatusQueue {
  readonly queue: string;
  readonly waiting: number;
  /** Of these, by priority class, by name. */
  readonly classes: readonly {readonly class: string; readonly waiting: number}[];
  /** Waiting ones that may be worked on now. */
  readonly due: number;
  /** In the hands of workers. */
  readonly claimed: number;
  /** Given up. */
  readonly dead: number;
  /** Age of the oldest waiting one; null: none waits. */
  readonly oldestMs: number | null;
  /** Until the next one is due, or a worker's claim ends; 0: one is due; null: nothing does. */
  readonly nextInMs: number | null;
}

export interface StatusInstance {
  /** `host:pid:random`. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly role: string;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly leads: boolean;
}

export interface StatusLeader {
  readonly instance: string;
  /** Grows with every new leader. */
  readonly fencing: number;
  readonly since: string;
  /** Without another sign of life the lead ends then. */
  readonly until: string;
}
