/**
 * The vault in use: AES-256-GCM with a random IV of 96 bits for each text.
 *
 *     v1.<key id>.<base64url of IV (12 bytes), ciphertext, tag (16 bytes)>
 *
 * The context is the additional authenticated data. Random IVs are safe for 2^32 texts per key; a provider that is refreshed every
 * three minutes makes 175,000 a year.
 */
import {createCipheriv, createDecipheriv, type KeyObject, randomBytes} from 'node:crypto';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {KeyRing} from './key-ring.ts';
import type {Vault} from './vault.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/;

/** A vault whose first key seals; `ring` has at least one. */
export const createVault = (ring: KeyRing): Vault => {
  const [first] = ring;
  if (first === undefined) throw new RatectlError('there is no key to seal with', {code: 'vault/keys'});
  const [keyId, key] = first;
  return {
    keyId,
    seal: (text, context) => `v1.${keyId}.${encrypt(key, text, context).toString('base64url')}`,
    open: (sealed, context) => {
      const parts = partsOf(sealed);
      const known = ring.get(parts.keyId);
      if (known === undefined) throw keyIsMissing(parts.keyId);
      return decrypt(known, parts, context);
    },
    isOld: (sealed) => SEALED.exec(sealed)?.[1] !== keyId,
  };
};

interface SealedParts {
  readonly keyId: string;
  readonly bytes: Buffer;
}

const partsOf = (sealed: string): SealedParts => {
  const [, keyId, body] = SEALED.exec(sealed) ?? [];
  if (keyId === undefined || body === undefined)
    throw new RatectlError('what is stored as a token is not an encrypted text of ratectl', {
      code: 'vault/not-sealed',
      hint: 'it was changed in the store: put the token in anew',
    });
  const bytes = Buffer.from(body, 'base64url');
  // Several texts can stand for the same bytes; only the one that was written counts.
  if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== body) throw isChanged(keyId);
  return {keyId, bytes};
};

const encrypt = (key: KeyObject, text: string, context: string): Buffer => {
  // A lone surrogate would come back as another character.
  if (!text.isWellFormed() || !context.isWellFormed())
    throw new RatectlError('a text with half a character cannot be encrypted', {code: 'vault/not-text'});
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, {authTagLength: TAG_BYTES});
  cipher.setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
};

const decrypt = (key: KeyObject, {keyId, bytes}: SealedParts, context: string): string => {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), {authTagLength: TAG_BYTES});
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw isChanged(keyId);
  }
};

const keyIsMissing = (keyId: string): RatectlError =>
  new RatectlError(`a token is encrypted with the key ${quoted(keyId)}, which is not among the keys`, {
    code: 'vault/no-key',
    hint: 'add its line below the others in RATECTL_VAULT_KEY, or the file or command that is used instead',
  });

const isChanged = (keyId: string): RatectlError =>
  new RatectlError(
    `a token encrypted with the key ${quoted(keyId)} cannot be opened: it was changed, belongs elsewhere, or that id was given to another key`,
    {code: 'vault/changed', hint: 'use the key it was encrypted with, or put the token in anew'},
  );
