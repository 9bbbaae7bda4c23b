import {createContext, Script} from 'node:vm';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';

/** Milliseconds that a page of keys may take: an honest expression needs a few, also on keys of 64 KB. */
const MOST_MS = 2_000;

const CALL = new Script('run()');

/**
 * What `--filter` asks of texts, a page at a time. Throws a RatectlError (exit 2) for what is no regular expression.
 *
 * Repetitions inside of repetitions can take years on a key of thirty characters, and keys are made by strangers: meanwhile neither
 * Ctrl-C nor any timer would be heard. An expression therefore runs where it can be ended from outside, and then throws, too.
 */
export const keyFilter = (text: string): ((subjects: readonly string[]) => readonly boolean[]) => {
  const inverted = text.startsWith('!');
  const pattern = compiled(text, inverted ? text.slice(1) : text);
  const calls: {run?: () => readonly boolean[]} = {};
  const room = createContext(calls);
  return (subjects) => {
    calls.run = () => subjects.map((subject) => pattern.test(subject) !== inverted);
    try {
      return CALL.runInContext(room, {timeout: MOST_MS}) as readonly boolean[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new RatectlError(
        `--filter ${quoted(text)} takes too long: ${MOST_MS / 1_000} s were not enough for a page of keys`,
        {
          code: 'usage/filter',
          hint: 'avoid repetitions inside of repetitions, such as (a+)+, or choose with --prefix or --match',
        },
      );
    }
  };
};

const compiled = (text: string, source: string): RegExp => {
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    throw new RatectlError(`--filter ${quoted(text)} is not a regular expression`, {
      code: 'usage/filter',
      hint: `${error instanceof Error ? safeText(error.message) : 'it cannot be read'}; a sign such as "." or "(" is meant as itself with "\\" before it`,
    });
  }
};
