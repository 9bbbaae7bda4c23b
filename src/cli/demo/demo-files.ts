import {join, relative} from 'node:path';
import {packageRoot} from '../../policy/package-root.ts';

/** A file that comes with ratectl. */
export interface DemoFile {
  readonly path: string;
  /** Relative where that is shorter: what is shown can be copied. */
  readonly shown: string;
}

export const demoFile = (name: string, cwd: string): DemoFile => {
  const path = join(packageRoot(import.meta.url), name);
  const near = relative(cwd, path);
  return {path, shown: near.length < path.length ? near : path};
};
