import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import type {ConfigFile, ContextConfig} from './config-model.ts';
import {type ConfigPlaces, configPlaces, type Environment} from './config-places.ts';
import {readConfigFile} from './read-config-file.ts';

/** The configuration files there are. */
export interface Config {
  /** Undefined when configuration is switched off. */
  readonly places: ConfigPlaces | undefined;
  readonly project: ConfigFile | undefined;
  readonly user: ConfigFile | undefined;
  /** Of both files. The project's hides the user's of the same name, and `warnings` says so. */
  readonly contexts: ReadonlyMap<string, ContextConfig>;
  readonly warnings: readonly string[];
}

/** Whether an environment variable says yes. Throws when it says neither. */
export const switchOf = (env: Environment, name: string): boolean | undefined => {
  const text = (env[name] ?? '').trim().toLowerCase();
  if (text === '') return undefined;
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  if (['0', 'false', 'no', 'off'].includes(text)) return false;
  throw new RatectlError(`${name} is ${quoted(text)}, expected 1 or 0`, {code: 'config/environment'});
};

/** Reads the project's and the user's file. Neither has to be there. Throws a RatectlError when one of them is wrong. */
export const loadConfig = (cwd: string, env: Environment, use: 'files' | 'none'): Config => {
  if (use === 'none' || switchOf(env, 'RATECTL_NO_CONFIG') === true)
    return {places: undefined, project: undefined, user: undefined, contexts: new Map(), warnings: []};
  const places = configPlaces(cwd, env);
  const user = places.user.exists ? readConfigFile(places.user) : undefined;
  const same = places.project.path === places.user.path;
  const project = places.project.exists && !same ? readConfigFile(places.project) : undefined;
  const contexts = new Map(user?.contexts);
  const warnings: string[] = [];
  for (const [name, context] of project?.contexts ?? []) {
    if (contexts.has(name))
      warnings.push(
        `context "${name}" of ${safeText(places.project.shown)} hides the one of ${safeText(places.user.shown)}`,
      );
    contexts.set(name, context);
  }
  return {places, project, user, contexts, warnings};
};

/** The context of that name. Throws when there is none, with the names there are. */
export const contextNamed = (config: Config, name: string, saidBy: string): ContextConfig => {
  const found = config.contexts.get(name);
  if (found !== undefined) return found;
  const names = [...config.contexts.keys()];
  if (config.places === undefined)
    throw new RatectlError(`${saidBy} names the context ${quoted(name)}, and no configuration is read`, {
      code: 'config/no-context',
      hint: 'leave out --no-config and RATECTL_NO_CONFIG, or name the store with --store',
    });
  throw new RatectlError(`there is no context ${quoted(name)}${didYouMean(name, names)} (${saidBy})`, {
    code: 'config/no-context',
    hint:
      names.length === 0
        ? 'there are no contexts; add one with: ratectl context add NAME --store URL'
        : `contexts are ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`,
  });
};
