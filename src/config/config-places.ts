import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, isAbsolute, join, relative, sep} from 'node:path';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {xdgFolder} from '../store/default-store-path.ts';
import type {ConfigPlace} from './read-config-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = ['config.yaml', 'config.yml', 'config.json'];

/** The path as it is shown: relative where it is below the working folder. */
export const shownPath = (path: string, cwd: string): string => {
  const near = relative(cwd, path);
  return near === '' || near === '..' || near.startsWith(`..${sep}`) || isAbsolute(near) ? path : near;
};

/** The path of the user's own file, as a shell takes it. */
const shownAtHome = (path: string, cwd: string, home: string): string => {
  const shown = shownPath(path, cwd);
  return shown === path && path.startsWith(`${home}${sep}`) ? `~${path.slice(home.length)}` : shown;
};

/** The one of config.yaml, config.yml and config.json that is there. */
const fileIn = (folder: string): string | undefined => {
  const there = NAMES.map((name) => join(folder, name)).filter((path) => existsSync(path));
  if (there.length > 1)
    throw new RatectlError(
      `there are two configurations: ${quoted(there[0]!, 200)} and ${quoted(there[1]!, 200)}`,
      {
        code: 'config/twice',
        hint: 'keep one of them',
      },
    );
  return there[0];
};

export interface ConfigPlaces {
  /** `.ratectl/config.yaml` of this folder or the nearest above it that has one; else where it would be. */
  readonly project: ConfigPlace & {readonly exists: boolean};
  /** `$XDG_CONFIG_HOME/ratectl/config.yaml`, else in `~/.config`. */
  readonly user: ConfigPlace & {readonly exists: boolean};
}

/** Where the configuration files are, or would be. */
export const configPlaces = (cwd: string, env: Environment): ConfigPlaces => {
  const homeText = env['HOME'] ?? '';
  const home = isAbsolute(homeText) ? homeText : homedir();
  const userFolder = join(xdgFolder(env, 'XDG_CONFIG_HOME', '.config'), 'ratectl');
  const userFile = fileIn(userFolder);
  const user = userFile ?? join(userFolder, 'config.yaml');
  let projectFile: string | undefined;
  let folder = cwd;
  for (;;) {
    projectFile = fileIn(join(folder, '.ratectl'));
    if (projectFile !== undefined || dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  const project = projectFile ?? join(cwd, '.ratectl', 'config.yaml');
  const projectRoot = dirname(dirname(project));
  return {
    project: {
      scope: 'project',
      path: project,
      shown: shownPath(project, cwd),
      project: projectRoot,
      home,
      exists: projectFile !== undefined,
    },
    user: {
      scope: 'user',
      path: user,
      shown: shownAtHome(user, cwd, home),
      project: userFolder,
      home,
      exists: userFile !== undefined,
    },
  };
};
