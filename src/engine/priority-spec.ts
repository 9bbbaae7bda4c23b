import type {MatcherSpec} from './policy-model.ts';

/** An entry of `priorities` in a policy: how important requests are. The most important class comes first. */
export interface PrioritySpec {
  /** Unique. */
  readonly name: string;
  /** Requests that match all of these belong to it; none: every request that no other class takes. */
  readonly when: readonly MatcherSpec[];
}
