import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {loadPolicy, parsePolicy} from '../../src/policy/load-policy.ts';
import {PolicyError} from '../../src/policy/policy-error.ts';
import {cpuMsOf} from '../support/in-time.ts';

const failureOf = (text: string, file = 'p.yaml'): PolicyError => {
  try {
    parsePolicy(text, file);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('the policy was accepted');
};

const limits = (count: number): string =>
  Array.from({length: count}, (_, i) => `  - { name: limit-${i}, rate: 10/s }\n`).join('');

const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('files that try to cost much', () => {
  test.each([
    ['open brackets', '['.repeat(1_000_000), 'nested more than 32 levels deep'],
    ['open braces', '{a: '.repeat(200_000), 'nested more than 32 levels deep'],
    ['nested lists in one line', '- '.repeat(90_000), 'nested more than 32 levels deep'],
    ['nested lists that fit the reader', `version: ${'- '.repeat(40)}`, 'p.yaml:1:'],
    ['commas', `[${','.repeat(1_000_000)}]`, 'more than 200000 values'],
    ['keys', Array.from({length: 120_000}, (_, i) => `k${i}: 1\n`).join(''), 'more than 200000 values'],
    ['documents', '---\n'.repeat(200_000), 'more than 200000 values'],
  ])('YAML with a million %s', async (_title, text, message) => {
    const cost = await cpuMsOf(() => expect(failureOf(text).message).toContain(message));
    expect(cost).toBeLessThan(5_000);
  });

  test('aliases of aliases', () => {
    const levels = Array.from({length: 20}, (_, i) => {
      const inner = i === 0 ? 'x' : `*a${i - 1}`;
      return `a${i}: &a${i} [${Array(10).fill(inner).join(', ')}]\n`;
    });
    expect(failureOf(levels.join('')).message).toBe(
      'p.yaml:6:9: more than 200000 values once aliases are written out',
    );
  });

  test('merge keys of merge keys', () => {
    const fields = Array.from({length: 1000}, (_, i) => `k${i}: 1`).join(', ');
    const text = `a: &a { ${fields} }\n${Array.from({length: 300}, (_, i) => `b${i}: { <<: *a }\n`).join('')}`;
    expect(failureOf(text).message).toContain('more than 200000 values');
  });

  test.each([
    ['open brackets', '['.repeat(1_000_000), 'nested more than 32 levels deep'],
    ['values', `[${'1,'.repeat(400_000)}1]`, 'more than 200000 values'],
  ])('JSON with many %s', (_title, text, message) => {
    expect(failureOf(text, 'p.json').message).toContain(message);
  });

  test('more limits than a policy may have', () => {
    expect(parsePolicy(`version: 1\nlimits:\n${limits(256)}`, 'p.yaml').policy.limits).toHaveLength(256);
    expect(failureOf(`version: 1\nlimits:\n${limits(257)}`).message).toBe(
      'p.yaml:3:3: limits: expected at most 256 limits, got 257',
    );
  });

  test('more problems than anyone reads', () => {
    const bad = Array.from({length: 50}, (_, i) => `  - { name: limit-${i}, rate: ${i} }\n`).join('');
    const {problems, message} = failureOf(`version: 1\nlimits:\n${bad}`);
    expect(problems).toHaveLength(20);
    expect(message.split('\n')).toHaveLength(22);
    expect(message).toContain('the policy has more than 20 problems');
  });
});

describe('text that would run wild on a terminal', () => {
  const evil = '\\e[2J\\u202e\\x9b31m\\0';
  test.each([
    ['a name', `version: 1\nlimits: [{ name: "${evil}", rate: 1/s }]`],
    ['a field', `version: 1\n"${evil}": 1\nlimits: [{ name: a, rate: 1/s }]`],
    ['a rate', `version: 1\nlimits: [{ name: a, rate: "${evil}" }]`],
    ['a tier', `version: 1\nlimits: [{ name: a, tier: "{p}", tiers: { "${evil}": { rate: x } } }]`],
    ['an override', `version: 1\nlimits: [{ name: a, rate: 1/s, overrides: { "${evil}": no } }]`],
    ['an attribute', `version: 1\nlimits: [{ name: a, rate: 1/s, when: { "${evil}": no } }]`],
    ['a token provider', `version: 1\ntokens: { "${evil}": { "${evil}": 1 } }`],
    ['a token URL', `version: 1\ntokens: { a: { clientId: "${evil}", tokenUrl: "x${evil}" } }`],
    ['a secret', `version: 1\ntokens: { a: { clientSecret: { "${evil}": 1 } } }`],
    ['a scope', `version: 1\ntokens: { a: { scopes: ["${evil}"], parameters: { "${evil}": 5 } } }`],
    ['a class', `version: 1\nqueue: { q: { classes: { "${evil}": "${evil}" } } }`],
    ['a priority class', `version: 1\npriorities: { "${evil}": { "${evil}": no } }`],
    ['a list of priority classes', `version: 1\npriorities: ["${evil}"]`],
    ['a pool', `version: 1\nconcurrency: { "${evil}": { "${evil}": 1, max: "${evil}" } }`],
    ['an order', `version: 1\nconcurrency: { a: { max: 1, order: "${evil}", key: "{${evil}" } }`],
    ['a breaker', `version: 1\nbreakers: { "${evil}": { counts: "${evil}", "${evil}": 1 } }`],
    ['what is scaled', `version: 1\nadaptive: { a: { limits: ["${evil}"], concurrency: "${evil}" } }`],
    [
      'a controller',
      `version: 1\nadaptive: { "${evil}": { controller: { "${evil}": 1 }, floor: "${evil}" } }`,
    ],
    ['a limit with behaviour', `version: 1\nbehaviour: { "${evil}": { ladder: ["${evil}"] } }`],
    [
      'a ladder',
      `version: 1\nlimits: [{ name: a, tier: "{p}", tiers: { "${evil}": { rate: 1/s } } }]\nbehaviour: { a: { ladder: ["${evil}", b, "${evil}"] } }`,
    ],
    ['a signal', `version: 1\ndegradation: { signals: { "${evil}": "${evil}", cpu: "${evil}" } }`],
    ['a mode', `version: 1\ndegradation: { enter: { "${evil}": 1, closed: "${evil}" } }`],
    ['a budget', `version: 1\ntokens: { a: { budget: ["${evil}"] } }`],
    ['a key given twice', `version: 1\n"${evil}": 1\n"${evil}": 2\n`],
    ['an alias', 'version: *\u001b[2J\u202e'],
    ['a plain text', 'version: \u001b[2J\u202e\n'],
    ['a tag', 'version: !\u001b[2J x\n'],
    ['a bare escape', '\u001b[2J: [\u0000'],
  ])('in %s', (_title, text) => {
    for (const file of ['p.yaml', 'p.json', 'p\u001b[31m.yaml']) {
      expect(failureOf(text, file).message).not.toMatch(RAW);
    }
  });
});

describe('files that cannot be read', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ratectl-policy-'));
  });
  afterAll(() => rmSync(folder, {recursive: true}));

  const write = (name: string, bytes: Uint8Array | string): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  test.each([
    ['a file that is not there', () => join(folder, 'none.yaml'), 'no such file'],
    ['a folder', () => folder, 'it is a folder'],
    ['a file as a folder', () => join(write('plain', ''), 'x.yaml'), 'a part of the path is not a folder'],
    [
      'a file that is too large',
      () => write('large.yaml', new Uint8Array(1_048_577).fill(35)),
      'it is larger than 1 MiB',
    ],
    ['a device without an end', () => '/dev/zero', 'it is larger than 1 MiB'],
    ['a name with a null character', () => 'a\0b', 'the path holds a null character'],
  ])('%s', (_title, path, reason) => {
    expect(() => loadPolicy(path())).toThrow(
      expect.objectContaining({
        code: 'io/cannot-read',
        exit: 2,
        message: expect.stringMatching(new RegExp(`^cannot read policy ".*": ${reason}$`)),
        hint: expect.any(String),
      }),
    );
  });

  test('bytes that are not UTF-8', () => {
    const path = write('latin1.yaml', Uint8Array.of(0x61, 0x0a, 0x62, 0xe9, 0x0a));
    expect(() => loadPolicy(path)).toThrow(`${path}:2: the file is not UTF-8 text (save it as UTF-8)`);
  });

  test('UTF-16', () => {
    const path = write('wide.yaml', Uint8Array.of(0xff, 0xfe, 0x61, 0x00));
    expect(() => loadPolicy(path)).toThrow(
      `${path}:1: the file is UTF-16, expected UTF-8 (save it as UTF-8)`,
    );
  });

  test('a policy of exactly 1 MiB', () => {
    const text = 'version: 1\nlimits: [{ name: a, rate: 1/s }]\n#';
    const path = write('full.yaml', text + 'x'.repeat(1_048_576 - text.length));
    expect(loadPolicy(path).policy.limits).toHaveLength(1);
  });

  test('another way to read', () => {
    const read = () => new TextEncoder().encode('version: 1\nlimits: [{ name: a, rate: 1/s }]\n');
    expect(loadPolicy('anywhere', read).file).toBe('anywhere');
  });
});
