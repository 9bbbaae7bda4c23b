/** What a limit did with a request. From `allowed` on the limit was asked and answered. */
export const Outcome = {
  /** An earlier layer denied the request. */
  notReached: 0,
  /** `when`/`unless` excluded it, or the key is exempt. */
  notApplicable: 1,
  /** An attribute of the key, or the tier, is missing. */
  skipped: 2,
  allowed: 3,
  denied: 4,
} as const;

export type Outcome = (typeof Outcome)[keyof typeof Outcome];
