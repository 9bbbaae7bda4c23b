import {byName, choice, count, duration, name, SHARE_PATTERN, type ValueType} from './value-forms.ts';

export const GRANTS = ['refresh-token', 'client-credentials'] as const;
export const CLIENT_AUTHS = ['basic', 'post', 'none', 'private-key-jwt'] as const;
export const SIGNATURES = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export const ROTATIONS = ['strict', 'grace', 'none'] as const;

/** Bounds that keep a policy, and what stores keep for it, small. */
export const MAX_PROVIDERS = 256;
export const MAX_QUEUES = 256;
export const MAX_BREAKERS = 256;
export const MAX_SCOPES = 100;
export const MAX_PARAMETERS = 32;
export const MAX_ARGUMENTS = 64;
export const MAX_CLASSES = 16;
export const MAX_BUDGET_WINDOWS = 5;
/** A provider's record in the store has an entry for each attempt that a window still counts. */
export const MAX_ATTEMPTS = 100;
export const MAX_TRIES = 100;
export const MAX_FAILURES = 10_000;
export const MAX_CALLS = 1_000_000;
export const MAX_PROBES = 100;

export const LONGEST_URL = 2_048;
export const LONGEST_PATH = 4_096;
export const LONGEST_PARAMETER = 2_048;

/** A token request has them from other fields, or they would be secrets (RFC 6749, RFC 7521). */
export const RESERVED_PARAMETERS = [
  'grant_type',
  'refresh_token',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
] as const;

/** VSCHAR of RFC 6749. */
export const CLIENT_ID_PATTERN = /^[\x20-\x7e]{1,256}$/;
/** scope-token of RFC 6749. */
export const SCOPE_PATTERN = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
export const PARAMETER_PATTERN = /^[A-Za-z0-9_.-]{1,64}$/;
export const VARIABLE_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** https, or http to the machine itself. What the host really is, a parser of URLs says. */
export const TOKEN_URL_PATTERN =
  /^(?:https:\/\/|http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/?]|$))\S*$/;

const text = (maxLength: number) => ({type: 'string', minLength: 1, maxLength});
const scope = {type: 'string', pattern: SCOPE_PATTERN.source};
const rate = {$ref: '#/$defs/rate'};
const exactlyOne = (member: string, schema: object) => ({
  type: 'object',
  properties: {[member]: schema},
  required: [member],
  additionalProperties: false,
});

/** What the fields of `tokens`, `queue` and `breakers` can hold. */
export const SECTION_TYPES = {
  tokens: {
    expected: 'token providers by name, such as { google: { tokenUrl: …, clientId: … } }',
    schema: byName({$ref: '#/$defs/tokenProvider'}, MAX_PROVIDERS),
  },
  queues: {
    expected: 'queues by name, such as { provider-calls: { classes: [interactive, batch] } }',
    schema: byName({$ref: '#/$defs/queue'}, MAX_QUEUES),
  },
  namedBreakers: {
    expected: 'circuit breakers by name, such as { payments-db: { failures: 5 } }',
    schema: byName({$ref: '#/$defs/namedBreaker'}, MAX_BREAKERS),
  },
  tokenUrl: {
    expected: 'an https URL such as "https://auth.example.com/token"',
    schema: {type: 'string', pattern: TOKEN_URL_PATTERN.source, maxLength: LONGEST_URL},
  },
  grant: choice(GRANTS),
  clientId: {
    expected: 'a text of at most 256 printable ASCII characters',
    schema: {type: 'string', pattern: CLIENT_ID_PATTERN.source},
  },
  clientAuth: choice(CLIENT_AUTHS),
  secret: {
    expected: '{ env: NAME }, { file: PATH } or { command: [PROGRAM, ARGUMENT, …] }',
    schema: {
      anyOf: [
        exactlyOne('env', {type: 'string', pattern: VARIABLE_PATTERN.source}),
        exactlyOne('file', text(LONGEST_PATH)),
        exactlyOne('command', {
          type: 'array',
          items: {type: 'string', maxLength: LONGEST_PATH},
          minItems: 1,
          maxItems: MAX_ARGUMENTS,
        }),
      ],
    },
  },
  signature: choice(SIGNATURES),
  scopes: {
    expected: `a list of 1 to ${MAX_SCOPES} scopes, such as [openid, email]`,
    schema: {type: 'array', items: scope, minItems: 1, maxItems: MAX_SCOPES},
  },
  parameters: {
    expected: 'parameters with their texts, such as { audience: "https://api.example.com" }',
    schema: {
      type: 'object',
      maxProperties: MAX_PARAMETERS,
      propertyNames: {pattern: PARAMETER_PATTERN.source, not: {enum: RESERVED_PARAMETERS}},
      additionalProperties: text(LONGEST_PARAMETER),
    },
  },
  rotation: choice(ROTATIONS),
  budget: {
    expected: `a list of 1 to ${MAX_BUDGET_WINDOWS} budgets, such as [1/3m, 10/10m]`,
    schema: {type: 'array', items: rate, minItems: 1, maxItems: MAX_BUDGET_WINDOWS},
  },
  share: {
    expected: 'a share such as "25%", from 0% to 100%',
    schema: {type: 'string', pattern: SHARE_PATTERN.source},
  },
  failureRate: {
    expected: 'a share above 0% such as "50%", or "none"',
    schema: {anyOf: [{const: 'none'}, {type: 'string', pattern: SHARE_PATTERN.source}]},
  },
  backoff: {
    expected: 'waits such as { first: 10s, most: 10m }',
    schema: {$ref: '#/$defs/backoff'},
  },
  breaker: {
    expected: 'a circuit breaker such as { failures: 5, recovery: 1m }',
    schema: {$ref: '#/$defs/breaker'},
  },
  classes: {
    expected: 'priority classes, such as [interactive, batch] or { interactive: 0s, batch: 5m }',
    schema: {
      anyOf: [
        {type: 'array', items: name.schema, minItems: 1, maxItems: MAX_CLASSES},
        {...(byName(duration.schema, MAX_CLASSES) as object), minProperties: 1},
      ],
    },
  },
  tries: count(1, MAX_TRIES),
  failures: count(1, MAX_FAILURES),
  calls: count(1, MAX_CALLS),
  probes: count(1, MAX_PROBES),
} as const satisfies Record<string, ValueType>;
