import type {ExplainedKey} from '../data/loader.ts';

/** What a change would do, as the command's dry run says it. */
export interface ChangePlan {
  /** Painted; no wider than the screen. */
  readonly lines: readonly string[];
  /** `type 3 to reset these 3 keys`. */
  readonly question: string;
  /** Whether it may be done without saying why. */
  readonly reason: 'required' | 'optional';
  /** False: there is nothing to do. */
  readonly some: boolean;
}

/** A change of state, step by step: nothing is changed before the answer to the question was typed. */
export interface Dialog {
  /** 1, 2, 3 …: an answer that belongs to another one is not taken. */
  readonly number: number;
  readonly action: 'reset' | 'override';
  readonly keys: readonly ExplainedKey[];
  readonly step: DialogStep;
  /** What is typed now. */
  readonly input: string;
  /** Of an override: flags of `ratectl override set`. */
  readonly what: string;
  readonly why: string;
  /** The confirmation as it was typed: the command judges it. */
  readonly typed: string;
  readonly plan: ChangePlan | undefined;
  /** What came of it, or why an answer was not taken. */
  readonly lines: readonly string[];
  readonly role: 'good' | 'bad' | undefined;
}

/**
 * reset: planning → reason → confirm → working → ended; override: what → reason → planning → confirm → working → ended.
 */
export type DialogStep = 'what' | 'planning' | 'reason' | 'confirm' | 'working' | 'ended';
