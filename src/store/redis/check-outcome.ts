import type {CheckAnswer, RowAddress} from '../../engine/live/check.ts';
import {PartlyDecidedError} from '../partly-decided-error.ts';
import {isStoreError, type StoreError} from '../store-error.ts';
import {ForeignRowError} from './foreign-row-error.ts';
import type {RowKeys} from './row-key.ts';

/** In place of an answer: the row of this address is not ours. */
export class Foreign {
  readonly address: RowAddress;

  constructor(address: RowAddress) {
    this.address = address;
  }
}

/** In place of an answer: a server of the Cluster failed. Of a check across slots a part may be charged. */
export class Failed {
  readonly error: StoreError;

  constructor(error: StoreError) {
    this.error = error;
  }
}

export const failedOf = (error: unknown): Failed => {
  if (isStoreError(error)) return new Failed(error);
  throw error;
};

/** What became of a check. */
export type Outcome = CheckAnswer | Foreign | Failed;

export const isDecided = (outcome: Outcome): outcome is CheckAnswer =>
  !(outcome instanceof Foreign || outcome instanceof Failed);

/**
 * The error for outcomes of which not all are decided; it carries those that are. A failure weighs more than what is not ours; when
 * all failed, it says everything by itself.
 */
export const undecidedError = (outcomes: readonly Outcome[], keys: RowKeys, url: string): StoreError => {
  const answers = outcomes.map((outcome) => (isDecided(outcome) ? outcome : undefined));
  const failed = outcomes.find((outcome) => outcome instanceof Failed);
  if (failed === undefined) {
    const {address} = outcomes.find((outcome) => outcome instanceof Foreign)!;
    return new ForeignRowError(keys.nameOf(address), url, answers);
  }
  const {error} = failed;
  if (outcomes.every((outcome) => outcome instanceof Failed)) return error;
  const decided = answers.filter((answer) => answer !== undefined).length;
  return new PartlyDecidedError(
    `${error.message.replace(` (${url})`, '')}; ${decided} of ${answers.length} checks were decided by other servers of the Cluster`,
    {kind: error.kind, url, hint: error.hint ?? 'check the servers of the Cluster', cause: error},
    answers,
  );
};
