import {spawnSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {
  parseKey,
  parseSelector,
  requireKnownLimit,
  type SelectorKind,
  selectorTest,
} from '../../src/operate/selector.ts';
import {policyOf, tokenBucketSpec} from '../support/policies.ts';
import {unsafeIn} from '../view/unsafe.ts';

const hintOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isRatectlError(error)) return error.hint ?? '';
    throw error;
  }
  throw new Error('nothing was refused');
};

/** What a shell makes of the argument behind a flag, up to the end of the hint or the next `;`. */
const typed = (hint: string, flag: string): string => {
  const from = hint.slice(hint.indexOf(`${flag} `) + flag.length + 1);
  // What follows the hint's first command is no command, and fails.
  const {stdout} = spawnSync('sh', ['-c', `printf '%s\\n' ${from}`], {
    encoding: 'utf8',
    env: {HOME: '/x', PATH: process.env['PATH']},
  });
  return stdout.slice(0, stdout.indexOf('\n'));
};

const ODD = [
  'acme',
  'a b',
  '$HOME',
  '`id`',
  '$(id)',
  'a"b',
  "it's",
  'a\\b',
  '!bang',
  '*glob?',
  '~',
  '%s',
  '#x',
];

describe.each(ODD)('%j without a limit', (text) => {
  const hint = (kind: SelectorKind): string => hintOf(() => parseSelector(text, {kind}));

  test('as one key: the hint, typed as it stands, selects that key in any limit and no other', () => {
    const selects = selectorTest(parseSelector(typed(hint('exact'), '--match'), {kind: 'glob'}));
    expect(selects({limit: 'per-ip', key: text})).toBe(true);
    expect(selects({limit: 'per-ip', key: `${text}x`})).toBe(false);
    expect(selects({limit: 'per-ip', key: 'xglobx'})).toBe(false);
    expect(typed(hint('exact'), '--prefix')).toBe(`${text}/`);
  });

  test('as a prefix: that prefix in any limit', () => {
    const selects = selectorTest(parseSelector(typed(hint('prefix'), '--match'), {kind: 'glob'}));
    expect(selects({limit: 'per-ip', key: `${text}x`})).toBe(true);
    expect(selects({limit: 'per-ip', key: 'xglobxx'})).toBe(false);
  });

  test('as a pattern: that pattern in any limit', () => {
    expect(typed(hint('glob'), '--match')).toBe(`*/${text}`);
  });
});

test.each(ODD)('an unknown limit %j: the hint, typed as it stands, finds what is left of it', (limit) => {
  const policy = policyOf([{name: 'api', buckets: [tokenBucketSpec(1, 1)]}]);
  const hint = hintOf(() => requireKnownLimit({kind: 'exact', limit, key: 'a'}, policy));
  const selects = selectorTest(parseSelector(typed(hint, '--match'), {kind: 'glob'}));
  expect(selects({limit, key: 'anything'})).toBe(true);
  expect(selects({limit: 'xglobx', key: 'anything'})).toBe(false);
});

test.each([['x'.repeat(10_000)], ['a\u001b[31m'], ['a\nb'], ['\u202ea']])(
  'what cannot be shown as it is has a placeholder in the hint',
  (text) => {
    const hint = hintOf(() => parseSelector(text, {kind: 'exact'}));
    expect(hint).toBe('a key of any limit: --match "*/KEY"; all keys of a limit: --prefix "LIMIT/"');
    expect(unsafeIn(hint)).toBeUndefined();
  },
);

test.each(['acme', 'per-ip/', ...ODD])(
  '%j for a command about one key: no flag that it does not have',
  (text) => {
    const hint = hintOf(() => parseKey(text));
    expect(hint).toBe('it is about one key: LIMIT/KEY, as ratectl status lists them');
  },
);
