import {RatectlError} from '../../base/ratectl-error.ts';
import type {Config} from '../../config/load-config.ts';
import type {ConfigPlace} from '../../config/read-config-file.ts';

/** Where the user's file is, or would be. Throws when configuration is switched off. */
export const userPlace = ({places}: Config): ConfigPlace => {
  if (places !== undefined) return places.user;
  throw new RatectlError('RATECTL_NO_CONFIG is set: there is no configuration to change', {
    code: 'config/off',
    hint: 'unset RATECTL_NO_CONFIG',
  });
};
