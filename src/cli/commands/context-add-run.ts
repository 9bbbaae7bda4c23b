import {resolve} from 'node:path';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson, safeText} from '../../base/safe-text.ts';
import {CONTEXT_NAME, CONTEXT_NAME_EXPECTED} from '../../config/config-fields.ts';
import {type ConfigEdit, editConfig} from '../../config/edit-config.ts';
import {loadConfig} from '../../config/load-config.ts';
import {parseTimeout} from '../../config/parse-timeout.ts';
import {shownUrl} from '../../config/shown-url.ts';
import {holdsSecret} from '../../store/holds-secret.ts';
import {parseStoreUrl} from '../../store/parse-store-url.ts';
import type {StoreTarget} from '../../store/store-target.ts';
import {POSTGRES_PARAMETERS, REDIS_PARAMETERS} from '../../store/store-url-parameters.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {tell} from '../notes.ts';
import {outputFormat} from '../options/output.ts';
import type {ContextAddFlags} from './context.ts';
import {overruling} from './context-use-run.ts';
import {userPlace} from './user-place.ts';

/** `context add NAME`: writes an entry into the user's file. The store is not asked: it may be out of reach from here. */
export const runContextAdd = async (
  name: string,
  flags: ContextAddFlags,
  context: CliContext,
): Promise<void> => {
  const {streams, cwd, cleanups} = context;
  if (!CONTEXT_NAME.test(name))
    throw new RatectlError(`expected ${CONTEXT_NAME_EXPECTED}, got ${quoted(name)}`, {code: 'usage/context'});
  const target = parseStoreUrl(flags.store, {folder: cwd, env: streams.env, name: '--store'});
  refusePassword(target);
  if (flags.timeout !== undefined) parseTimeout(flags.timeout, '--timeout');
  const config = loadConfig(cwd, streams.env, 'files');
  const place = userPlace(config);
  if (config.user?.contexts.has(name) === true && flags.force !== true)
    throw new RatectlError(
      `there is a context "${name}" in ${safeText(place.shown)}, and it was left as it is`,
      {
        code: 'config/context-exists',
        exit: ExitCode.refused,
        hint: 'replace it with --force, or choose another name',
      },
    );
  const entry = {
    store: storeText(flags.store.trim(), target, cwd),
    ...(flags.policy === undefined ? {} : {policy: resolve(cwd, flags.policy)}),
    ...(flags.prefix === undefined ? {} : {prefix: flags.prefix}),
    ...(flags.timeout === undefined ? {} : {timeout: flags.timeout}),
    ...(flags.production === true ? {production: true} : {}),
    ...(flags.readOnly === undefined ? {} : {readOnly: flags.readOnly}),
    ...passwordFields(flags, target, cwd),
  };
  const edits: ConfigEdit[] = [{path: ['contexts', name], value: entry}];
  if (flags.use === true) edits.push({path: ['context'], value: name});
  const holds = (after: Parameters<Parameters<typeof editConfig>[2]>[0]): boolean =>
    after.contexts.get(name)?.store?.value === entry.store &&
    (flags.use !== true || after.current?.value === name);
  const after = editConfig(place, edits, holds, cleanups);

  const added = after.contexts.get(name)!;
  const production = added.production?.value === true;
  const readOnly = added.readOnly?.value ?? production;
  const url = shownUrl(target, added.password === undefined ? 'none' : 'known');
  const warnings = [...(flags.use === true ? overruling(config, context) : [])];
  if (config.project?.contexts.has(name) === true)
    warnings.push(`in this folder, context "${name}" of ${safeText(config.project.shown)} hides it`);
  if (outputFormat(flags) === 'json') {
    const data = {
      name,
      store: url,
      readOnly,
      production,
      current: after.current?.value === name,
      file: place.path,
    };
    await streams.out.write(`${safeJson(envelope('context-add', data, warnings, context, name), 2)}\n`);
    return;
  }
  const marks = [...(production ? ['production'] : []), ...(readOnly ? ['read-only'] : [])];
  await streams.out.write(
    `added context "${name}" ${url}${marks.length === 0 ? '' : ` (${marks.join(', ')})`} to ${safeText(place.shown)}\n`,
  );
  await tell(warnings, flags, context);
  if (flags.use !== true && flags.quiet !== true)
    await streams.err.write(`next:\n  ratectl context use ${name}\n`);
};

const refusePassword = (target: StoreTarget): void => {
  if (!holdsSecret(target)) return;
  throw new RatectlError(
    `the store URL ${shownUrl(target, 'known')} came with a password, which is not written down`,
    {
      code: 'config/password',
      hint: 'leave it out of the URL, and say where it is with --password-file, --password-command or --password-env',
    },
  );
};

const passwordFields = (
  flags: ContextAddFlags,
  target: StoreTarget,
  cwd: string,
): Readonly<Record<string, unknown>> => {
  const {passwordFile, passwordCommand, passwordEnv} = flags;
  const fields = {
    ...(passwordFile === undefined ? {} : {passwordFile: resolve(cwd, passwordFile)}),
    ...(passwordCommand === undefined ? {} : {passwordCommand}),
    ...(passwordEnv === undefined ? {} : {passwordEnv}),
  };
  const given = Object.keys(fields);
  if (given.length > 1)
    throw new RatectlError('more than one password is given', {
      code: 'usage/context',
      hint: 'use one of --password-file, --password-command and --password-env',
    });
  if (given.length > 0 && !('password' in target))
    throw new RatectlError(`the store ${shownUrl(target, 'none')} takes no password`, {
      code: 'usage/context',
    });
  // Not shown: what is no name of a variable may be the password itself.
  if (passwordEnv !== undefined && !/^[A-Za-z_]\w{0,127}$/.test(passwordEnv))
    throw new RatectlError(
      '--password-env: expected the name of an environment variable, such as REDIS_PASSWORD',
      {
        code: 'usage/context',
      },
    );
  if (target.kind === 'redis' && target.username !== undefined && given.length === 0)
    throw new RatectlError(`the store URL ${shownUrl(target, 'none')} has a user and no password`, {
      code: 'config/password',
      hint: 'say where the password is with --password-file, --password-command or --password-env',
    });
  return fields;
};

/** The URL as it can be read from another folder. */
const storeText = (text: string, target: StoreTarget, cwd: string): string => {
  if (target.kind === 'sqlite') return `sqlite:${target.path}`;
  if (target.kind === 'memory') return text;
  const known = target.kind === 'redis' ? REDIS_PARAMETERS : POSTGRES_PARAMETERS;
  for (const {name, path, word} of known) {
    const value = target.parameters.get(name);
    if (path !== true || value === undefined || value === word) continue;
    const written = new RegExp(`[?&]${name}=([^&]*)`).exec(text)?.[1] ?? '';
    if (resolve('/', decodeURIComponent(written)) !== resolve(cwd, decodeURIComponent(written)))
      throw new RatectlError(`--store: the path of the parameter "${name}" is relative to this folder`, {
        code: 'usage/context',
        hint: `write it whole: ${name}=${safeText(value)}`,
      });
  }
  return text;
};
