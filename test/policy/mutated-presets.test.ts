import fc from 'fast-check';
import {test} from 'vitest';
import {parse} from 'yaml';
import {Evaluator} from '../../src/engine/evaluator.ts';
import {BEHAVIOUR_FIELDS} from '../../src/policy/behaviour-fields.ts';
import {
  ADAPTIVE_FIELDS,
  AIMD_FIELDS,
  DEGRADATION_FIELDS,
  ENTER_FIELDS,
  GRADIENT_FIELDS,
  SIGNAL_FIELDS,
} from '../../src/policy/control-fields.ts';
import {policyJsonSchema} from '../../src/policy/json-schema.ts';
import {BUCKET_FIELDS, LIMIT_FIELDS} from '../../src/policy/limit-fields.ts';
import {type LoadedPolicy, parsePolicy} from '../../src/policy/load-policy.ts';
import {PolicyError} from '../../src/policy/policy-error.ts';
import {GUARD_FIELDS, POOL_FIELDS} from '../../src/policy/pool-fields.ts';
import {PRESETS, readPreset} from '../../src/policy/presets.ts';
import {BACKOFF_FIELDS, BREAKER_FIELDS, QUEUE_FIELDS, TOKEN_FIELDS} from '../../src/policy/section-fields.ts';
import {schemaErrors} from '../support/json-schema-check.ts';

const TEXTS = PRESETS.map(({name}) => readPreset(name));
const FIELDS = [
  ...LIMIT_FIELDS,
  ...BUCKET_FIELDS,
  ...TOKEN_FIELDS,
  ...QUEUE_FIELDS,
  ...BREAKER_FIELDS,
  ...BACKOFF_FIELDS,
  ...POOL_FIELDS,
  ...GUARD_FIELDS,
  ...SIGNAL_FIELDS,
  ...ADAPTIVE_FIELDS,
  ...AIMD_FIELDS,
  ...GRADIENT_FIELDS,
  ...BEHAVIOUR_FIELDS,
  ...DEGRADATION_FIELDS,
  ...ENTER_FIELDS,
].map(({name}) => name);
const SCHEMA = policyJsonSchema() as {readonly [keyword: string]: unknown};

/** Loads, or says with a PolicyError why not: no other way out. */
const loadOrRefuse = (text: string, file: string): LoadedPolicy | undefined => {
  try {
    return parsePolicy(text, file);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    if (error.problems.length === 0 || /undefined|\[object/.test(error.message)) throw error;
    return undefined;
  }
};

/** What loads can be run, and fits the schema. */
const mustWork = (loaded: LoadedPolicy | undefined, value: unknown): void => {
  if (loaded === undefined) return;
  new Evaluator(loaded.policy);
  const errors = schemaErrors(SCHEMA, value);
  if (errors.length > 0) throw new Error(`loads, but does not fit the schema: ${errors.join('; ')}`);
};

const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    '10/s',
    '0/s',
    '1.67/s',
    '5/10s',
    '1h',
    '1d',
    '0s',
    'month',
    'exempt',
    'block',
    'smoothed',
    '{ip}',
    '{',
    '',
    null,
  ),
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    20,
    1.5,
    2 ** 53,
    1e308,
    true,
    false,
    [],
    {},
    ['10/s'],
    {every: '1s'},
    {env: 'SECRET'},
    {file: 'key.pem'},
    {command: ['get', 'key']},
    ['1/3m', '10/10m'],
    {urgent: '0s', batch: '5m'},
    {first: '1s'},
    {count: 3, per: '1m'},
    0.5,
    ['in-flight', 'rate'],
    ['restricted', 'free'],
    {path: '/a'},
    {cpu: '80%'},
    {aimd: {decrease: 0.5}},
    {gradient: {}},
    {closed: '200%'},
  ),
  fc.constantFrom<unknown>(
    'token-bucket',
    'gcra',
    'fixed-window',
    'sliding-window',
    'sliding-log',
    'leaky-bucket',
    'concurrency',
    'calendar',
    'first-hit',
    'client-credentials',
    'private-key-jwt',
    'none',
    'https://x.example/token',
    '50%',
    '120%',
    '5m',
    'aimd',
    'gradient',
    'refusals',
    'lowest',
    'lifo',
  ),
  fc.string(),
  fc.double(),
);

test('a preset with a piece cut out, doubled or replaced', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TEXTS),
      fc.nat(),
      fc.nat(40),
      fc.oneof(fc.string(), fc.constantFrom('\t', '"', '{', '[', '*', '&a ', '- ', ': ', '\n')),
      (text, at, length, insert) => {
        const from = at % text.length;
        loadOrRefuse(text.slice(0, from) + insert + text.slice(from + length), 'p.yaml');
      },
    ),
    {numRuns: 600},
  );
});

type Tree = Record<string, unknown>;

/** All mappings of a policy. */
const mappings = (value: unknown): Tree[] => {
  if (Array.isArray(value)) return value.flatMap(mappings);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Tree, ...Object.values(value).flatMap(mappings)];
};

test('a preset with fields of other values, in YAML and in JSON', () => {
  const change = fc.record({
    target: fc.nat(),
    field: fc.constantFrom(...FIELDS),
    value: scalar,
    how: fc.constantFrom('set', 'replace', 'remove'),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...TEXTS),
      fc.array(change, {minLength: 1, maxLength: 3}),
      (text, changes) => {
        const policy = parse(text) as Tree;
        for (const {target, field, value, how} of changes) {
          const all = mappings(policy);
          const map = all[target % all.length]!;
          const keys = Object.keys(map);
          const name = how === 'set' || keys.length === 0 ? field : keys[target % keys.length]!;
          if (how === 'remove') delete map[name];
          // A copy: what fast-check gives is shared, and later changes would end up in it.
          else map[name] = structuredClone(value);
        }
        const json = JSON.stringify(policy);
        mustWork(loadOrRefuse(json, 'p.json'), JSON.parse(json));
        mustWork(loadOrRefuse(json, 'p.yaml'), JSON.parse(json));
      },
    ),
    {numRuns: 1_000},
  );
});
