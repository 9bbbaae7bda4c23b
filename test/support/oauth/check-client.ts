import {constants, createPublicKey, verify} from 'node:crypto';
import type {IncomingHttpHeaders} from 'node:http';

/** A client that the fake provider knows, and the one way in which it has to prove itself. */
export type KnownClient =
  | {readonly id: string; readonly auth: 'none'}
  | {readonly id: string; readonly auth: 'basic' | 'post'; readonly secret: string}
  /** `publicKey`: PEM. */
  | {readonly id: string; readonly auth: 'private-key-jwt'; readonly publicKey: string};

export interface ClientProof {
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
  /** What an assertion has to be addressed to. */
  readonly tokenUrl: string;
}

/** Why the client is refused; undefined: it proved itself. */
export const checkClient = (client: KnownClient, proof: ClientProof): string | undefined => {
  const {form, headers} = proof;
  const isBasic = headers.authorization !== undefined;
  if (client.auth === 'basic') return checkBasic(client, headers.authorization);
  if (isBasic) return 'an authorization header was not expected';
  if (form.get('client_id') !== client.id) return 'unknown client';
  switch (client.auth) {
    case 'none':
      return form.has('client_secret') ? 'a public client has no secret' : undefined;
    case 'post':
      return form.get('client_secret') === client.secret ? undefined : 'wrong secret';
    case 'private-key-jwt':
      return checkAssertion(client, proof);
  }
};

const checkBasic = (
  {id, secret}: Extract<KnownClient, {auth: 'basic' | 'post'}>,
  authorization = '',
): string | undefined => {
  const given = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
  const [name = '', password = ''] = given
    .split(':')
    .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
  return name === id && password === secret ? undefined : 'wrong secret';
};

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LONGEST_S = 300;

const checkAssertion = (
  {id, publicKey}: Extract<KnownClient, {auth: 'private-key-jwt'}>,
  {form, tokenUrl}: ClientProof,
): string | undefined => {
  if (form.get('client_assertion_type') !== TYPE) return 'wrong assertion type';
  const [head = '', body = '', signature = ''] = (form.get('client_assertion') ?? '').split('.');
  const decode = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  const {alg} = decode(head);
  const signed = Buffer.from(`${head}.${body}`);
  if (!isSignedBy(publicKey, alg, signed, Buffer.from(signature, 'base64url'))) return 'wrong signature';
  const {iss, sub, aud, exp, jti} = decode(body);
  const now = Date.now() / 1_000;
  if (iss !== id || sub !== id) return 'of another client';
  if (aud !== tokenUrl) return 'for another server';
  if (typeof exp !== 'number' || exp < now || exp > now + LONGEST_S) return 'expired';
  return typeof jti === 'string' && jti !== '' ? undefined : 'without id';
};

const isSignedBy = (publicKey: string, alg: unknown, signed: Buffer, signature: Buffer): boolean => {
  const key = createPublicKey(publicKey);
  switch (alg) {
    case 'RS256':
      return verify('sha256', signed, key, signature);
    case 'PS256':
      return verify(
        'sha256',
        signed,
        {key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32},
        signature,
      );
    case 'ES256':
      return verify('sha256', signed, {key, dsaEncoding: 'ieee-p1363'}, signature);
    case 'EdDSA':
      return verify(null, signed, key, signature);
    default:
      return false;
  }
};
