import {RatectlError} from '../base/ratectl-error.ts';
import {type OpenVaultOptions, openVault} from './vault/open-vault.ts';
import type {Vault} from './vault/vault.ts';

/** The vault that the environment's keys open. Throws a RatectlError (exit 2) when there is none. */
export const requireVault = async (
  env: Readonly<Record<string, string | undefined>>,
  options: OpenVaultOptions,
): Promise<Vault> => {
  const vault = await openVault(env, options);
  if (vault !== undefined) return vault;
  throw new RatectlError('tokens are kept encrypted, and no key is set', {
    code: 'token/no-key',
    hint: 'make one with ratectl token keygen, and set RATECTL_VAULT_KEY, RATECTL_VAULT_KEY_FILE or RATECTL_VAULT_KEY_COMMAND',
  });
};
