import {createContext, Script} from 'node:vm';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';

/** Milliseconds for all keys of an answer. A command may take seconds; a server that does is a server that is down. */
const MOST_MS = 100;
const LONGEST = 200;

const CALL = new Script('run()');

/**
 * What `?filter=` asks of `LIMIT/KEY`, as `--filter` of `ratectl status`: a regular expression, `!` before it inverts. It runs where
 * it can be ended from outside: keys are made by strangers. Throws a RatectlError for what is none, or takes too long.
 */
export const boundedFilter = (text: string): ((subjects: readonly string[]) => readonly boolean[]) => {
  if (text.length > LONGEST)
    throw refusal(text, `is longer than ${LONGEST} characters`, 'a part of the key is enough');
  const inverted = text.startsWith('!');
  const pattern = compiled(text, inverted ? text.slice(1) : text);
  return (subjects) => {
    const run = (): readonly boolean[] => subjects.map((subject) => pattern.test(subject) !== inverted);
    try {
      return CALL.runInContext(createContext({run}), {timeout: MOST_MS}) as readonly boolean[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw refusal(
        text,
        `takes too long: ${MOST_MS} ms were not enough`,
        'avoid repetitions inside of repetitions, such as (a+)+',
      );
    }
  };
};

const compiled = (text: string, source: string): RegExp => {
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    throw refusal(
      text,
      'is not a regular expression',
      `${error instanceof Error ? safeText(error.message) : 'it cannot be read'}; a sign such as "." or "(" is meant as itself with "\\" before it`,
    );
  }
};

const refusal = (text: string, why: string, hint: string): RatectlError =>
  new RatectlError(`filter ${quoted(text)} ${why}`, {code: 'usage/filter', hint});
