import {ALGORITHM_NAMES, type AlgorithmName} from './algorithm-names.ts';
import {BUCKET_FIELDS, type Field, LIMIT_FIELDS, POLICY_FIELDS, parametersOf} from './schema.ts';
import {BACKOFF_FIELDS, BREAKER_FIELDS, QUEUE_FIELDS, TOKEN_FIELDS} from './section-fields.ts';
import type {JsonSchema} from './value-forms.ts';
import {RATE_SCHEMA, VALUE_TYPES} from './value-types.ts';

const fieldSchema = (field: Field): JsonSchema => {
  const {schema} = VALUE_TYPES[field.type];
  const takenBy = field.algorithms === undefined ? '' : ` (${field.algorithms.join(', ')})`;
  const otherwise = field.default === undefined ? '' : ` Default: ${field.default}.`;
  // `burst` of a leaky bucket may be 0: the algorithm's own condition narrows it.
  const own = field.name === 'burst' ? VALUE_TYPES.leakyBurst.schema : schema;
  return {description: `${field.doc}${takenBy}${otherwise}`, ...(typeof own === 'object' ? own : {})};
};

const properties = (fields: readonly Field[]): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)]));

const requiredNames = (fields: readonly Field[]): readonly string[] =>
  fields.filter((field) => field.required).map((field) => field.name);

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
    anyOf: ['tokens', 'queue', 'breakers'].map((name) => ({
      properties: {[name]: {minProperties: 1}},
      required: [name],
    })),
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

const mapping = (description: string, fields: readonly Field[]) => ({
  description,
  type: 'object',
  properties: properties(fields),
  required: requiredNames(fields),
  additionalProperties: false,
});

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
    breaker: mapping('A circuit breaker.', BREAKER_FIELDS),
    backoff: mapping('Waits after failures, doubled each time.', BACKOFF_FIELDS),
  },
});
