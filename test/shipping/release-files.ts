import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'vitest';
import {ROOT} from '../e2e/command.ts';

/** For everything that a test file writes. */
export const folder = mkdtempSync(join(tmpdir(), 'ratectl-package-'));

/** Standard output of a program. */
export const run = (file: string, args: readonly string[], cwd: string): string =>
  execFileSync(file, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

/** Writes the files of a release into a folder of that name, and says where that is. `epoch`: SOURCE_DATE_EPOCH. */
export const release = (name: string, epoch: string, env: NodeJS.ProcessEnv = {}): string => {
  const out = join(folder, name);
  execFileSync(process.execPath, [join(ROOT, '.ci', 'release.mjs'), out], {
    cwd: ROOT,
    stdio: 'pipe',
    env: {...process.env, SOURCE_DATE_EPOCH: epoch, ...env},
  });
  return out;
};

/** The path of the one file of a release that ends so. */
export const fileOf = (files: string, end: string): string =>
  join(files, readdirSync(files).find((name) => name.endsWith(end))!);

/** What npm says when it installs a package. An empty cache beside --offline: nothing but the package is there. */
export const install = (tarball: string, cwd: string, ...flags: readonly string[]): string => {
  const words = ['install', '--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
  const {status, stdout, stderr} = spawnSync('npm', [...words, ...flags, tarball], {cwd, encoding: 'utf8'});
  expect({status, stderr: status === 0 ? '' : stderr}).toEqual({status: 0, stderr: ''});
  return stdout + stderr;
};
