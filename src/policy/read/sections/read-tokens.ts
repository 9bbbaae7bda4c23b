import {DEFAULT_BUDGET} from '../../../engine/refresh/refresh-budget.ts';
import type {Rotation} from '../../../engine/refresh/refresh-transitions.ts';
import type {ClientAuth, TokenProviderSpec} from '../../../engine/refresh/token-provider-spec.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {TOKEN_FIELDS} from '../../section-fields.ts';
import {CLIENT_ID_PATTERN, GRANTS, MAX_PROVIDERS, ROTATIONS} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readChoice} from '../read-choice.ts';
import {type Fields, readFields, readOr, requireFields} from '../read-fields.ts';
import {readShare} from '../read-share.ts';
import {backoffOr} from './read-backoff.ts';
import {breakerOr, TOKEN_BREAKER_DEFAULTS} from './read-breaker.ts';
import {readBudget} from './read-budget.ts';
import {readClientAuth} from './read-client-auth.ts';
import {readNamed} from './read-named.ts';
import {readParameters} from './read-parameters.ts';
import {readScopes} from './read-scopes.ts';
import {DAY, HOUR, MINUTE, SECOND, SHORTEST, spanFrom} from './read-span.ts';
import {textMatching} from './read-text.ts';
import {readTokenUrl} from './read-token-url.ts';

type Grant = TokenProviderSpec['grant'];

const BACKOFF = {first: 10 * SECOND, most: 10 * MINUTE};

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

const readClientId = textMatching(CLIENT_ID_PATTERN, VALUE_TYPES.clientId.expected);
const readMargin = spanFrom(SHORTEST, 30 * DAY);
const readTimeout = spanFrom(SHORTEST, 5 * MINUTE);
const readLease = spanFrom(SECOND, HOUR);
const readBackoff = backoffOr(BACKOFF);
const readBreaker = breakerOr(TOKEN_BREAKER_DEFAULTS);

/** `tokens`. */
export const readTokens = (
  node: SourceNode | undefined,
  problems: Problems,
): readonly TokenProviderSpec[] => {
  const section = {expected: VALUE_TYPES.tokens.expected, plural: 'token providers', most: MAX_PROVIDERS};
  return readNamed(node, 'tokens', section, problems, (name, value, path) =>
    readProvider(name, value, path, problems),
  );
};

const readProvider = (
  name: string,
  node: SourceNode,
  path: string,
  problems: Problems,
): TokenProviderSpec | undefined => {
  const before = problems.count;
  const fields = readFields(
    node,
    path,
    TOKEN_FIELDS,
    problems,
    'a token provider such as { tokenUrl: "https://auth.example.com/token", clientId: my-client }',
  );
  if (fields === undefined) return undefined;
  requireFields(fields, node.at, path, TOKEN_FIELDS, problems, 'a token provider');
  const grant = readOr(fields, 'grant', 'refresh-token', path, problems, (value, at) =>
    readChoice(value, at, GRANTS, problems),
  );
  const auth = readClientAuth(fields, node.at, path, problems);
  refuseUnproven(grant, auth, node.at, path, problems);
  const spec: TokenProviderSpec = {
    name,
    tokenUrl: readOr(fields, 'tokenUrl', '', path, problems, readTokenUrl),
    grant,
    clientId: readOr(fields, 'clientId', '', path, problems, readClientId),
    auth: auth ?? {kind: 'none'},
    scopes: readOr(fields, 'scopes', [], path, problems, readScopes),
    parameters: readOr(fields, 'parameters', NO_PARAMETERS, path, problems, readParameters),
    rotation: readRotation(fields, grant, path, problems),
    budget: readOr(fields, 'budget', DEFAULT_BUDGET, path, problems, readBudget),
    margin: readOr(fields, 'margin', 5 * MINUTE, path, problems, readMargin),
    jitter: readOr(fields, 'jitter', 0.1, path, problems, readShare),
    timeout: readOr(fields, 'timeout', 30 * SECOND, path, problems, readTimeout),
    lease: readOr(fields, 'lease', MINUTE, path, problems, readLease),
    backoff: readOr(fields, 'backoff', BACKOFF, path, problems, readBackoff),
    breaker: readOr(fields, 'breaker', TOKEN_BREAKER_DEFAULTS, path, problems, readBreaker),
  };
  return problems.count === before ? spec : undefined;
};

/** Without proof anybody who knows the client's name would get a token (RFC 6749 section 4.4). */
const refuseUnproven = (
  grant: Grant,
  auth: ClientAuth | undefined,
  at: number,
  path: string,
  problems: Problems,
): void => {
  if (grant !== 'client-credentials' || auth?.kind !== 'none') return;
  problems.report(at, path, 'grant: client-credentials needs a client that proves itself', {
    hint: 'add a clientSecret, or auth: private-key-jwt with a clientKey',
  });
};

const readRotation = (fields: Fields, grant: Grant, path: string, problems: Problems): Rotation => {
  const otherwise = grant === 'client-credentials' ? 'none' : 'strict';
  const entry = fields.get('rotation');
  if (entry === undefined) return otherwise;
  const rotation = readChoice(entry.value, pathTo(path, 'rotation'), ROTATIONS, problems);
  if (rotation !== undefined && rotation !== 'none' && grant === 'client-credentials')
    problems.expected(
      entry.value,
      pathTo(path, 'rotation'),
      '"none"',
      'grant: client-credentials spends no refresh token',
    );
  return rotation ?? otherwise;
};
