import {statSync} from 'node:fs';
import {ExitCode} from '../base/exit-code.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';
import {describeOrigin} from '../config/describe-origin.ts';
import {resolveSettings} from '../config/resolve-settings.ts';
import type {Origin, Settings} from '../config/settings.ts';
import {shownUrl} from '../config/shown-url.ts';
import type {LoadedPolicy} from '../policy/load-policy.ts';
import {openStore} from '../store/open-store.ts';
import type {Store} from '../store/port.ts';
import {readSchemaVersion} from '../store/schema-version.ts';
import type {StoreOptions, StoreTarget} from '../store/store-target.ts';
import {painter} from '../view/colour.ts';
import type {CliContext} from './context.ts';
import {discoveredPolicy, namedPolicy} from './find-policy.ts';
import type {StoreFlags} from './options/store.ts';
import {storeWithPassword} from './store-with-password.ts';

/** An open store and what the configuration says about it. */
export interface Target extends Omit<NamedTarget, 'target' | 'options'> {
  readonly store: Store;
  /** Commands that change state refuse, with exit 4; `withTarget` does so by itself for access `write`. */
  readonly readOnly: boolean;
  /**
   * The policy in force: --policy, else the environment's, else the context's, else the one that applications published in
   * the store, else ratectl.yaml of this folder or above it; undefined: none of these.
   */
  readonly policy: LoadedPolicy | undefined;
  /** Where it is from, for people: `published by the applications`, `ratectl.yaml`. Safe to print. */
  readonly policyFrom: string | undefined;
}

/** The store that flags, environment and configuration name, before it is opened. */
export interface NamedTarget {
  /** With its password. */
  readonly target: StoreTarget;
  readonly options: Pick<StoreOptions, 'prefix' | 'timeoutMs'>;
  /** Name of the context; null when the store was named by --store, the environment or the default. */
  readonly contextName: string | null;
  /** Safe to print. */
  readonly redactedUrl: string;
  /** The typed confirmation is the context's name. */
  readonly production: boolean;
  /** Safe to print; for stderr and for `warnings` of the envelope. */
  readonly warnings: readonly string[];
}

/**
 * Finds out which store is meant, and its password. Access `write` is refused in a read-only context (exit 4), and announces a
 * production one on stderr.
 */
export const nameTarget = async (
  flags: StoreFlags,
  context: CliContext,
  access: 'read' | 'write',
): Promise<NamedTarget> => targetOf(settingsFor(flags, context, access), context, access);

const settingsFor = (flags: StoreFlags, {cwd, streams}: CliContext, access: 'read' | 'write'): Settings => {
  const settings = resolveSettings({flags, env: streams.env, cwd});
  if (access === 'write') refuseReadOnly(settings);
  return settings;
};

const targetOf = async (
  settings: Settings,
  context: CliContext,
  access: 'read' | 'write',
): Promise<NamedTarget> => {
  const {target, warnings} = await storeWithPassword(settings, context);
  if (access === 'write' && settings.production.value) await announceProduction(settings, target, context);
  const options = {
    timeoutMs: Math.ceil(settings.timeout.value / 1_000),
    ...(settings.prefix === undefined ? {} : {prefix: settings.prefix.value}),
  };
  return {
    target,
    options,
    contextName: settings.context?.value.name ?? null,
    redactedUrl: shownUrl(target, 'known'),
    production: settings.production.value,
    warnings: [...settings.warnings, ...warnings],
  };
};

export interface TargetUse extends Pick<StoreOptions, 'connection'> {
  /**
   * Whether a store file, or tables, that are not there are made for writing. Not by what only takes away: in the wrong folder it
   * would say that there was nothing, and leave an empty file that says so to the next one. @default 'make'
   */
  readonly missing?: 'make' | 'refuse';
}

/**
 * Opens the store of `nameTarget`, runs, and closes it whatever happens. `connection` is `reconnect` for what must not be lost with
 * a connection.
 */
export const withTarget = async <T>(
  flags: StoreFlags,
  context: CliContext,
  access: 'read' | 'write',
  run: (target: Target) => Promise<T>,
  {connection = 'once', missing = 'make'}: TargetUse = {},
): Promise<T> => {
  const {cleanups} = context;
  const settings = settingsFor(flags, context, access);
  const named = namedPolicy(settings, context);
  const {target, options, ...facts} = await targetOf(settings, context, access);
  if (access === 'read' || missing === 'refuse') refuseMissing(target, settings);
  if (access === 'write' && missing === 'refuse') await refuseEmptyDatabase(target, options);
  const store = await openStore(target, {...options, access, connection});
  const close = (): void => void store.close().catch(() => undefined);
  cleanups.add(close);
  let failed = true;
  try {
    const found = named ?? (await discoveredPolicy(store, context.clock.now(), context));
    const answer = await run({
      ...facts,
      store,
      readOnly: settings.readOnly.value,
      policy: found.policy,
      policyFrom: found.from,
      warnings: [...facts.warnings, ...found.warnings],
    });
    failed = false;
    return answer;
  } finally {
    cleanups.delete(close);
    // The error that led here says more than what goes wrong in closing after it.
    await (failed ? store.close().catch(() => undefined) : store.close());
  }
};

const refuseReadOnly = ({readOnly, context}: Settings): void => {
  if (!readOnly.value) return;
  const what = context === undefined ? 'this store' : `context "${context.value.name}"`;
  throw new RatectlError(`${what} is read-only (${describeOrigin(readOnly.origin)})`, {
    code: 'config/read-only',
    exit: ExitCode.refused,
    hint:
      readOnly.origin.kind === 'default'
        ? `who may change state here writes readOnly: false into the context (${describeOrigin(contextOrigin(context))})`
        : 'who may change state here changes that',
  });
};

const contextOrigin = (context: Settings['context']): Origin =>
  context === undefined
    ? {kind: 'default'}
    : {kind: 'file', scope: context.value.file.scope, where: context.value.where};

const refuseMissing = (target: StoreTarget, {store}: Settings): void => {
  if (target.kind !== 'sqlite' || !isMissing(target.path)) return;
  throw new RatectlError(`there is no state yet: ${quoted(target.path, 200)} does not exist`, {
    code: 'store/no-state',
    hint:
      store.origin.kind === 'default'
        ? 'run an application that uses createLimiter or createProtection, name another store with --store or --context, or try: ratectl demo'
        : `it is the store of ${describeOrigin(store.origin)}; an application that uses createLimiter or createProtection with it writes it`,
  });
};

/** Opened for reading, it says what is missing. */
const refuseEmptyDatabase = async (target: StoreTarget, options: NamedTarget['options']): Promise<void> => {
  if (target.kind !== 'postgres') return;
  const version = await readSchemaVersion(target, options);
  if (version?.version === 0) await (await openStore(target, {...options, access: 'read'})).close();
};

/** Not when a folder may not be looked into: then the store says so. */
const isMissing = (path: string): boolean => {
  try {
    statSync(path);
    return false;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
};

/** Said to scripts, too: the line is what a log shows afterwards. */
const announceProduction = async (
  {context}: Settings,
  target: StoreTarget,
  {streams}: CliContext,
): Promise<void> => {
  const {err, env} = streams;
  const paint = painter({colour: err.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'});
  const name = safeText(context?.value.name ?? '');
  await err.write(`${paint('production:', 'bad')} context "${name}" ${shownUrl(target, 'known')}\n`);
};
