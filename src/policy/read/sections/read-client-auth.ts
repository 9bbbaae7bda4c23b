import type {ClientAuth} from '../../../engine/refresh/token-provider-spec.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {CLIENT_AUTHS, CLIENT_ID_PATTERN, SIGNATURES} from '../../section-types.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readChoice} from '../read-choice.ts';
import {type Fields, readOr} from '../read-fields.ts';
import {readSecret} from './read-secret.ts';
import {textMatching} from './read-text.ts';

type Kind = ClientAuth['kind'];

/** Which ways to prove a client take a field. */
const OWNERS = [
  ['clientSecret', ['basic', 'post']],
  ['clientKey', ['private-key-jwt']],
  ['algorithm', ['private-key-jwt']],
  ['keyId', ['private-key-jwt']],
] as const satisfies readonly (readonly [string, readonly Kind[]])[];

const readKeyId = textMatching(CLIENT_ID_PATTERN, VALUE_TYPES.clientId.expected);

/** How the client proves itself: `auth` and the fields that belong to it. */
export const readClientAuth = (
  fields: Fields,
  at: number,
  path: string,
  problems: Problems,
): ClientAuth | undefined => {
  const before = problems.count;
  // Values are read whether or not they belong there: a secret in clear is the first thing to tell.
  const secret = readOr(fields, 'clientSecret', undefined, path, problems, readSecret);
  const key = readOr(fields, 'clientKey', undefined, path, problems, readSecret);
  const algorithm = readOr(fields, 'algorithm', 'RS256', path, problems, (node, where) =>
    readChoice(node, where, SIGNATURES, problems),
  );
  const keyId = readOr(fields, 'keyId', '', path, problems, readKeyId);
  const kind = kindOf(fields, path, problems);
  if (kind === undefined) return undefined;
  refuseForeign(fields, kind, path, problems);
  requireOwn(fields, kind, at, path, problems);
  if (problems.count > before) return undefined;
  if (kind === 'none') return {kind};
  if (kind === 'private-key-jwt') return key && {kind, key, algorithm, keyId};
  return secret && {kind, secret};
};

const kindOf = (fields: Fields, path: string, problems: Problems): Kind | undefined => {
  const named = fields.get('auth');
  if (named !== undefined) return readChoice(named.value, pathTo(path, 'auth'), CLIENT_AUTHS, problems);
  return fields.has('clientSecret') ? 'basic' : 'none';
};

const refuseForeign = (fields: Fields, kind: Kind, path: string, problems: Problems): void => {
  for (const [name, owners] of OWNERS) {
    const entry = fields.get(name);
    if (entry === undefined || owners.some((owner) => owner === kind)) continue;
    const hint = fields.has('auth') ? `leave "${name}" out, or change auth` : `add auth: ${owners[0]}`;
    const message = `auth: ${kind} takes no "${name}"; ${owners.join(' and ')} ${owners.length > 1 ? 'do' : 'does'}`;
    problems.report(entry.keyAt, pathTo(path, name), message, {hint});
  }
};

const requireOwn = (fields: Fields, kind: Kind, at: number, path: string, problems: Problems): void => {
  const name = kind === 'private-key-jwt' ? 'clientKey' : kind === 'none' ? undefined : 'clientSecret';
  if (name === undefined || fields.has(name)) return;
  const {expected} = VALUE_TYPES.secret;
  problems.report(at, path, `auth: ${kind} needs "${name}"`, {expected, hint: expected});
};
