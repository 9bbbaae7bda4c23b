/** An entry of `behaviour` in a policy: keys of a limit with tiers go a tier up or down with how they behave. */
export interface BehaviourSpec {
  /** Name of a limit with tiers. */
  readonly limit: string;
  /** Names of its tiers, from the worst to the best; at least two. A key in another tier is left alone. */
  readonly ladder: readonly string[];
  /** Behaviour of so long counts, whole µs. */
  readonly window: number;
  /** A score of at least this moves a key one tier up; `promote` > `demote`, both 0 … 1. */
  readonly promote: number;
  /** A score of at most this moves it down, … */
  readonly demote: number;
  /** … by one tier, or to the first of the ladder. */
  readonly demoteTo: 'next' | 'lowest';
  /** Requests in the window below which nothing is said: the score is the neutral 0.5. */
  readonly minimumRequests: number;
}
