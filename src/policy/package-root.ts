import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {RatectlError} from '../base/ratectl-error.ts';

const isOurs = (folder: string): boolean => {
  try {
    return (
      (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {readonly name?: unknown}).name ===
      'ratectl'
    );
  } catch {
    return false;
  }
};

/** The folder of this package: the nearest one above `from` (a file: URL) whose package.json is ours. */
export const packageRoot = (from: string): string => {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    if (isOurs(folder)) return folder;
    if (dirname(folder) === folder) break;
  }
  throw new RatectlError('the files that come with ratectl were not found beside it', {
    code: 'install/incomplete',
    hint: 'install ratectl again',
  });
};
