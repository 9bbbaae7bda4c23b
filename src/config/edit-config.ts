import {mkdirSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {openAtomicFile} from '../base/atomic-file.ts';
import {withFileLock} from '../base/file-lock.ts';
import {writeReason} from '../base/io-reason.ts';
import {isRatectlError, RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';
import {editYaml, type YamlEdit} from '../policy/source/edit-yaml.ts';
import type {ConfigFile} from './config-model.ts';
import {type ConfigPlace, parseConfig, readConfigText} from './read-config-file.ts';

/** A field set to a value, or removed (`value` undefined). */
export type ConfigEdit = YamlEdit;

const editJson = (text: string, edits: readonly ConfigEdit[]): string => {
  const root = (text.trim() === '' ? {} : JSON.parse(text.replace(/^\ufeff/, ''))) as Record<string, unknown>;
  for (const {path, value} of edits) {
    let at = root;
    for (const name of path.slice(0, -1)) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    const last = path.at(-1)!;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return `${JSON.stringify(root, null, 2)}\n`;
};

const permissionsOf = (path: string): number | undefined => {
  try {
    return statSync(path).mode & 0o777;
  } catch {
    return undefined;
  }
};

/** The old text was right, so what is wrong now is what was to be written. */
const parsedAfter = (text: string, place: ConfigPlace): ConfigFile => {
  try {
    return parseConfig(text, place, false);
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    throw new RatectlError(`nothing was changed, since it would be wrong: ${error.message}`, {
      code: 'config/invalid',
      cause: error,
    });
  }
};

/**
 * Changes a configuration file, or begins one, atomically; comments stay. `holds` says of the new configuration whether it is
 * what was meant: nothing is written unless it is. A new file can be read by its owner only. `cleanups` gets what removes the
 * temporary file, for a process that is interrupted.
 */
export const editConfig = (
  place: ConfigPlace,
  edits: readonly ConfigEdit[],
  holds: (after: ConfigFile) => boolean,
  cleanups: Set<() => void>,
): ConfigFile => {
  makeFolder(place);
  // Of two at the same time neither may write what it read before the other wrote.
  return withFileLock(place.path, () => editLocked(place, edits, holds, cleanups));
};

const makeFolder = (place: ConfigPlace): void => {
  try {
    mkdirSync(dirname(place.path), {recursive: true, mode: 0o700});
  } catch (error) {
    throw new RatectlError(`cannot make the folder of ${quoted(place.shown, 200)}: ${writeReason(error)}`, {
      code: 'io/cannot-write',
      hint: 'XDG_CONFIG_HOME says where configuration is kept',
      cause: error,
    });
  }
};

const editLocked: typeof editConfig = (place, edits, holds, cleanups) => {
  const before = readConfigText(place);
  const text = before?.text ?? '';
  // Says where a file is wrong before anything is changed in it.
  if (before !== undefined) parseConfig(text, place, before.exposed);
  const after = /\.json$/i.test(place.path) ? editJson(text, edits) : editYaml(text, edits);
  const config = after === undefined ? undefined : parsedAfter(after, place);
  if (after === undefined || config === undefined || !holds(config))
    throw new RatectlError(
      `cannot change ${safeText(place.shown)} without harm: it is written in an unusual way`,
      {
        code: 'config/cannot-edit',
        hint: 'nothing was changed; edit the file by hand',
      },
    );
  const file = openAtomicFile(place.path, permissionsOf(place.path) ?? 0o600);
  cleanups.add(file.discard);
  file.write(new TextEncoder().encode(after));
  file.commit();
  cleanups.delete(file.discard);
  return config;
};
