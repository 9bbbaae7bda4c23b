import {safeText} from './safe-text.ts';

/** Longer ones are not for a line of a message. */
const LONGEST = 200;
const PLAIN = /^[\w%+,./:=@-]+$/;

const inQuotes = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A word as a shell takes it. */
export const shellWord = (word: string): string => (PLAIN.test(word) ? word : inQuotes(word));

/** The same for a message, always in quotes; `placeholder` in its place when it cannot be shown whole, or not as it is. */
export const shellArgument = (text: string, placeholder: string): string => {
  if (text.length > LONGEST || safeText(text) !== text) return `"${placeholder}"`;
  return /["$`\\!]/.test(text) ? inQuotes(text) : `"${text}"`;
};
