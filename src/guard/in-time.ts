import type {Deadlines} from '../base/deadlines.ts';

export interface InTimeOptions<T> {
  readonly deadlines: Deadlines;
  /** What it is rejected with when nothing came in time. */
  readonly noAnswer: () => unknown;
  /** Turns what the call failed with, or `noAnswer`, into what is told. Called at most once, and never after an answer. */
  readonly causeOf: (error: unknown) => unknown;
  readonly onAnswer?: (() => void) | undefined;
  /** Told what arrives after it was waited for no longer. */
  readonly onLate?: ((late: T) => void) | undefined;
}

/** A call that is waited for until its deadline. One promise for all of it: each more is a trip through the queue of microtasks. */
export const inTime = <T>(call: Promise<T>, options: InTimeOptions<T>): Promise<T> => {
  const {deadlines, noAnswer, causeOf, onAnswer, onLate} = options;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const waiting = deadlines.add(() => {
      isLate = true;
      if (onLate !== undefined) call.then(onLate).catch(() => undefined);
      reject(causeOf(noAnswer()));
    });
    call.then(
      (result) => {
        if (isLate) return;
        deadlines.remove(waiting);
        onAnswer?.();
        resolve(result);
      },
      (error: unknown) => {
        if (isLate) return;
        deadlines.remove(waiting);
        reject(causeOf(error));
      },
    );
  });
};
