import {realpathSync, statSync} from 'node:fs';
import {resolve, sep} from 'node:path';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';

/** A file below a folder, links followed. Throws a RatectlError for anything else, without telling what is elsewhere. */
export const fileBelow = (root: string, path: string, mostBytes: number): string => {
  const outside = (): RatectlError =>
    new RatectlError(`${quoted(path, 200)} is no file below the folder that tools may read`, {
      code: 'io/outside',
      hint: 'give a path below --root of ratectl serve, or the text itself',
    });
  let real: string;
  try {
    const folder = realpathSync(root);
    real = realpathSync(resolve(folder, path));
    if (!real.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)) throw outside();
  } catch {
    throw outside();
  }
  const stats = statSync(real);
  if (!stats.isFile()) throw outside();
  if (stats.size > mostBytes)
    throw new RatectlError(
      `${quoted(path, 200)} has ${stats.size} bytes, more than the ${mostBytes} that are read`,
      {
        code: 'io/too-large',
        hint: 'replay it with ratectl simulate',
      },
    );
  return real;
};
