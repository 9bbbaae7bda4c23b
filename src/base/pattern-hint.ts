import {shellArgument} from './shell-word.ts';

/** Of `limit/key`, one key, that looks like a pattern: how one is written. Undefined: it does not. */
export const patternHint = (key: string): string | undefined =>
  /[*?]/.test(key) ? `for a pattern: --match ${shellArgument(key, 'PATTERN/PATTERN')}` : undefined;
