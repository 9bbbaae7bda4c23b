import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ConfigFolder} from '../config/config-folder.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {contextIn, ratectl} from './config-cli.ts';

const schemaOf = (name: string): Readonly<Record<string, unknown>> =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'json', `${name}.schema.json`), 'utf8'),
  );

const FILE = `context: a
contexts:
  a: {store: "rediss://u@a?ca=x", passwordFile: /pw, policy: p.yaml, prefix: x, timeout: 2s}
  b: {store: "nonsense://", production: true}
`;

test.each([
  ['context-ls', ['context', 'ls']],
  ['context-use', ['context', 'use', 'a']],
  ['context-use', ['context', 'use', '--none']],
  ['context-add', ['context', 'add', 'c', '--store', 'postgres://db/app', '--use']],
  ['context-rm', ['context', 'rm', 'a']],
  ['config-explain', ['config', 'explain']],
  ['config-explain', ['config', 'explain', '--store', 'redis://:x@h', '--timeout', '1s']],
  ['config-explain', ['config', 'explain', '--no-config']],
  ['config-path', ['config', 'path']],
])('docs/json/%s.schema.json describes the answer of %j', async (name, argv) => {
  const folder = new ConfigFolder().user(FILE);
  const context = contextIn(folder.cwd, {HOME: folder.home, RATECTL_PREFIX: 'p'});
  const {exit, out} = await ratectl(context, ...argv, '--json');
  expect(exit).toBe(0);
  expect(schemaErrors(schemaOf(name), JSON.parse(out))).toEqual([]);
});
