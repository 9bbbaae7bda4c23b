import {ExitCode} from '../../base/exit-code.ts';
import {isRatectlError} from '../../base/ratectl-error.ts';
import type {SecretSource} from '../../engine/refresh/token-provider-spec.ts';
import {type ReadSecret, readSecret, type SecretSurroundings} from '../secret/read-secret.ts';
import {createVault} from './create-vault.ts';
import {malformed, parseKeyRing} from './key-ring.ts';
import type {Vault} from './vault.ts';

const PLAIN = 'RATECTL_VAULT_KEY';
const FILE = 'RATECTL_VAULT_KEY_FILE';
const COMMAND = 'RATECTL_VAULT_KEY_COMMAND';

export interface OpenVaultOptions extends Omit<SecretSurroundings, 'env'> {
  /** Told when other users can read the key file. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * The vault with the keys that the environment names: RATECTL_VAULT_KEY (the key ring itself), RATECTL_VAULT_KEY_FILE (a path) or
 * RATECTL_VAULT_KEY_COMMAND (a JSON list, or words; run without a shell). Undefined when none is set. Rejects with a RatectlError
 * (exit 2) when the keys cannot be read, or more than one is set.
 */
export const openVault = async (
  env: SecretSurroundings['env'],
  options: OpenVaultOptions,
): Promise<Vault | undefined> => {
  const set = [PLAIN, FILE, COMMAND].filter((name) => (env[name] ?? '') !== '');
  const [name] = set;
  if (name === undefined) return undefined;
  if (set.length > 1) throw malformed(`${set.join(' and ')} are set, expected one of them`);
  const {secret, warnings} = await keysFrom(name, env, options);
  for (const warning of warnings) options.onWarning?.(warning);
  return createVault(parseKeyRing(secret, name));
};

const keysFrom = async (
  name: string,
  env: SecretSurroundings['env'],
  options: OpenVaultOptions,
): Promise<ReadSecret> => {
  try {
    return await readSecret(sourceOf(name, env[name]!), {...options, env}, 'text');
  } catch (error) {
    if (!isRatectlError(error) || error.exit !== ExitCode.usage) throw error;
    throw malformed(`${name}: ${error.message}`);
  }
};

const sourceOf = (name: string, value: string): SecretSource => {
  switch (name) {
    case FILE:
      return {kind: 'file', path: value};
    case COMMAND:
      return {kind: 'command', argv: argvOf(value)};
    default:
      return {kind: 'env', name};
  }
};

/** A JSON list of strings; anything that does not begin like one is words between spaces. */
const argvOf = (text: string): readonly string[] => {
  if (!text.trimStart().startsWith('[')) return text.trim().split(/\s+/);
  const wrong = (): Error =>
    malformed(`${COMMAND} is not a JSON list of strings such as ["pass", "ratectl"]`);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw wrong();
  }
  if (!Array.isArray(list) || list.length === 0 || !list.every((part) => typeof part === 'string'))
    throw wrong();
  return list;
};
