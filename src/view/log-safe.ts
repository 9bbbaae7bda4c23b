import {safeText} from '../base/safe-text.ts';

// Build services read commands from the output: GitHub `::stop-commands::…` at the start of a line, `##[group]` anywhere;
// Azure `##vso[…]`, TeamCity `##teamcity[…]`. A key must not be able to give one. `::1` and `fe80::1:2` stay as they are.
const LOG_COMMAND = /:(?=:[a-z][a-z-]*(?: |::))|#(?=#\w*\[)/gi;

/** `safeText` in which a build service finds no command either. */
export const logSafe = (text: string): string =>
  safeText(text).replace(LOG_COMMAND, (sign) => (sign === ':' ? '\\u003a' : '\\u0023'));
