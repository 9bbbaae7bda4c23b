import {accessSync, constants, statSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, isAbsolute, join} from 'node:path';

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

const mayWrite = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** The nearest folder upwards that holds `.ratectl/`; the folder itself when none does. */
export const projectFolder = (from: string): string => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isFolder(join(folder, '.ratectl'))) return folder;
    if (dirname(folder) === folder) return from;
  }
};

/** A folder of the XDG base directory specification: the variable when it is an absolute path, else the one in the home folder. */
export const xdgFolder = (
  env: Readonly<Record<string, string | undefined>>,
  variable: 'XDG_CONFIG_HOME' | 'XDG_STATE_HOME',
  inHome: string,
): string => {
  const asked = env[variable] ?? '';
  if (isAbsolute(asked)) return asked;
  const home = env['HOME'] ?? '';
  return join(isAbsolute(home) ? home : homedir(), inHome);
};

/**
 * The file of the default store: `.ratectl/state.db` of the project, or, where that cannot be written,
 * `$XDG_STATE_HOME/ratectl/state.db` (`~/.local/state`). Creates nothing.
 */
export const defaultStorePath = (
  from: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string => {
  const project = projectFolder(from);
  const state = join(project, '.ratectl');
  if (mayWrite(isFolder(state) ? state : project)) return join(state, 'state.db');
  return join(xdgFolder(env, 'XDG_STATE_HOME', '.local/state'), 'ratectl', 'state.db');
};
