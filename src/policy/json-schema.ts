import {ALGORITHM_NAMES, type AlgorithmName} from './algorithm-names.ts';
import {mapping, properties, requiredNames} from './json-schema-fields.ts';
import {PROTECTION_DEFINITIONS} from './json-schema-protection.ts';
import {BUCKET_FIELDS, LIMIT_FIELDS, parametersOf} from './limit-fields.ts';
import {POLICY_FIELDS} from './schema.ts';
import {
  BACKOFF_FIELDS,
  BREAKER_FIELDS,
  NAMED_BREAKER_FIELDS,
  QUEUE_FIELDS,
  TOKEN_FIELDS,
} from './section-fields.ts';
import type {JsonSchema} from './value-forms.ts';
import {RATE_SCHEMA} from './value-types.ts';

/** What follows once the algorithm is named: the parameters that must be there, and those that must not. */
const conditionOf = (algorithm: AlgorithmName): JsonSchema => {
  const own = parametersOf(algorithm);
  const others = BUCKET_FIELDS.filter((field) => field.algorithms !== undefined && !own.includes(field));
  const burst = algorithm === 'leaky-bucket' ? [] : own.filter((field) => field.name === 'burst');
  return {
    if: {properties: {algorithm: {const: algorithm}}, required: ['algorithm']},
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      required: requiredNames(own),
      properties: {
        ...Object.fromEntries(others.map((field) => [field.name, false])),
        ...Object.fromEntries(burst.map((field) => [field.name, {minimum: 1}])),
      },
    },
  };
};

/** Without a name the algorithm is a token bucket, if there is a rate. */
const UNNAMED: JsonSchema = {
  if: {not: {required: ['algorithm']}},
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {...(conditionOf('token-bucket') as {readonly then: object}).then},
};

const CONDITIONS: readonly JsonSchema[] = ALGORITHM_NAMES.map(conditionOf);
const PARAMETERS = BUCKET_FIELDS.filter((field) => field.algorithms !== undefined);

/** A limit has its own parameters, or `buckets`, or `tier` and `tiers`. */
const limitConditions: JsonSchema = {
  if: {anyOf: [{required: ['buckets']}, {required: ['tiers']}]},
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {properties: Object.fromEntries(PARAMETERS.map((field) => [field.name, false]))},
  else: {allOf: [...CONDITIONS, UNNAMED]},
};

/** A policy has limits, unless one of its sections is enough. */
const NEEDS_LIMITS = {
  if: {
    anyOf: [
      ...['tokens', 'queue', 'breakers', 'concurrency'].map((name) => ({
        properties: {[name]: {minProperties: 1}},
        required: [name],
      })),
      {required: ['degradation']},
    ],
  },
  else: {required: ['limits'], properties: {limits: {minItems: 1}}},
};

/** Which way to prove the client takes which fields. */
const AUTH_CONDITIONS: readonly JsonSchema[] = [
  {
    if: {properties: {auth: {enum: ['basic', 'post']}}, required: ['auth']},
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {required: ['clientSecret']},
  },
  {
    if: {properties: {auth: {const: 'private-key-jwt'}}, required: ['auth']},
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {required: ['clientKey'], properties: {clientSecret: false}},
    else: {properties: {clientKey: false, algorithm: false, keyId: false}},
  },
  {
    if: {properties: {auth: {const: 'none'}}, required: ['auth']},
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {properties: {clientSecret: false}},
  },
];

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The JSON Schema of policy files, made from the same lists as the messages of the loader. */
export const policyJsonSchema = (): JsonSchema => ({
  $schema: DIALECT,
  $id: 'urn:ratectl:policy:1',
  title: 'ratectl policy',
  description: 'Rate limits, as ratectl simulates and enforces them.',
  type: 'object',
  properties: properties(POLICY_FIELDS),
  required: requiredNames(POLICY_FIELDS),
  additionalProperties: false,
  ...NEEDS_LIMITS,
  $defs: {
    limit: {
      description: 'A limit: who is counted, and how much they may do.',
      type: 'object',
      properties: properties([...LIMIT_FIELDS, ...BUCKET_FIELDS]),
      required: requiredNames(LIMIT_FIELDS),
      additionalProperties: false,
      allOf: [limitConditions, {not: {required: ['buckets', 'tiers']}}],
      dependentRequired: {tier: ['tiers'], tiers: ['tier'], defaultTier: ['tiers']},
    },
    bucket: {
      description:
        'One of several buckets of a limit or tier. Without an algorithm of its own it has that of the limit.',
      type: 'object',
      properties: properties(BUCKET_FIELDS),
      additionalProperties: false,
      allOf: CONDITIONS,
    },
    override: {
      description:
        'A bucket for one key. What it leaves out is taken from the limit when the algorithm is the same.',
      type: 'object',
      properties: properties(BUCKET_FIELDS),
      additionalProperties: false,
    },
    rate: RATE_SCHEMA,
    tokenProvider: {
      ...mapping('A provider of OAuth tokens, and how often one may be refreshed.', TOKEN_FIELDS),
      allOf: AUTH_CONDITIONS,
    },
    queue: mapping('A queue of work that waits for its limits.', QUEUE_FIELDS),
    breaker: mapping('The circuit breaker of a token provider.', BREAKER_FIELDS),
    namedBreaker: mapping('A circuit breaker of calls or of requests.', NAMED_BREAKER_FIELDS),
    backoff: mapping('Waits after failures, doubled each time.', BACKOFF_FIELDS),
    ...PROTECTION_DEFINITIONS,
  },
});
