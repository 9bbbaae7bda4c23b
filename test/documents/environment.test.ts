import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ExitCode} from '../../src/base/exit-code.ts';
import {environment} from '../../src/cli/help-topics/environment.ts';
import {exitCodes} from '../../src/cli/help-topics/exit-codes.ts';
import {ROOT} from '../e2e/command.ts';

/** Everybody knows them, or they are nobody's to set. */
const LEFT_OUT = ['HOME', 'NODE_ENV', 'DEBUG'];

/** Read by the client of Postgres, not by the sources. */
const OF_LIBRARIES = ['PGUSER', 'PGDATABASE'];

const sources = readdirSync(join(ROOT, 'src'), {recursive: true, encoding: 'utf8'})
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith(join('cli', 'help-topics')))
  .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
  // Examples in comments read variables, too.
  .map((text) => text.replaceAll(/^\s*\*.*$/gm, ''));

/** `RATE_LIMIT_…` is the library's, and in docs/library.md. */
const NAMES = /\benv(?:\?\.)?(?:\['([A-Z][A-Z0-9_]+)'\]|\.([A-Z][A-Z0-9_]+))|'((?:RATECTL|XDG)_[A-Z_]+)'/g;
const read = new Set(
  sources.flatMap((text) => [...text.matchAll(NAMES)].map(([, one, two, three]) => one ?? two ?? three!)),
);

const listed = [...environment.matchAll(/^ {2}([A-Z][A-Z0-9_, ]+?)(?:=\S+)?(?: {2,}| the |$)/gm)].flatMap(
  ([, names = '']) => names.split(/, ?/),
);

test('the topic "environment" lists every variable that the program reads', () => {
  expect(read.size).toBeGreaterThan(25);
  expect([...read].filter((name) => !LEFT_OUT.includes(name) && !environment.includes(name))).toEqual([]);
});

test('the topic "environment" lists none that nothing reads', () => {
  expect(listed.length).toBeGreaterThan(25);
  const isRead = (name: string): boolean => sources.some((text) => text.includes(`'${name}'`));
  expect(listed.filter((name) => !OF_LIBRARIES.includes(name) && !isRead(name))).toEqual([]);
});

test.each([
  ['the topic "exit-codes"', exitCodes, /^ {2,4}(\d+) {2}/gm],
  ['docs/exit-codes.md', readFileSync(join(ROOT, 'docs', 'exit-codes.md'), 'utf8'), /^\| (\d+) \|/gm],
])('%s lists the codes that there are', (_, text, codes) => {
  expect([...text.matchAll(codes)].map(([, code]) => Number(code))).toEqual(Object.values(ExitCode));
});
