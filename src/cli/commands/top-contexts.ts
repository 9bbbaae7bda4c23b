import {isRatectlError} from '../../base/ratectl-error.ts';
import {loadConfig} from '../../config/load-config.ts';
import {settingsFrom} from '../../config/resolve-settings.ts';
import {shownUrl} from '../../config/shown-url.ts';
import type {ContextChoice} from '../../tui/state/dashboard-state.ts';
import type {CliContext} from '../context.ts';
import type {StoreFlags} from '../options/store.ts';

/** The contexts that can be chosen, by name; none with --no-config. One that cannot be read is left out. */
export const contextChoices = (
  {cwd, streams}: CliContext,
  {config: wanted}: Pick<StoreFlags, 'config'>,
): readonly ContextChoice[] => {
  if (!wanted) return [];
  const config = loadConfig(cwd, streams.env, 'files');
  const names = [...config.contexts.keys()].sort();
  return names.flatMap((name) => {
    try {
      const settings = settingsFrom({flags: {config: true, context: name}, env: streams.env, cwd}, config);
      const {readOnly, production, store, password} = settings;
      const access = readOnly.value ? 'read-only' : 'read-write';
      return [
        {
          name,
          store: shownUrl(store.value, password === undefined ? 'none' : 'known'),
          access: production.value ? `production, ${access}` : access,
        },
      ];
    } catch (error) {
      if (!isRatectlError(error)) throw error;
      return [];
    }
  });
};
