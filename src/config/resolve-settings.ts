import {resolve} from 'node:path';
import {RatectlError} from '../base/ratectl-error.ts';
import {safeText} from '../base/safe-text.ts';
import {holdsSecret} from '../store/holds-secret.ts';
import {parseStoreUrl} from '../store/parse-store-url.ts';
import type {StoreTarget} from '../store/store-target.ts';
import {chooseStore, fromEnvironment, fromFlag, type StoreChoice, variable} from './choose-store.ts';
import type {ConfigFile, Located, PasswordSource, SettingsGroup} from './config-model.ts';
import {type Config, loadConfig, switchOf} from './load-config.ts';
import {parseTimeout} from './parse-timeout.ts';
import type {Origin, Setting, Settings, SettingsInput} from './settings.ts';

const DEFAULT_TIMEOUT = 5_000_000;

const located = <T>(found: Located<T> | undefined, file: ConfigFile): Setting<T> | undefined =>
  found === undefined
    ? undefined
    : {value: found.value, origin: {kind: 'file', scope: file.scope, where: found.where}};

class Resolver {
  readonly #input: SettingsInput;
  readonly #config: Config;
  readonly #choice: StoreChoice;
  readonly #warnings: string[];

  constructor(input: SettingsInput, config: Config) {
    this.#input = input;
    this.#config = config;
    this.#choice = chooseStore(input, config);
    this.#warnings = [...config.warnings];
  }

  settings(): Settings {
    const {flags, env, cwd} = this.#input;
    const store = this.#store();
    const policy = variable(env, 'RATECTL_POLICY');
    const prefix = variable(env, 'RATECTL_PREFIX');
    const production = this.#ofContext('production') ?? {value: false, origin: {kind: 'default' as const}};
    return {
      context:
        this.#choice.kind === 'context'
          ? {value: this.#choice.context, origin: this.#choice.origin}
          : undefined,
      store,
      policy:
        flags.policy !== undefined
          ? {value: resolve(cwd, flags.policy), origin: fromFlag('--policy')}
          : policy !== undefined
            ? {value: resolve(cwd, policy), origin: fromEnvironment('RATECTL_POLICY')}
            : this.#written('policy'),
      prefix:
        prefix === undefined
          ? this.#written('prefix')
          : {value: prefix, origin: fromEnvironment('RATECTL_PREFIX')},
      timeout: this.#timeout(),
      production,
      readOnly: this.#readOnly(production.value),
      password: this.#password(store),
      places: this.#config.places,
      warnings: this.#warnings,
    };
  }

  #store(): Setting<StoreTarget> {
    const {env, cwd} = this.#input;
    const choice = this.#choice;
    if (choice.kind === 'default')
      return {value: parseStoreUrl('sqlite:', {folder: cwd, env}), origin: {kind: 'default'}};
    if (choice.kind === 'context') {
      const {context} = choice;
      if (context.store === undefined)
        throw new RatectlError(`context "${context.name}" has no store`, {
          code: 'config/no-store',
          where: context.where,
          hint: 'write store: and a URL below its name, for example store: redis://cache:6379',
        });
      return this.#parsed(
        context.store.value,
        {
          kind: 'file',
          scope: context.file.scope,
          where: context.store.where,
        },
        context.file,
      );
    }
    return this.#parsed(choice.text, choice.origin, choice.beside);
  }

  #parsed(text: string, origin: Origin, file: ConfigFile | undefined): Setting<StoreTarget> {
    const {env, cwd} = this.#input;
    const name =
      origin.kind === 'flag'
        ? origin.flag
        : origin.kind === 'environment'
          ? origin.variable
          : 'the store URL';
    const value = parseStoreUrl(text, {
      folder: file?.folder ?? cwd,
      env,
      name,
      ...(origin.kind === 'file' ? {where: origin.where} : {}),
    });
    const holdsPassword = holdsSecret(value);
    if (holdsPassword && origin.kind === 'flag')
      this.#warnings.push(
        '--store holds a password, which other users of this machine can see in the list of processes: use RATECTL_PASSWORD, --password-stdin or a context with a passwordFile',
      );
    if (holdsPassword && file?.exposed === true)
      this.#warnings.push(
        `${safeText(file.shown)} holds a password and can be read by other users: chmod 600 it, or use a passwordFile`,
      );
    return {value, origin};
  }

  /** What the context says. */
  #ofContext<K extends keyof SettingsGroup>(
    name: K,
  ): Setting<NonNullable<SettingsGroup[K]>['value']> | undefined {
    if (this.#choice.kind !== 'context') return undefined;
    const {context} = this.#choice;
    return located(
      context[name] as Located<NonNullable<SettingsGroup[K]>['value']> | undefined,
      context.file,
    );
  }

  /** What the context says, else the project's file, else the user's. */
  #written<K extends keyof SettingsGroup>(
    name: K,
  ): Setting<NonNullable<SettingsGroup[K]>['value']> | undefined {
    const ofContext = this.#ofContext(name);
    if (ofContext !== undefined) return ofContext;
    for (const file of [this.#config.project, this.#config.user]) {
      const found = file?.defaults[name] as Located<NonNullable<SettingsGroup[K]>['value']> | undefined;
      if (file !== undefined && found !== undefined) return located(found, file);
    }
    return undefined;
  }

  #timeout(): Setting<number> {
    const {flags, env} = this.#input;
    const fromEnv = variable(env, 'RATECTL_TIMEOUT');
    if (flags.timeout !== undefined)
      return {value: parseTimeout(flags.timeout, '--timeout'), origin: fromFlag('--timeout')};
    if (fromEnv !== undefined)
      return {value: parseTimeout(fromEnv, 'RATECTL_TIMEOUT'), origin: fromEnvironment('RATECTL_TIMEOUT')};
    return this.#written('timeout') ?? {value: DEFAULT_TIMEOUT, origin: {kind: 'default'}};
  }

  /** RATECTL_READ_ONLY=1 makes any context read-only; it takes the protection from none. */
  #readOnly(production: boolean): Setting<boolean> {
    if (switchOf(this.#input.env, 'RATECTL_READ_ONLY') === true)
      return {value: true, origin: fromEnvironment('RATECTL_READ_ONLY')};
    const ofContext = this.#ofContext('readOnly');
    if (ofContext !== undefined) return ofContext;
    if (production) return {value: true, origin: {kind: 'default', because: 'a production context'}};
    return this.#written('readOnly') ?? {value: false, origin: {kind: 'default'}};
  }

  /** A password is for the store that it is written beside, and for no other: else a file could have it sent elsewhere. */
  #password(store: Setting<StoreTarget>): Setting<PasswordSource> | undefined {
    const {flags, env} = this.#input;
    if (flags.passwordStdin === true) return {value: {kind: 'stdin'}, origin: fromFlag('--password-stdin')};
    if (!('password' in store.value)) return undefined;
    const inUrl: Setting<PasswordSource> | undefined =
      store.value.password === undefined ? undefined : {value: {kind: 'url'}, origin: store.origin};
    if (inUrl !== undefined && inUrl.origin.kind !== 'file') return inUrl;
    if (variable(env, 'RATECTL_PASSWORD') !== undefined)
      return {
        value: {kind: 'variable', name: 'RATECTL_PASSWORD'},
        origin: fromEnvironment('RATECTL_PASSWORD'),
      };
    const choice = this.#choice;
    const beside =
      choice.kind === 'context'
        ? choice.context
        : choice.kind === 'url'
          ? choice.beside?.defaults
          : undefined;
    const file =
      choice.kind === 'context' ? choice.context.file : choice.kind === 'url' ? choice.beside : undefined;
    const written = file === undefined ? undefined : located(beside?.password, file);
    if (inUrl !== undefined && written !== undefined && written.origin.kind === 'file')
      throw new RatectlError('the store has two passwords: one in its URL, and this one', {
        code: 'config/two-passwords',
        where: written.origin.where,
        hint: 'take the one out of the URL',
      });
    return written ?? inUrl;
  }
}

/** `resolveSettings` with files that were read before. */
export const settingsFrom = (input: SettingsInput, config: Config): Settings =>
  new Resolver(input, config).settings();

/**
 * Settles what holds for a command: flags before environment before the project's file before the user's file before
 * defaults, each with where it comes from. Opens and runs nothing. Throws a RatectlError (exit 2) that says what is wrong.
 */
export const resolveSettings = (input: SettingsInput): Settings =>
  settingsFrom(input, loadConfig(input.cwd, input.env, input.flags.config ? 'files' : 'none'));
