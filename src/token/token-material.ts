import {createHash} from 'node:crypto';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {TokenState} from '../engine/refresh/refresh-record.ts';
import type {Vault} from './vault/vault.ts';

/** The secrets of a token. Never in a message, a log or an answer of a command. */
export interface TokenMaterial {
  readonly accessToken: string;
  /** Empty: there is none. */
  readonly refreshToken: string;
}

export interface NewToken extends TokenMaterial {
  readonly obtainedAt: number;
  /** µs of the store's clock; Infinity: not known. */
  readonly expiresAt: number;
  readonly notBefore: number;
  readonly scopes: readonly string[];
}

const CHARACTERS = 8;

/** What people may see of a secret, to tell one from another; empty for none. */
export const fingerprint = (secret: string): string =>
  secret === '' ? '' : createHash('sha256').update(secret).digest('hex').slice(0, CHARACTERS);

/** A token as the store keeps it. */
export const sealToken = (
  token: NewToken,
  provider: string,
  vault: Vault,
): Omit<TokenState, 'generation'> => {
  const {accessToken, refreshToken, obtainedAt, expiresAt, notBefore, scopes} = token;
  return {
    sealed: vault.seal(JSON.stringify([accessToken, refreshToken]), contextOf(provider)),
    obtainedAt,
    expiresAt,
    notBefore,
    scopes,
    accessPrint: fingerprint(accessToken),
    refreshPrint: fingerprint(refreshToken),
  };
};

/** Throws what the vault throws when the key is not there, and a RatectlError when it opens something else. */
export const openToken = ({sealed}: TokenState, provider: string, vault: Vault): TokenMaterial => {
  const material = materialIn(vault.open(sealed, contextOf(provider)));
  if (material !== undefined) return material;
  throw new RatectlError(`what the vault opens is not the token of provider ${quoted(provider)}`, {
    code: 'vault/changed',
    hint: `put the token in anew: ratectl token put ${provider}`,
  });
};

/** What JSON.parse throws quotes the text, which is secret. */
const materialIn = (text: string): TokenMaterial | undefined => {
  try {
    const [accessToken, refreshToken] = JSON.parse(text) as [unknown, unknown];
    return typeof accessToken === 'string' && typeof refreshToken === 'string'
      ? {accessToken, refreshToken}
      : undefined;
  } catch {
    return undefined;
  }
};

/** A token of one provider cannot be put in the place of another's. */
const contextOf = (provider: string): string => `ratectl token ${provider}`;
