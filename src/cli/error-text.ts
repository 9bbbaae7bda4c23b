import {formatLocation, isRatectlError} from '../base/ratectl-error.ts';
import {safeText} from '../base/safe-text.ts';

/** What the user reads when a command fails: where, what, what to do next. A stack only for our own mistakes, and only when asked. */
export const errorText = (error: unknown, debug: boolean): string => {
  if (isRatectlError(error)) {
    const where = error.where === undefined ? '' : `${safeText(formatLocation(error.where))}: `;
    const hint = error.hint === undefined ? '' : `\n  hint: ${error.hint}`;
    return `ratectl: ${where}${error.message}${hint}\n`;
  }
  const stack =
    debug && error instanceof Error && error.stack !== undefined
      ? `\n${safeText(error.stack).replaceAll('\\u000a', '\n')}`
      : '';
  const message = error instanceof Error ? error.message : String(error);
  return `ratectl: unexpected error: ${safeText(message)}\n  hint: this is a mistake in ratectl; run again with RATECTL_DEBUG=1 and report what it prints${stack}\n`;
};
