import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

/** Builds `dist/` once before the tests, so that those which start the command see the present source. */
export const setup = (): void => {
  execFileSync('npm', ['run', 'bundle', '--silent'], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
};
