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

/** Commands in a text name the store, too: copied as they are they would go to another. */
export const withStoreFlag = (text: string, flag: string | undefined): string =>
  flag === undefined ? text : text.replace(COMMAND, (command) => `${command} ${flag}`);
