import type {Check, CheckAnswer, LayerVerdict} from '../../engine/live/check.ts';
import type {Kind} from '../../engine/verdict.ts';
import {parseNumbers} from './array-literal.ts';

/** A calendar window of a layer is not where the server's clock is. */
export interface OutsideEdges {
  /** Index of the layer in the check, of the bucket in its set. */
  readonly layer: number;
  readonly bucket: number;
  /** Around which to ask, µs. */
  readonly instant: number;
}

export type Decoded =
  | {readonly kind: 'answer'; readonly answer: CheckAnswer}
  /** Not decided: to be asked again, with these windows elsewhere. */
  | {readonly kind: 'again'; readonly now: number; readonly outside: readonly OutsideEdges[]};

const OUTSIDE = 3;
const BEHIND = 4;
const NUMBERS = 7;

/** What the function `check` answered (see `checkFunctionSql`), check by check. */
export const decodeAnswers = (text: string, checks: readonly Check[]): Decoded[] => {
  const numbers = parseNumbers(text);
  const now = numbers[0]!;
  let at = 1;
  const decoded = checks.map((check): Decoded => {
    const verdicts: LayerVerdict[] = [];
    const outside: OutsideEdges[] = [];
    const behind = numbers[at] === BEHIND;
    for (let layer = 0; layer < check.layers.length; layer++, at += NUMBERS) {
      const kind = numbers[at]!;
      if (kind === OUTSIDE) {
        outside.push({layer, bucket: numbers[at + 1]!, instant: numbers[at + 3]!});
        continue;
      }
      verdicts.push(verdictAt(numbers, at));
    }
    return behind || outside.length > 0
      ? {kind: 'again', now, outside}
      : {kind: 'answer', answer: {now, verdicts}};
  });
  mustHave(numbers, at);
  return decoded;
};

/** What the function `check_one` answered. */
export const decodeOneAnswer = (text: string): CheckAnswer => {
  const numbers = parseNumbers(text);
  mustHave(numbers, 1 + NUMBERS);
  return {now: numbers[0]!, verdicts: [verdictAt(numbers, 1)]};
};

const verdictAt = (numbers: readonly number[], at: number): LayerVerdict => ({
  kind: numbers[at] as Kind,
  remaining: numbers[at + 1]!,
  capacity: numbers[at + 2]!,
  retryAfter: numbers[at + 3]!,
  resetAfter: numbers[at + 4]!,
  delay: numbers[at + 5]!,
  fencingToken: numbers[at + 6]!,
});

const mustHave = (numbers: readonly number[], count: number): void => {
  if (count !== numbers.length || numbers.some(Number.isNaN))
    throw new RangeError(`an answer of ${numbers.length} numbers, not ${count}`);
};
