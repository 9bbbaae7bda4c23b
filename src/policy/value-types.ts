import {CALENDAR_UNITS} from '../engine/calendar-grid.ts';
import {ALGORITHM_NAMES} from './algorithm-names.ts';
import {PROTECTION_TYPES} from './protection-types.ts';
import {SECTION_TYPES} from './section-types.ts';
import {
  choice,
  count,
  DURATION,
  duration,
  type JsonSchema,
  name,
  oneOrMore,
  type ValueType,
} from './value-forms.ts';

export const RATE_PATTERN = new RegExp(String.raw`^(\d+)(?:\.(\d+))?/(us|µs|ms|s|m|h|d|w|${DURATION})$`);
export const ATTRIBUTE_PATTERN = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

const template: ValueType = {
  expected: 'a template such as "{ip}" or "{tenant}:{path}"',
  schema: {type: 'string', minLength: 1, maxLength: 1024},
};

const matcherValue = {anyOf: [{type: 'string', minLength: 1}, {type: 'number'}, {type: 'boolean'}]};

/** Bounds that keep a policy small. */
export const MAX_LIMITS = 256;
export const MAX_BUCKETS = 16;
export const MAX_TIERS = 256;
export const MAX_OVERRIDES = 10_000;
export const MAX_VALUES = 1_000;
export const MAX_THRESHOLDS = 100;
export const MAX_LEASES = 1_000_000;

/** `10/s` or `{ count: 20, per: 10s }`. */
export const RATE_SCHEMA: JsonSchema = {
  anyOf: [
    {type: 'string', pattern: RATE_PATTERN.source},
    {
      type: 'object',
      properties: {count: count(1).schema, per: duration.schema},
      required: ['count', 'per'],
      additionalProperties: false,
    },
  ],
};

/** What a field can hold: the words of error messages, and the JSON Schema. Reading a value is in `read/`. */
export const VALUE_TYPES = {
  version: {expected: 'the number 1', schema: {const: 1}},
  charge: choice(['all-or-nothing', 'always']),
  onStoreError: choice(['open', 'closed', 'local']),
  limits: {
    expected: 'a list of limits',
    schema: {type: 'array', items: {$ref: '#/$defs/limit'}, maxItems: MAX_LIMITS},
  },
  thresholds: {
    expected: 'a list of expressions such as "denied < 0.1%"',
    schema: {type: 'array', items: {type: 'string', minLength: 1, maxLength: 500}, maxItems: MAX_THRESHOLDS},
  },
  name,
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
    schema: {$ref: '#/$defs/rate'},
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
  ...SECTION_TYPES,
  ...PROTECTION_TYPES,
} as const satisfies Record<string, ValueType>;

export type ValueTypeName = keyof typeof VALUE_TYPES;
