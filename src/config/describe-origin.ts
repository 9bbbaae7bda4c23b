import {formatLocation} from '../base/ratectl-error.ts';
import {safeText} from '../base/safe-text.ts';
import type {Origin} from './settings.ts';

/** `--store`, `RATECTL_STORE`, `~/.config/ratectl/config.yaml:3:5`, `default`. Safe to print. */
export const describeOrigin = (origin: Origin): string => {
  switch (origin.kind) {
    case 'flag':
      return origin.flag;
    case 'environment':
      return origin.variable;
    case 'file':
      return safeText(formatLocation(origin.where));
    case 'default':
      return origin.because === undefined ? 'default' : `default of ${origin.because}`;
  }
};
