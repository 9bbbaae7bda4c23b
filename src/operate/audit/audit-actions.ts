import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';

/** What this version writes into the journal. Another one may write more. */
const AUDIT_ACTIONS = [
  'reset',
  'reset-started',
  'undo',
  'undo-started',
  'breaker-reset',
  'breaker-reset-started',
  'queue-reset',
  'queue-reset-started',
  'queue-undo',
  'pool-reset',
  'override-set',
  'override-rm',
  'degrade-set',
  'degrade-clear',
  'token-refresh',
  'token-emergency',
  'token-put',
  'token-rm',
  'token-rekey',
  'migrate',
] as const;

/** Throws a RatectlError (exit 2) for an action that no entry can have: of one that is known there are just no entries. */
export const requireKnownAction = (action: string): void => {
  if (AUDIT_ACTIONS.some((known) => known === action || known.startsWith(`${action}-`))) return;
  const families = AUDIT_ACTIONS.map((known) => known.split('-')[0]!);
  const names = [...new Set([...AUDIT_ACTIONS, ...families])];
  throw new RatectlError(`unknown action ${quoted(action)}${didYouMean(action, names)}`, {
    code: 'usage/action',
    hint: `actions are ${AUDIT_ACTIONS.filter((known) => !known.endsWith('-started')).join(', ')}; "token" is all that begin with it`,
  });
};
