import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ALGORITHM_NAMES} from '../../src/policy/algorithm-names.ts';
import {packageRoot} from '../../src/policy/package-root.ts';
import {algorithmSvg} from '../support/algorithm-picture.ts';
import {ALGORITHM_CASES, type AlgorithmRun, runCase} from '../support/algorithm-runs.ts';

const DOCS = join(packageRoot(import.meta.url), 'docs');
const runOf = (algorithm: string): AlgorithmRun =>
  runCase(ALGORITHM_CASES.find((one) => one.algorithm === algorithm)!);
const decisions = ({requests}: AlgorithmRun): string =>
  requests.map(({allowed}) => (allowed ? 'o' : 'x')).join('');
/** How many are admitted in the last eight, around second 16. */
const around16 = (algorithm: string): number =>
  runOf(algorithm)
    .requests.slice(-8)
    .filter(({allowed}) => allowed).length;

describe('the pictures of docs/policies.md', () => {
  test('there is one for every algorithm', () => {
    expect(ALGORITHM_CASES.map(({algorithm}) => algorithm).sort()).toEqual([...ALGORITHM_NAMES].sort());
  });

  test.each(ALGORITHM_CASES)('$algorithm is what the engine decides', (one) => {
    const file = join(DOCS, 'images', `algorithm-${one.algorithm}.svg`);
    expect(readFileSync(file, 'utf8'), 'node test/bench/algorithm-pictures.ts draws it anew').toBe(
      algorithmSvg(one, runCase(one)),
    );
  });

  test.each(ALGORITHM_CASES)('$algorithm stands in its section', ({algorithm}) => {
    const text = readFileSync(join(DOCS, 'policies.md'), 'utf8');
    const section = text.split(`\n### ${algorithm}\n`)[1]?.split(/\n##+ /)[0] ?? '';
    expect(section).toMatch(
      new RegExp(`^!\\[${algorithm}: [^\\]]+\\]\\(images/algorithm-${algorithm}\\.svg\\)$`, 'm'),
    );
  });

  test.each(ALGORITHM_CASES.filter(({fine}) => fine > 1))(
    '$algorithm: a level in finer steps changes no decision',
    (one) => {
      expect(decisions(runCase({...one, fine: 1}))).toBe(decisions(runCase(one)));
    },
  );

  test('show what the words say', () => {
    expect(decisions(runOf('gcra'))).toBe(decisions(runOf('token-bucket')));
    expect(around16('fixed-window')).toBe(8);
    expect(around16('sliding-window')).toBe(4);
    expect(around16('sliding-log')).toBe(4);
    const served = runOf('leaky-bucket').requests.filter(({allowed}) => allowed);
    for (let i = 1; i < served.length; i++)
      expect(served[i]!.served - served[i - 1]!.served).toBeGreaterThanOrEqual(0.999);
  });
});
