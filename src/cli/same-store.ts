import {isRatectlError, RatectlError} from '../base/ratectl-error.ts';
import {shellWord} from '../base/shell-word.ts';
import type {StoreFlags} from './options/store.ts';

const COMMAND =
  /\bratectl (?:status|explain|report|reset|migrate|audit|force-refresh|degrade(?: (?:set|clear))?|override (?:set|rm|ls)|token (?:ls|put|rm))(?= |$)/g;

/**
 * The store that was named to this command, as it is named to another one. Undefined: the environment or the configuration says it, to
 * every command alike. `shownUrl`: safe to print; null where no store is known.
 */
export const sameStoreFlag = (
  shownUrl: string | null,
  {store, context}: Pick<StoreFlags, 'store' | 'context'>,
): string | undefined => {
  // Of a URL with a password only a part is shown, which leads nowhere.
  if (store !== undefined)
    return `--store ${shownUrl === null || shownUrl.includes('***') ? 'URL' : shellWord(shownUrl)}`;
  return context === undefined ? undefined : `--context ${shellWord(context)}`;
};

/** An error whose hint names the store in its commands; anything else as it is. */
export const errorForStore = (error: unknown, flag: string | undefined): unknown => {
  if (flag === undefined || !isRatectlError(error) || error.hint === undefined) return error;
  const {message, code, exit, where, cause} = error;
  const hint = withStoreFlag(error.hint, flag);
  return hint === error.hint
    ? error
    : new RatectlError(message, {code, exit, hint, cause, ...(where === undefined ? {} : {where})});
};

/** Commands in a text name the store, too: copied as they are they would go to another. */
export const withStoreFlag = (text: string, flag: string | undefined): string =>
  flag === undefined ? text : text.replace(COMMAND, (command) => `${command} ${flag}`);
