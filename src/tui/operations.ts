import type {ExplainedKey} from './data/loader.ts';
import type {ChangePlan} from './state/dialog-state.ts';

/** What a change is judged by, as the commands judge it. */
export interface Consent {
  readonly why: string;
  /** What was typed as an answer to the plan's question. */
  readonly typed: string;
}

/**
 * The commands that change state, as the dashboard runs them: in the context chosen there (undefined: that of the command line), with
 * the safety of the commands. All reject with a RatectlError that says why nothing, or not all, was done. Lines are painted, at most
 * `width` columns wide.
 */
export interface Operations {
  planReset(keys: readonly ExplainedKey[], at: ChangePlace): Promise<ChangePlan>;
  reset(keys: readonly ExplainedKey[], consent: Consent, at: ChangePlace): Promise<readonly string[]>;
  /** `what`: flags of `ratectl override set`. */
  planOverride(key: ExplainedKey, what: string, why: string, at: ChangePlace): Promise<ChangePlan>;
  override(key: ExplainedKey, what: string, consent: Consent, at: ChangePlace): Promise<readonly string[]>;
}

export interface ChangePlace {
  readonly context: string | undefined;
  readonly width: number;
}
