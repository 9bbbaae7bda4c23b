import {compileKeyGlob} from './key-glob.ts';
import type {RowSelection} from './port.ts';

/** Whether a key is one of a selection's. */
export const keyMatcher = (keys: RowSelection['keys']): ((key: string) => boolean) => {
  switch (keys.kind) {
    case 'all':
      return () => true;
    case 'prefix':
      return (key) => key.startsWith(keys.prefix);
    case 'glob':
      return compileKeyGlob(keys.pattern);
  }
};
