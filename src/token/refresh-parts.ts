import {dirname} from 'node:path';
import type {TokenProviderSpec} from '../engine/refresh/token-provider-spec.ts';
import type {Store} from '../store/port.ts';
import {StoredBreaker} from '../store/stored-breaker.ts';
import {breakerNameOf} from '../store/token-names.ts';
import {createProviderClient} from './provider/create-provider-client.ts';
import type {RefreshParts} from './refresh-run.ts';
import {createSecretReader} from './secret/secret-reader.ts';
import {TokenRecords} from './token-records.ts';
import type {Vault} from './vault/vault.ts';

export interface Surroundings {
  readonly store: Store;
  readonly vault: Vault;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files that hold secrets are looked for beside it. */
  readonly policyFile: string;
  /** Told when other users can read a file that holds a secret. */
  readonly onWarning?: (warning: string) => void;
}

export const refreshParts = (spec: TokenProviderSpec, surroundings: Surroundings): RefreshParts => {
  const {store, vault, env, policyFile, onWarning} = surroundings;
  const secrets = createSecretReader({
    env,
    folder: dirname(policyFile),
    ...(onWarning === undefined ? {} : {onWarning}),
  });
  return {
    spec,
    vault,
    records: new TokenRecords(store, spec.name),
    client: createProviderClient(spec, {secrets}),
    breaker: new StoredBreaker(store, breakerNameOf(spec.name), spec.breaker),
  };
};
