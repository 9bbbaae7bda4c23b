import {safeText} from '../base/safe-text.ts';
import type {Style} from './style.ts';

const LONGEST = 1_000;

// Build services read commands from the output: GitHub `::stop-commands::…` at the start of a line, `##[group]` anywhere;
// Azure `##vso[…]`, TeamCity `##teamcity[…]`. A key must not be able to give one. `::1` and `fe80::1:2` stay as they are.
const LOG_COMMAND = /:(?=:[a-z][a-z-]*(?: |::))|#(?=#\w*\[)/gi;

const escaped = (char: string): string => {
  const code = char.codePointAt(0) as number;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/**
 * Text from outside (keys, names, paths) as it may stand in a view: no control or invisible characters, no log commands,
 * and in ASCII mode nothing but ASCII. Beyond a thousand characters only both ends.
 */
export const visible = (text: string, style: Pick<Style, 'ascii'>): string => {
  const bounded = text.length > LONGEST ? `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}` : text;
  const safe = safeText(bounded).replace(LOG_COMMAND, escaped);
  return style.ascii ? safe.replace(/µ/g, 'u').replace(/ … /g, ' ... ').replace(/[^ -~]/gu, escaped) : safe;
};
