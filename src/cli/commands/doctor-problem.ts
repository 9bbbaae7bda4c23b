import {formatLocation, isRatectlError} from '../../base/ratectl-error.ts';
import {safeExcerpt, safeText} from '../../base/safe-text.ts';
import type {ConfigProblem} from '../../operate/doctor/configuration-rules.ts';

const MOST_LINES = 4;

/** An error as a finding: one line, and its place. A mistake of ours is one, too: it keeps nobody from the rest. */
export const problemOf = (
  error: unknown,
  where: string,
  next = 'ratectl help configuration',
): ConfigProblem => {
  if (!isRatectlError(error))
    return {
      where: safeText(where),
      message: `this should not happen: ${safeExcerpt(error instanceof Error ? error.message : String(error))}`,
      hint: 'please report it',
    };
  const lines = error.message.split('\n').map((line) => safeText(line.trim()));
  const shown = lines.slice(0, MOST_LINES).join('; ');
  return {
    where: safeText(error.where === undefined ? where : formatLocation(error.where)),
    message: lines.length > MOST_LINES ? `${shown}; and more` : shown,
    hint: safeText(error.hint ?? next),
  };
};
