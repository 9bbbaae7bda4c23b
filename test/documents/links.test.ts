import {existsSync, readFileSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ROOT} from '../e2e/command.ts';
import {anchorsOf} from './anchors.ts';
import {documents, proseOf, readDocument} from './document.ts';

const DOCUMENTS = [...documents(), readDocument('CONTRIBUTING.md'), readDocument('CHANGELOG.md')];

/** Targets of links and pictures that are not on the web: `docs/faq.md#which-store`, from the root. */
const targetsOf = (path: string, prose: string): readonly {path: string; anchor: string}[] =>
  [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, target = '']) => {
    const [file = '', anchor = ''] = target.split('#');
    return {path: file === '' ? path : normalize(join(dirname(path), file)), anchor};
  });

describe('links of the documents', () => {
  test.each(DOCUMENTS)('$path: leads to files and headings that are there', (document) => {
    const broken = targetsOf(document.path, proseOf(document)).filter(({path, anchor}) => {
      const file = join(ROOT, path);
      if (!existsSync(file)) return true;
      return anchor !== '' && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('every document of docs/ is reached from README.md', () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path) || !path.endsWith('.md') || !existsSync(join(ROOT, path))) return;
      reached.add(path);
      for (const target of targetsOf(path, proseOf(readDocument(path)))) visit(target.path);
    };
    visit('README.md');
    expect(
      documents()
        .filter(({path}) => !reached.has(path))
        .map(({path}) => path),
    ).toEqual([]);
  });
});

describe('anchors', () => {
  test.each([
    ['## Token bucket or GCRA?', 'token-bucket-or-gcra'],
    [
      '### Why is somebody refused who waited for `Retry-After`?',
      'why-is-somebody-refused-who-waited-for-retry-after',
    ],
    ['## Files: YAML, JSON, bounds', 'files-yaml-json-bounds'],
    ['## See [the list](list.md) of *all*', 'see-the-list-of-all'],
  ])('%s is %s', (heading, anchor) => {
    expect(anchorsOf(`${heading}\n`)).toEqual([anchor]);
  });

  test('a heading that is there twice is numbered, and those in code are none', () => {
    expect(anchorsOf('## A\n```sh\n# no\n```\n## A\n')).toEqual(['a', 'a-1']);
  });
});
