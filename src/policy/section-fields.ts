import {GUARD_FIELDS} from './pool-fields.ts';
import type {Field} from './schema.ts';

/** Fields of an entry of `tokens`. */
export const TOKEN_FIELDS: readonly Field[] = [
  {
    name: 'tokenUrl',
    type: 'tokenUrl',
    required: true,
    doc: 'Token endpoint: https, or http to localhost, 127.0.0.1 or [::1].',
    alsoCalled: ['url', 'tokenEndpoint', 'token_endpoint', 'token_url', 'endpoint', 'tokenUri', 'token_uri'],
  },
  {
    name: 'grant',
    type: 'grant',
    default: 'refresh-token',
    doc: 'How a new token is asked for: with a refresh token, or with the credentials of the client alone.',
    alsoCalled: ['grantType', 'grant_type', 'flow'],
  },
  {
    name: 'clientId',
    type: 'clientId',
    required: true,
    doc: 'Name of the client at the provider.',
    alsoCalled: ['client_id', 'client'],
  },
  {
    name: 'auth',
    type: 'clientAuth',
    default: 'basic with a clientSecret, none without',
    doc: 'How the client proves itself: secret in the Authorization header, secret in the body, not at all, or a signed assertion.',
    alsoCalled: ['clientAuth', 'authMethod', 'token_endpoint_auth_method'],
  },
  {
    name: 'clientSecret',
    type: 'secret',
    doc: 'Where the secret of the client comes from, for auth: basic and post. A policy holds no secret itself.',
    alsoCalled: ['secret', 'client_secret', 'clientPassword'],
  },
  {
    name: 'clientKey',
    type: 'secret',
    doc: 'Where the private key comes from (PEM, PKCS #8), for auth: private-key-jwt.',
    alsoCalled: ['key', 'privateKey', 'private_key'],
  },
  {
    name: 'algorithm',
    type: 'signature',
    default: 'RS256',
    doc: 'Signature of the assertion, for auth: private-key-jwt.',
    alsoCalled: ['alg', 'signature'],
  },
  {
    name: 'keyId',
    type: 'clientId',
    default: 'the assertion names no key',
    doc: 'Name of the key at the provider, for auth: private-key-jwt.',
    alsoCalled: ['kid', 'key_id'],
  },
  {
    name: 'scopes',
    type: 'scopes',
    default: 'what was granted first',
    doc: 'Scopes to ask for.',
    alsoCalled: ['scope'],
  },
  {
    name: 'parameters',
    type: 'parameters',
    default: 'none',
    doc: 'Further parameters of the token request.',
    alsoCalled: ['params', 'extra', 'audience', 'resource'],
  },
  {
    name: 'rotation',
    type: 'rotation',
    default: 'strict; none for client-credentials',
    doc: 'What the provider does with refresh tokens: strict, each can be spent once; grace, the last one may be spent once more; none, they stay valid.',
    alsoCalled: ['refreshTokenRotation', 'rotate'],
  },
  {
    name: 'budget',
    type: 'budget',
    default: '1/3m and 10/10m',
    doc: 'How often a token may be refreshed, over all processes: in any stretch of so long at most so many attempts.',
    alsoCalled: ['rate', 'limits', 'limit', 'windows'],
  },
  {
    name: 'margin',
    type: 'duration',
    default: '5m',
    doc: 'So long before it expires a token is refreshed. At most 30d.',
    alsoCalled: ['leeway', 'refreshBefore', 'skew'],
  },
  {
    name: 'jitter',
    type: 'share',
    default: '10%',
    doc: 'Up to this share of the margin earlier, so that many tokens are not refreshed at once.',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '30s',
    doc: 'How long the provider may take, 100ms to 5m.',
  },
  {
    name: 'lease',
    type: 'duration',
    default: '1m',
    doc: 'How long the right to refresh lasts without renewal, 1s to 1h.',
    alsoCalled: ['lock', 'lockTtl', 'ttl'],
  },
  {
    name: 'backoff',
    type: 'backoff',
    default: '{ first: 10s, most: 10m }',
    doc: 'Waits after failures.',
    alsoCalled: ['retry', 'retries'],
  },
  {
    name: 'breaker',
    type: 'breaker',
    default: '{ failures: 3, rate: none, recovery: 5m }',
    doc: 'Circuit breaker of the provider.',
    alsoCalled: ['breakers', 'circuitBreaker'],
  },
];

/** Fields of an entry of `queue`. */
export const QUEUE_FIELDS: readonly Field[] = [
  {
    name: 'classes',
    type: 'classes',
    default: '[normal]',
    doc: 'Priority classes, most urgent first: names, with handicaps of 0s, 1m, 2m …; or names with their handicaps. An item counts as if it had come so much later.',
    alsoCalled: ['priorities', 'priority', 'class', 'levels'],
  },
  {
    name: 'maxAttempts',
    type: 'tries',
    default: '5',
    doc: 'Failed attempts after which an item is put among the dead ones.',
    alsoCalled: ['attempts', 'retries', 'maxRetries', 'tries'],
  },
  {
    name: 'lease',
    type: 'duration',
    default: '1m',
    doc: 'How long a worker has an item without renewing its claim, 1s to 1d.',
    alsoCalled: ['visibilityTimeout', 'visibility', 'timeout', 'ttl'],
  },
  {
    name: 'backoff',
    type: 'backoff',
    default: '{ first: 1s, most: 5m }',
    doc: 'Waits after failed attempts.',
    alsoCalled: ['retry', 'delay'],
  },
];

/** Fields of an entry of `breakers`, and of the `breaker` of a token provider. */
export const BREAKER_FIELDS: readonly Field[] = [
  {
    name: 'failures',
    type: 'failures',
    default: '5; 3 for a token provider',
    doc: 'Opens when so many calls in a row failed.',
    alsoCalled: ['threshold', 'failureThreshold', 'maxFailures', 'consecutiveFailures'],
  },
  {
    name: 'rate',
    type: 'failureRate',
    default: '50%; none for a token provider',
    doc: 'Opens when at least this share of the calls in the window failed; none: shares are not looked at.',
    alsoCalled: ['failureRate', 'errorRate', 'ratio', 'percentage', 'share'],
  },
  {
    name: 'window',
    type: 'duration',
    default: '1m; 10m for a token provider',
    doc: 'Of which calls the share is taken, 100ms to 1d.',
    alsoCalled: ['period', 'interval', 'duration'],
  },
  {
    name: 'minimumCalls',
    type: 'calls',
    default: '10; 1 for a token provider',
    doc: 'Calls in the window below which a share means nothing.',
    alsoCalled: ['minCalls', 'minimumRequests', 'volume', 'volumeThreshold', 'minimumThroughput'],
  },
  {
    name: 'recovery',
    type: 'duration',
    default: '1m; 5m for a token provider',
    doc: 'How long it stays open before it lets probes through, 100ms to 1d.',
    alsoCalled: ['timeout', 'cooldown', 'resetTimeout', 'halfOpenAfter', 'openFor', 'sleepWindow'],
  },
  {
    name: 'probes',
    type: 'probes',
    default: '1',
    doc: 'Probes at a time while it is half-open. Once so many have ended it closes, unless at least the rate of them failed; without a rate one failure opens it again.',
    alsoCalled: ['halfOpen', 'halfOpenRequests', 'successThreshold', 'halfOpenMaxCalls'],
  },
];

/** Fields of an entry of `breakers`. */
export const NAMED_BREAKER_FIELDS: readonly Field[] = [...BREAKER_FIELDS, ...GUARD_FIELDS];

/** Fields of `backoff`. */
export const BACKOFF_FIELDS: readonly Field[] = [
  {
    name: 'first',
    type: 'duration',
    default: '10s; 1s for a queue',
    doc: 'The wait after the first failure, doubled after each further one; 10ms to 7d.',
    alsoCalled: ['initial', 'min', 'base', 'start', 'delay'],
  },
  {
    name: 'most',
    type: 'duration',
    default: '10m; 5m for a queue',
    doc: 'The longest wait; 10ms to 7d.',
    alsoCalled: ['max', 'maximum', 'cap', 'maxDelay'],
  },
];
