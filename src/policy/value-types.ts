import {CALENDAR_UNITS} from '../engine/calendar-grid.ts';
import {ALGORITHM_NAMES} from './algorithm-names.ts';

/** JSON Schema, as far as it is used here. */
export type JsonSchema = boolean | {readonly [keyword: string]: unknown};

export interface ValueType {
  /** For `expected …, got …`. */
  readonly expected: string;
  readonly schema: JsonSchema;
}

const DURATION = String.raw`(?:\d+(?:\.\d+)?(?:us|µs|ms|s|m|h|d|w))+`;
const NAME = '[A-Za-z0-9][A-Za-z0-9_.-]{0,63}';
const MAX_COUNT = Number.MAX_SAFE_INTEGER;

export const NAME_PATTERN = new RegExp(`^${NAME}$`);
export const SHARE_PATTERN = /^(\d{1,3}(?:\.\d{1,2})?)%$/;
export const RATE_PATTERN = new RegExp(String.raw`^(\d+)(?:\.(\d+))?/(us|µs|ms|s|m|h|d|w|${DURATION})$`);
export const ATTRIBUTE_PATTERN = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

const choice = (values: readonly string[]): ValueType => {
  const names = values.map((value) => `"${value}"`);
  return {expected: `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`, schema: {enum: values}};
};

const count = (min: number, max = MAX_COUNT): ValueType => ({
  expected: max === MAX_COUNT ? `a whole number of ${min} or more` : `a whole number from ${min} to ${max}`,
  schema: {type: 'integer', minimum: min, maximum: max},
});

const duration: ValueType = {
  expected: 'a duration such as "250ms", "1s", "1h30m" or "7d"',
  schema: {type: 'string', pattern: `^${DURATION}$`},
};

const template: ValueType = {
  expected: 'a template such as "{ip}" or "{tenant}:{path}"',
  schema: {type: 'string', minLength: 1, maxLength: 1024},
};

const matcherValue = {anyOf: [{type: 'string', minLength: 1}, {type: 'number'}, {type: 'boolean'}]};
const oneOrMore = (item: JsonSchema, maxItems: number): JsonSchema => ({
  anyOf: [item, {type: 'array', items: item, minItems: 1, maxItems}],
});

/** Bounds that keep a policy small. */
export const MAX_LIMITS = 256;
export const MAX_BUCKETS = 16;
export const MAX_TIERS = 256;
export const MAX_OVERRIDES = 10_000;
export const MAX_VALUES = 1_000;
export const MAX_THRESHOLDS = 100;
export const MAX_LEASES = 1_000_000;

/** What a field can hold: the words of error messages, and the JSON Schema. Reading a value is in `read/`. */
export const VALUE_TYPES = {
  version: {expected: 'the number 1', schema: {const: 1}},
  charge: choice(['all-or-nothing', 'always']),
  onStoreError: choice(['open', 'closed', 'local']),
  limits: {
    expected: 'a list of limits',
    schema: {type: 'array', items: {$ref: '#/$defs/limit'}, minItems: 1, maxItems: MAX_LIMITS},
  },
  thresholds: {
    expected: 'a list of expressions such as "denied < 0.1%"',
    schema: {type: 'array', items: {type: 'string', minLength: 1, maxLength: 500}, maxItems: MAX_THRESHOLDS},
  },
  section: {expected: 'anything', schema: true},
  name: {
    expected: 'a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit',
    schema: {type: 'string', pattern: `^${NAME}$`},
  },
  template,
  matchers: {
    expected: 'attributes with the values to match, such as { path: [/health, "/api/*"] }',
    schema: {
      type: 'object',
      minProperties: 1,
      propertyNames: {pattern: ATTRIBUTE_PATTERN.source},
      additionalProperties: oneOrMore(matcherValue, MAX_VALUES),
    },
  },
  mode: choice(['enforce', 'shadow']),
  share: {
    expected: 'a share such as "25%", from 0% to 100%',
    schema: {type: 'string', pattern: SHARE_PATTERN.source},
  },
  cost: {
    expected: '"request" or a whole number of 1 or more',
    schema: {anyOf: [{const: 'request'}, count(1).schema]},
  },
  buckets: {
    expected: 'a list of buckets',
    schema: {type: 'array', items: {$ref: '#/$defs/bucket'}, minItems: 1, maxItems: MAX_BUCKETS},
  },
  tiers: {
    expected: 'tiers with their buckets, such as { free: [ { rate: 10/s } ] }',
    schema: {
      type: 'object',
      minProperties: 1,
      maxProperties: MAX_TIERS,
      additionalProperties: oneOrMore({$ref: '#/$defs/bucket'}, MAX_BUCKETS),
    },
  },
  tierName: {expected: 'the name of a tier', schema: {type: 'string'}},
  overrides: {
    expected: 'keys with "exempt", "block" or a bucket, such as { "10.0.0.1": exempt }',
    schema: {
      type: 'object',
      maxProperties: MAX_OVERRIDES,
      additionalProperties: {
        anyOf: [{enum: ['exempt', 'block']}, oneOrMore({$ref: '#/$defs/override'}, MAX_BUCKETS)],
      },
    },
  },
  algorithm: choice(ALGORITHM_NAMES),
  rate: {
    expected: 'a rate such as "10/s", "100/m", "1000/h" or "20/10s"',
    schema: {
      anyOf: [
        {type: 'string', pattern: RATE_PATTERN.source},
        {
          type: 'object',
          properties: {count: count(1).schema, per: duration.schema},
          required: ['count', 'per'],
          additionalProperties: false,
        },
      ],
    },
  },
  burst: count(1),
  leakyBurst: count(0),
  initial: count(0),
  refill: {
    expected: '"continuous", "burst-penalty", "smoothed" or { every: 1s }',
    schema: {
      anyOf: [
        {enum: ['continuous', 'burst-penalty', 'smoothed']},
        {
          type: 'object',
          properties: {every: duration.schema},
          required: ['every'],
          additionalProperties: false,
        },
      ],
    },
  },
  count: count(1),
  leases: count(1, MAX_LEASES),
  countFromZero: count(0),
  duration,
  window: {
    expected: 'a duration such as "1s", "1h" or "1d"',
    schema: {anyOf: [duration.schema, {enum: CALENDAR_UNITS}]},
  },
  align: choice(['epoch', 'first-hit', 'calendar']),
  timeZone: {
    expected: 'an IANA time zone such as "UTC" or "Europe/Berlin"',
    schema: {type: 'string', minLength: 1},
  },
  flag: {expected: 'true or false', schema: {type: 'boolean'}},
} as const satisfies Record<string, ValueType>;

export type ValueTypeName = keyof typeof VALUE_TYPES;
