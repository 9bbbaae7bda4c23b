import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ALGORITHM_NAMES} from '../../src/policy/algorithm-names.ts';
import {BEHAVIOUR_FIELDS} from '../../src/policy/behaviour-fields.ts';
import {
  ADAPTIVE_FIELDS,
  AIMD_FIELDS,
  DEGRADATION_FIELDS,
  ENTER_FIELDS,
  GRADIENT_FIELDS,
  SIGNAL_FIELDS,
} from '../../src/policy/control-fields.ts';
import {BUCKET_FIELDS, LIMIT_FIELDS, parametersOf} from '../../src/policy/limit-fields.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {packageRoot} from '../../src/policy/package-root.ts';
import {POOL_FIELDS} from '../../src/policy/pool-fields.ts';
import {POLICY_FIELDS} from '../../src/policy/schema.ts';
import {NAMED_BREAKER_FIELDS, QUEUE_FIELDS, TOKEN_FIELDS} from '../../src/policy/section-fields.ts';

const TEXT = readFileSync(join(packageRoot(import.meta.url), 'docs', 'policies.md'), 'utf8');

describe('docs/policies.md', () => {
  const examples = [...TEXT.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!);

  test.each(examples)('the example can be loaded: %s', (example) => {
    const {warnings} = parsePolicy(example, 'example.yaml');
    expect(warnings.filter((warning) => !/not evaluated by simulate/.test(warning))).toEqual([]);
  });

  const inline = [...TEXT.matchAll(/`(\{ (?:algorithm|rate): [^`]*\})`/g)].map((match) => match[1]!);

  test.each(inline)('a limit can be made with %s', (bucket) => {
    const text = `version: 1\nlimits: [{ name: a, ${bucket.slice(2)}]\n`;
    expect(() => parsePolicy(text, 'example.yaml')).not.toThrow();
  });

  test('there are examples', () => {
    expect([examples.length, inline.length]).toEqual([13, 3]);
  });

  test.each([...POLICY_FIELDS, ...LIMIT_FIELDS, ...BUCKET_FIELDS].map(({name}) => name))(
    'explains %s',
    (name) => {
      expect(TEXT).toContain(`\`${name}\``);
    },
  );

  describe.each([
    ['Tokens', TOKEN_FIELDS],
    ['Queues', QUEUE_FIELDS],
    ['Circuit breakers', NAMED_BREAKER_FIELDS],
    ['Pools', POOL_FIELDS],
    ['Adaptive limits', [...ADAPTIVE_FIELDS, ...SIGNAL_FIELDS, ...AIMD_FIELDS, ...GRADIENT_FIELDS]],
    ['Behaviour', BEHAVIOUR_FIELDS],
    ['Degradation', [...DEGRADATION_FIELDS, ...ENTER_FIELDS]],
  ] as const)('%s', (title, fields) => {
    const section = TEXT.split(`\n## ${title}\n`)[1]?.split(/\n## /)[0] ?? '';
    test.each(fields.map(({name}) => name))('explains %s', (name) => {
      expect(section).toMatch(new RegExp(`^\\|[^|]*\`${name}\``, 'm'));
    });
  });

  test.each(ALGORITHM_NAMES)('has a section on %s with its parameters', (algorithm) => {
    const section = TEXT.split(`\n### ${algorithm}\n`)[1]?.split(/\n##+ /)[0] ?? '';
    const shared = section.includes('Parameters as `sliding-window`');
    for (const {name} of parametersOf(algorithm))
      expect(shared || section.includes(`| \`${name}\` |`)).toBe(true);
  });
});
