import {describe, expect, test} from 'vitest';
import {ExitCode} from '../../src/base/exit-code.ts';
import {HELP_TOPICS} from '../../src/cli/help-topics.ts';
import {VERSION} from '../../src/cli/version.ts';
import {TRACE_FORMATS} from '../../src/trace/formats/registry.ts';
import {filesBelow, textOf} from './source-tree.ts';

interface Package {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(textOf('package.json')) as Package;
const all = filesBelow('.');

describe('what is said in two places is the same', () => {
  test('the version', () => {
    expect(VERSION).toBe(manifest.version);
    expect(textOf('CHANGELOG.md')).toContain(`[${manifest.version}]`);
  });

  test('every dependency is explained', () => {
    const text = textOf('docs/dependencies.md');
    for (const name of Object.keys({...manifest.dependencies, ...manifest.devDependencies}))
      expect(text).toContain(`\`${name}\``);
  });

  test('every npm script that a document names exists', () => {
    const documents = all.filter((path) => path.endsWith('.md') || path === '.ci/run');
    for (const path of documents) {
      for (const [, name] of textOf(path).matchAll(/npm run ([a-z:]+)/g))
        expect(Object.keys(manifest.scripts), `npm run ${name} in ${path}`).toContain(name);
    }
  });

  test('every exit code is in the table and in the help', async () => {
    const topic = await HELP_TOPICS.find(({name}) => name === 'exit-codes')!.text();
    for (const code of Object.values(ExitCode)) {
      expect(textOf('docs/exit-codes.md')).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
      expect(topic).toMatch(new RegExp(`^ +${code}  `, 'm'));
    }
  });

  test.each(TRACE_FORMATS.map(({name}) => name))('docs/traces.md knows the format %s', (name) => {
    expect(textOf('docs/traces.md')).toContain(`\`${name}\``);
  });
});

describe('documents', () => {
  test.each(all.filter((path) => path.endsWith('.md')))('%s: links lead to files that are there', (path) => {
    const folder = path.split('/').slice(0, -1);
    for (const [, target = ''] of textOf(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      const parts = [...folder];
      for (const part of target.replace(/\/$/, '').split('/')) {
        if (part === '..') parts.pop();
        else if (part !== '.') parts.push(part);
      }
      const found = all.some((file) => file === parts.join('/') || file.startsWith(`${parts.join('/')}/`));
      expect(found, `${target} in ${path}`).toBe(true);
    }
  });
});

describe('the repository stands by itself', () => {
  // Put together here, so that this file does not hold what it looks for.
  const anywhere = [
    ['/work', '/'],
    ['/ro', 'ot/'],
    ['/home', '/[a-z]'],
    ['npm', 'js\\.'],
    ['registry\\.', '[a-z-]+\\.(?:org|com|io)'],
    ['yarn', 'pkg\\.com'],
  ];
  const beside = new RegExp(['\\.\\./', 'shared|', 'shared/(?:data|hooks|reference|spec)'].join(''));
  const forbidden = new RegExp(anywhere.map((parts) => parts.join('')).join('|'));
  // Licences of others are handed on word for word.
  const texts = all.filter((path) => !/\.(?:gz|zst|png)$|^\.ci\/licences\//.test(path));

  test('no file names a path of a machine or the host of a registry', () => {
    expect(texts.filter((path) => forbidden.test(textOf(path)))).toEqual([]);
  });

  test('only the suite over foreign traces looks at the folder beside the repository', () => {
    const may = (path: string): boolean => path.startsWith('test/traces/') || path === '.ci/run';
    expect(texts.filter((path) => beside.test(textOf(path)) && !may(path))).toEqual([]);
  });
});
