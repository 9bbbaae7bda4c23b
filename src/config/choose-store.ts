import {formatLocation, RatectlError} from '../base/ratectl-error.ts';
import {safeText} from '../base/safe-text.ts';
import type {ConfigFile, ContextConfig} from './config-model.ts';
import type {Environment} from './config-places.ts';
import {type Config, contextNamed} from './load-config.ts';
import type {Origin, SettingsInput} from './settings.ts';

/** What decides about the store. */
export type StoreChoice =
  | {readonly kind: 'context'; readonly context: ContextConfig; readonly origin: Origin}
  /** `beside`: the settings that are written next to it, for its password. */
  | {
      readonly kind: 'url';
      readonly text: string;
      readonly origin: Origin;
      readonly beside: ConfigFile | undefined;
    }
  | {readonly kind: 'default'};

/** An environment variable; what is empty counts as unset. */
export const variable = (env: Environment, name: string): string | undefined => {
  const text = env[name]?.trim() ?? '';
  return text === '' ? undefined : text;
};

export const fromEnvironment = (name: string): Origin => ({kind: 'environment', variable: name});
export const fromFlag = (flag: string): Origin => ({kind: 'flag', flag});

/** Flags before the environment before the project's file before the user's; a file's context before its store. */
export const chooseStore = ({flags, env}: SettingsInput, config: Config): StoreChoice => {
  if (flags.store !== undefined && flags.context !== undefined)
    throw new RatectlError('--store and --context are both given', {
      code: 'usage/store',
      hint: 'use one of them',
    });
  if (flags.store !== undefined)
    return {kind: 'url', text: flags.store, origin: fromFlag('--store'), beside: undefined};
  if (flags.context !== undefined)
    return {
      kind: 'context',
      context: contextNamed(config, flags.context, '--context'),
      origin: fromFlag('--context'),
    };
  const store = variable(env, 'RATECTL_STORE');
  const name = variable(env, 'RATECTL_CONTEXT');
  if (store !== undefined && name !== undefined)
    throw new RatectlError('RATECTL_STORE and RATECTL_CONTEXT are both set', {
      code: 'usage/store',
      hint: 'unset one of them, or say it with --store or --context',
    });
  if (store !== undefined)
    return {kind: 'url', text: store, origin: fromEnvironment('RATECTL_STORE'), beside: undefined};
  if (name !== undefined) {
    const origin = fromEnvironment('RATECTL_CONTEXT');
    return {kind: 'context', context: contextNamed(config, name, 'RATECTL_CONTEXT'), origin};
  }
  for (const file of [config.project, config.user]) {
    if (file?.current !== undefined) {
      const {value, where} = file.current;
      const context = contextNamed(config, value, safeText(formatLocation(where)));
      return {kind: 'context', context, origin: {kind: 'file', scope: file.scope, where}};
    }
    const written = file?.defaults.store;
    if (file !== undefined && written !== undefined) {
      const origin: Origin = {kind: 'file', scope: file.scope, where: written.where};
      return {kind: 'url', text: written.value, origin, beside: file};
    }
  }
  return {kind: 'default'};
};
