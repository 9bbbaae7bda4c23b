import type {StoreTarget} from './store-target.ts';
import {REDIS_PARAMETERS} from './store-url-parameters.ts';

/** Whether the URL of a store holds a password. */
export const holdsSecret = (target: StoreTarget): boolean =>
  'password' in target &&
  (target.password !== undefined ||
    REDIS_PARAMETERS.some(({name, secret}) => secret === true && target.parameters.has(name)));
