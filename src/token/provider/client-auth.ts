import {createPrivateKey, type KeyObject, webcrypto} from 'node:crypto';
import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  modifyAssertion,
  None,
  type PrivateKey,
  PrivateKeyJwt,
} from 'oauth4webapi';
import type {ClientAuth as ClientAuthSpec} from '../../engine/refresh/token-provider-spec.ts';
import {secretError} from '../secret/read-secret.ts';
import type {SecretReader} from '../secret/secret-reader.ts';

export interface ReadyClientAuth {
  readonly auth: ClientAuth;
  /** What it proves itself with; empty for none, or when nothing of it leaves. */
  readonly secret: string;
}

/** How the client proves itself, with its secret read. Rejects with a RatectlError when that cannot be had. */
export const readyClientAuth = async (
  spec: ClientAuthSpec,
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<ReadyClientAuth> => {
  switch (spec.kind) {
    case 'none':
      return {auth: None(), secret: ''};
    case 'basic':
    case 'post': {
      const secret = await secrets.read(spec.secret, 'line', signal);
      return {auth: spec.kind === 'basic' ? ClientSecretBasic(secret) : ClientSecretPost(secret), secret};
    }
    case 'private-key-jwt': {
      const key = await importKey(await secrets.read(spec.key, 'text', signal), spec.algorithm);
      return {auth: PrivateKeyJwt(withId(key, spec.keyId), namedAs(spec.algorithm)), secret: ''};
    }
  }
};

type JwtSpec = Extract<ClientAuthSpec, {kind: 'private-key-jwt'}>;

const withId = (key: webcrypto.CryptoKey, kid: string): webcrypto.CryptoKey | PrivateKey =>
  kid === '' ? key : {key, kid};

/** The library calls it `Ed25519` (RFC 9864), which servers know less than the older name. */
const namedAs = (algorithm: JwtSpec['algorithm']): Parameters<typeof PrivateKeyJwt>[1] => ({
  [modifyAssertion]: (header) => {
    header['alg'] = algorithm;
  },
});

const IMPORTED = {
  RS256: {name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256'},
  PS256: {name: 'RSA-PSS', hash: 'SHA-256'},
  ES256: {name: 'ECDSA', namedCurve: 'P-256'},
  EdDSA: {name: 'Ed25519'},
} as const;

const importKey = async (pem: string, algorithm: JwtSpec['algorithm']): Promise<webcrypto.CryptoKey> => {
  const key = privateKeyIn(pem);
  try {
    const bytes = key.export({type: 'pkcs8', format: 'der'});
    return await webcrypto.subtle.importKey('pkcs8', bytes, IMPORTED[algorithm], false, ['sign']);
  } catch {
    throw secretError(
      `the private key of the client is not one for ${algorithm}, but for ${key.asymmetricKeyType ?? 'something else'}`,
      'give the algorithm that the key was made for',
    );
  }
};

const privateKeyIn = (pem: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch {
    throw secretError(
      'the private key of the client cannot be read; expected PEM text, not encrypted',
      'openssl pkcs8 -topk8 -nodes -in KEY makes one',
    );
  }
};
