import {statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {isRatectlError} from '../../base/ratectl-error.ts';
import {safeText} from '../../base/safe-text.ts';
import type {ConfigFile} from '../../config/config-model.ts';
import {type ConfigPlaces, configPlaces} from '../../config/config-places.ts';
import {describeOrigin} from '../../config/describe-origin.ts';
import {type Config, loadConfig, switchOf} from '../../config/load-config.ts';
import {readConfigFile} from '../../config/read-config-file.ts';
import {resolveSettings, settingsFrom} from '../../config/resolve-settings.ts';
import type {Settings} from '../../config/settings.ts';
import type {
  ConfigProblem,
  ConfigurationFacts,
  SecretFile,
} from '../../operate/doctor/configuration-rules.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import {holdsSecret} from '../../store/holds-secret.ts';
import type {CliContext} from '../context.ts';
import type {StoreFlags} from '../options/store.ts';
import {problemOf} from './doctor-problem.ts';

/** What holds for this command. Undefined: it cannot be settled, and the facts say why. Throws at flags that are wrong. */
export const settingsForDoctor = (
  flags: StoreFlags,
  {streams, cwd}: CliContext,
): {readonly settings: Settings | undefined; readonly problem: ConfigProblem | undefined} => {
  try {
    return {settings: resolveSettings({flags, env: streams.env, cwd}), problem: undefined};
  } catch (error) {
    if (isOfFlags(error, flags)) throw error;
    return {settings: undefined, problem: problemOf(error, '')};
  }
};

/** A command line that is wrong is no finding. */
const isOfFlags = (error: unknown, {store, context, timeout}: StoreFlags): boolean =>
  isRatectlError(error) &&
  (store ?? context ?? timeout) !== undefined &&
  /^(usage\/|store\/url$|config\/no-context$)/.test(error.code);

/** Reads what there is of configuration, file by file, so that one that is wrong does not hide the other. Runs no program. */
export const configurationFacts = (
  flags: StoreFlags,
  {settings, problem}: ReturnType<typeof settingsForDoctor>,
  policy: LoadedPolicy | undefined,
  context: CliContext,
): ConfigurationFacts => {
  const {env} = context.streams;
  const {config, files, problems} = readFiles(flags, context);
  const contexts = [...(config?.contexts.keys() ?? [])];
  const inContexts = contexts.map((name) => ofContext(name, config!, settings, context));
  const secrets = [
    ...(settings === undefined ? [] : secretsOf(settings)),
    ...inContexts.flatMap((one) => (one.settings === undefined ? [] : secretsOf(one.settings))),
    ...vaultKey(env),
    ...secretsOfPolicy(policy, context.cwd),
  ];
  return {
    files,
    fileProblems: problems,
    // What a file says wrongly is told once.
    settingsProblem: problems.length > 0 ? undefined : problem,
    contexts,
    contextProblems: inContexts.flatMap((one) => (one.problem === undefined ? [] : [one.problem])),
    secretFiles: [...new Map(secrets.map((secret) => [`${secret.path} ${secret.what}`, secret])).values()],
    exposedElsewhere: (settings?.warnings ?? []).filter((warning) => warning.startsWith('--store holds')),
    hidden: config?.warnings ?? [],
  };
};

interface FilesRead {
  /** Undefined: one of them cannot be read. */
  readonly config: Config | undefined;
  readonly files: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

const readFiles = (flags: StoreFlags, {cwd, streams: {env}}: CliContext): FilesRead => {
  let places: ConfigPlaces;
  try {
    if (!flags.config || switchOf(env, 'RATECTL_NO_CONFIG') === true)
      return {config: undefined, files: [], problems: []};
    places = configPlaces(cwd, env);
  } catch (error) {
    return {config: undefined, files: [], problems: [problemOf(error, '')]};
  }
  const found = [places.project, places.user].filter(({exists}) => exists);
  const problems = found.flatMap((place) => {
    try {
      readConfigFile(place);
      return [];
    } catch (error) {
      return [problemOf(error, place.shown)];
    }
  });
  return {
    config: problems.length === 0 ? loadConfig(cwd, env, 'files') : undefined,
    files: [...new Set(found.map(({shown}) => safeText(shown)))],
    problems,
  };
};

interface ContextRead {
  readonly settings: Settings | undefined;
  readonly problem: ConfigurationFacts['contextProblems'][number] | undefined;
}

/** A context as if --context named it: what the environment says is not of it. */
const ofContext = (
  name: string,
  config: Config,
  current: Settings | undefined,
  {cwd, streams}: CliContext,
): ContextRead => {
  const env = Object.fromEntries(
    Object.entries(streams.env).filter(([variable]) => !variable.startsWith('RATECTL_')),
  );
  const inUse = current?.context?.value.name === name;
  const {where} = config.contexts.get(name)!;
  const place = `${where.file}${where.line === undefined ? '' : `:${where.line}`}`;
  try {
    const settings = settingsFrom({flags: {config: true, context: name}, env, cwd}, config);
    const missing = missingPasswordFile(settings);
    return {settings, problem: missing && {...missing, context: name, inUse}};
  } catch (error) {
    return {settings: undefined, problem: {...problemOf(error, place), context: name, inUse}};
  }
};

const missingPasswordFile = ({password}: Settings): ConfigProblem | undefined =>
  password?.value.kind === 'file' && modeOf(password.value.path) === undefined
    ? {
        where: describeOrigin(password.origin),
        message: `its password file ${safeText(password.value.path)} cannot be found`,
        hint: `write the password into ${safeText(password.value.path)}: one line, chmod 600`,
      }
    : undefined;

/** Files that hold a secret of these settings. */
const secretsOf = ({store, password, context, places}: Settings): readonly SecretFile[] => {
  const of = context === undefined ? '' : ` of context "${context.value.name}"`;
  const file = fileOf(context?.value.file, store.origin, places);
  const keys = 'parameters' in store.value ? ['key', 'sslkey'] : [];
  return [
    ...(file !== undefined && holdsSecret(store.value) ? secretFile(file, `password${of}`) : []),
    ...(password?.value.kind === 'file' ? secretFile(password.value.path, `password${of}`) : []),
    ...keys.flatMap((name) => {
      const path = 'parameters' in store.value ? store.value.parameters.get(name) : undefined;
      return path === undefined ? [] : secretFile(path, `TLS key${of}`);
    }),
  ];
};

const fileOf = (
  file: ConfigFile | undefined,
  origin: Settings['store']['origin'],
  places: ConfigPlaces | undefined,
): string | undefined =>
  file?.path ?? (origin.kind === 'file' && places !== undefined ? places[origin.scope].path : undefined);

const vaultKey = (env: CliContext['streams']['env']): readonly SecretFile[] => {
  const path = env['RATECTL_VAULT_KEY_FILE'] ?? '';
  return path === '' ? [] : secretFile(path, 'key of the token vault');
};

/** A policy holds no secret, but names files that do: relative to its folder. */
const secretsOfPolicy = (policy: LoadedPolicy | undefined, cwd: string): readonly SecretFile[] =>
  policy === undefined
    ? []
    : policy.policy.tokens.flatMap(({name, auth}) => {
        const source = 'secret' in auth ? auth.secret : 'key' in auth ? auth.key : undefined;
        return source?.kind === 'file'
          ? secretFile(resolve(cwd, dirname(policy.file), source.path), `secret of token "${name}"`)
          : [];
      });

const secretFile = (path: string, what: string): readonly SecretFile[] => {
  const mode = modeOf(path);
  return mode === undefined
    ? []
    : [{path: safeText(path), what, mode: process.platform === 'win32' ? undefined : mode}];
};

/** Undefined: there is no such regular file. */
const modeOf = (path: string): number | undefined => {
  try {
    const stats = statSync(path, {throwIfNoEntry: false});
    return stats?.isFile() === true ? stats.mode & 0o777 : undefined;
  } catch {
    return undefined;
  }
};
