import {quoted} from '../../base/safe-text.ts';
import type {CheckAnswer} from '../../engine/live/check.ts';
import {PartlyDecidedError} from '../partly-decided-error.ts';

/** Something that is not ours is kept under the name of a row. Nothing of that check was charged; the others were decided. */
export class ForeignRowError extends PartlyDecidedError {
  constructor(key: string, url: string, answers: readonly (CheckAnswer | undefined)[]) {
    const details = {
      kind: 'foreign',
      url,
      hint: 'use another prefix (?prefix=NAME: in the URL of the store), or remove that key',
    } as const;
    super(`the key ${quoted(key, 120)} holds something that ratectl did not write`, details, answers);
  }
}
