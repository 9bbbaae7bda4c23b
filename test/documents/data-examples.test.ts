import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {parse} from 'yaml';
import {createLimiter} from '../../src/guard/create-limiter.ts';
import {denialBody, toJsonRpcError} from '../../src/guard/http/answers.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {ROOT} from '../e2e/command.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type Block, documents, filesBelow} from './document.ts';
import {Manual} from './manual.ts';

const blocksOf = (language: string): readonly (Block & {path: string})[] =>
  documents().flatMap(({path, blocks}) =>
    blocks.filter((block) => block.language === language).map((block) => ({...block, path})),
  );

/** One value, or one on each line. */
const valuesOf = (json: string): readonly unknown[] => {
  try {
    return [JSON.parse(json)];
  } catch {
    return json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }
};

describe('JSON of the documents', () => {
  test.each(blocksOf('json'))('$path:$line: parses, and is what its schema says', ({code}) => {
    for (const value of valuesOf(code)) {
      const {schema} = value as {schema?: string};
      const [, name = ''] = /^ratectl\.([\w-]+)\/\d+$/.exec(schema ?? '') ?? [];
      const file = join(ROOT, 'docs', 'json', `${name}.schema.json`);
      if (existsSync(file)) expect(schemaErrors(JSON.parse(readFileSync(file, 'utf8')), value)).toEqual([]);
    }
  });

  test.each(filesBelow('docs/json'))('%s is JSON', (path) => {
    expect(() => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))).not.toThrow();
  });

  test('the refusals of docs/library.md have the members that refusals have', async () => {
    const policy = {version: 1, limits: [{name: 'a', key: '{key}', rate: '1/h'}]} as const;
    const limiter = await createLimiter({policy, store: 'memory:'});
    await limiter.check({key: 'k'});
    const decision = await limiter.check({key: 'k'});
    await limiter.close();
    const [body, rpc] = blocksOf('json')
      .filter(({path}) => path === 'docs/library.md')
      .map(({code}) => JSON.parse(code) as {error: {data: object}});
    expect(Object.keys(body!).sort()).toEqual(Object.keys(denialBody(decision)).sort());
    const real = toJsonRpcError(decision, 7) as unknown as {error: {data: object}};
    expect(Object.keys(rpc!.error.data).sort()).toEqual(Object.keys(real.error.data).sort());
  });
});

describe('YAML of the documents', {timeout: 60_000}, () => {
  const blocks = blocksOf('yaml');

  test.each(blocks)('$path:$line: parses', ({code}) => {
    expect(parse(code)).toBeTypeOf('object');
  });

  test.each(blocks.filter(({code}) => /^version: 1$/m.test(code)))('$path:$line: is a policy', ({code}) => {
    expect(() => parsePolicy(code, 'example.yaml')).not.toThrow();
  });

  test.each(blocks.filter(({path}) => path === 'docs/configuration.md'))(
    '$path:$line: is a configuration that commands take',
    async ({code}) => {
      const manual = new Manual({files: {'.config/ratectl/config.yaml': code}});
      onTestFinished(() => manual.remove());
      const {failures, err, out} = await manual.run('ratectl config explain');
      expect(failures, err).toEqual([]);
      expect(out).toContain('context');
    },
  );

  test.each(filesBelow('examples').filter((path) => /policies\/.*\.yaml$|\/ratectl\.yaml$/.test(path)))(
    '%s is a policy',
    (path) => {
      expect(() => parsePolicy(readFileSync(join(ROOT, path), 'utf8'), path)).not.toThrow();
    },
  );
});
