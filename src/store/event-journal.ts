/** Name of the journal of what happened to tokens, breakers, leaders and queues, for `report` and the dashboard. */
export const EVENT_JOURNAL = 'events';

/** An entry of it. */
export interface StoredEvent {
  /** `token-refreshed`, `token-failed`, `leader-elected`, `breaker-opened`, … */
  readonly kind: string;
  /** What it is about: a provider, a breaker, an instance. */
  readonly subject: string;
  /** In words; empty when the kind says it all. */
  readonly note: string;
}
