import {byName, choice, count, name, PERCENT_PATTERN, type ValueType} from './value-forms.ts';

export const POOL_ORDERS = ['fifo', 'lifo', 'adaptive-lifo'] as const;
export const COUNTED = ['failures', 'refusals'] as const;
export const DEMOTIONS = ['next', 'lowest'] as const;

/** Bounds that keep a policy, and what stores keep for it, small. */
export const MAX_PRIORITIES = 16;
export const MAX_POOLS = 64;
/** A pool is one document in the store, with an entry for each slot that is held and each request that waits. */
export const MAX_SLOTS = 10_000;
export const MAX_WAITING = 10_000;
export const MAX_CONTROLLERS = 64;
export const MAX_SCALED = 256;
export const MAX_LADDERS = 256;
export const MAX_RUNGS = 256;
export const MAX_REQUESTS = 1_000_000;
export const MAX_TOLERANCE = 100;
export const MAX_SAMPLES = 100_000;
/** Of a target, in per cent. */
export const MAX_PRESSURE = 1_000;

const percent = {type: 'string', pattern: PERCENT_PATTERN.source};
const names = (maxItems: number) => ({type: 'array', items: name.schema, minItems: 1, maxItems});

/** What the fields of `priorities`, `concurrency`, `adaptive`, `behaviour` and `degradation` can hold. */
export const PROTECTION_TYPES = {
  priorities: {
    expected: 'priority classes with what matches them, such as { essential: { path: /health }, normal: {} }',
    schema: {...(byName({$ref: '#/$defs/classMatchers'}, MAX_PRIORITIES) as object), minProperties: 1},
  },
  pools: {
    expected: 'pools of slots by name, such as { api: { max: 10, queue: 50 } }',
    schema: byName({$ref: '#/$defs/pool'}, MAX_POOLS),
  },
  slots: count(1, MAX_SLOTS),
  waiting: count(0, MAX_WAITING),
  poolOrder: choice(POOL_ORDERS),
  counted: choice(COUNTED),
  adaptive: {
    expected: 'controllers by name, such as { protect: { limits: [per-tenant] } }',
    schema: byName({$ref: '#/$defs/adaptive'}, MAX_CONTROLLERS),
  },
  limitNames: {
    expected: `a list of 1 to ${MAX_SCALED} names of limits`,
    schema: names(MAX_SCALED),
  },
  poolNames: {
    expected: `a list of 1 to ${MAX_POOLS} names of pools`,
    schema: names(MAX_POOLS),
  },
  controller: {
    expected: '"aimd", "gradient", or one with its numbers, such as { aimd: { decrease: 0.9 } }',
    schema: {
      anyOf: [
        {enum: ['aimd', 'gradient']},
        ...['aimd', 'gradient'].map((kind) => ({
          type: 'object',
          properties: {[kind]: {$ref: `#/$defs/${kind}`}},
          required: [kind],
          additionalProperties: false,
        })),
      ],
    },
  },
  decrease: {
    expected: 'a number between 0 and 1 such as 0.9',
    schema: {type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1},
  },
  smoothing: {
    expected: 'a number above 0 and at most 1 such as 0.2',
    schema: {type: 'number', exclusiveMinimum: 0, maximum: 1},
  },
  tolerance: {
    expected: `a number from 1 to ${MAX_TOLERANCE} such as 1.5`,
    schema: {type: 'number', minimum: 1, maximum: MAX_TOLERANCE},
  },
  samples: count(1, MAX_SAMPLES),
  signals: {
    expected: 'signals with what is still all right, such as { cpu: 80%, responseTime: 5s }',
    schema: {$ref: '#/$defs/signals'},
  },
  part: {
    expected: 'a share such as "80%", above 0% and at most 100%',
    schema: percent,
  },
  innerPart: {
    expected: 'a share such as "80%", above 0% and below 100%',
    schema: percent,
  },
  pressure: {
    expected: `a share of the targets such as "120%", above 0% and at most ${MAX_PRESSURE}%`,
    schema: percent,
  },
  behaviour: {
    expected: 'limits with a ladder of their tiers, such as { plan: { ladder: [free, premium] } }',
    schema: byName({$ref: '#/$defs/behaviour'}, MAX_LADDERS),
  },
  ladder: {
    expected: `a list of 2 to ${MAX_RUNGS} tiers from the worst to the best, such as [restricted, free, premium]`,
    schema: {
      type: 'array',
      items: {anyOf: [{type: 'string'}, {type: 'number'}, {type: 'boolean'}]},
      minItems: 2,
      maxItems: MAX_RUNGS,
    },
  },
  score: {
    expected: 'a score from 0 to 1 such as 0.9',
    schema: {type: 'number', minimum: 0, maximum: 1},
  },
  demotion: choice(DEMOTIONS),
  requests: count(1, MAX_REQUESTS),
  degradation: {
    expected: 'modes under pressure, such as { signals: { cpu: 80% }, enter: { shed-low: 100% } }',
    schema: {$ref: '#/$defs/degradation'},
  },
  enter: {
    expected: 'modes with the pressure that begins them, such as { shed-low: 100%, closed: 150% }',
    schema: {$ref: '#/$defs/enter'},
  },
} as const satisfies Record<string, ValueType>;
