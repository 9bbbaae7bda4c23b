import {escapeCodePoint} from '../base/safe-text.ts';
import {logSafe} from './log-safe.ts';
import type {Style} from './style.ts';

const LONGEST = 1_000;

/**
 * Text from outside (keys, names, paths) as it may stand in a view: no control or invisible characters, no commands to a build
 * service, and in ASCII mode nothing but ASCII. Beyond a thousand characters only both ends.
 */
export const visible = (text: string, style: Pick<Style, 'ascii'>): string => {
  const bounded =
    text.length > LONGEST ? `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}` : text;
  const safe = logSafe(bounded);
  return style.ascii
    ? safe
        .replace(/µ/g, 'u')
        .replace(/ … /g, ' ... ')
        .replace(/ → /g, ' -> ')
        .replace(/[^ -~]/gu, escapeCodePoint)
    : safe;
};
