import {safeText} from './safe-text.ts';

/** Longer ones are not for a line of a message. */
const LONGEST = 200;

/** A text as a shell takes it, in quotes; `placeholder` in its place when it cannot be shown whole, or not as it is. */
export const shellArgument = (text: string, placeholder: string): string => {
  if (text.length > LONGEST || safeText(text) !== text) return `"${placeholder}"`;
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`;
};
