import {RatectlError} from '../base/ratectl-error.ts';
import type {StoreTarget} from '../store/store-target.ts';
import {type PasswordSurroundings, readPassword} from './read-password.ts';
import type {Settings} from './settings.ts';
import {shownUrl} from './shown-url.ts';

/** The store with its password, ready to be opened. */
export interface StoreAccess {
  readonly target: StoreTarget;
  /** Safe to print. */
  readonly warnings: readonly string[];
}

/** Gets the password that the settings name, if any. Throws a RatectlError when it cannot be had. */
export const storeAccess = async (
  {store: {value: target}, password}: Settings,
  surroundings: PasswordSurroundings,
): Promise<StoreAccess> => {
  if (!('password' in target)) {
    if (password === undefined) return {target, warnings: []};
    throw new RatectlError(`the store ${shownUrl(target, 'none')} takes no password`, {
      code: 'config/password',
      hint: 'leave out --password-stdin',
    });
  }
  if (password === undefined || password.value.kind === 'url') {
    if (target.kind === 'redis' && target.username !== undefined && target.password === undefined)
      throw new RatectlError(`the store URL ${shownUrl(target, 'none')} has a user and no password`, {
        code: 'config/password',
        hint: 'give the password with a passwordFile, RATECTL_PASSWORD or --password-stdin; a password without a user is redis://:PASSWORD@HOST',
      });
    return {target, warnings: []};
  }
  const {password: text, warnings} = await readPassword(password.value, surroundings);
  return {target: {...target, password: text}, warnings};
};
