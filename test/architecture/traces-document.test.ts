import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {TRACE_FORMATS} from '../../src/trace/formats/registry.ts';
import {testContext} from '../cli/test-context.ts';
import {textOf} from './source-tree.ts';

const examples = [
  ...textOf('docs/traces.md').matchAll(/^### `([a-z0-9-]+)`\n\n```text\n([\s\S]*?)```$/gm),
].map(([, name = '', text = '']) => ({name, text}));

const folder = mkdtempSync(join(tmpdir(), 'ratectl-traces-document-'));
afterAll(() => rmSync(folder, {recursive: true}));

interface Info {
  readonly format: string;
  readonly requests: number;
  readonly skipped: number;
  readonly keys: number;
  readonly start: string;
}

const info = async (file: string, ...flags: readonly string[]): Promise<Info> => {
  const context = testContext();
  await runProgram(['trace', 'info', file, ...flags, '--json'], context);
  return (JSON.parse(context.written.out) as {data: {files: [Info]}}).data.files[0];
};

describe('docs/traces.md', () => {
  test('has an example for every format', () => {
    expect(examples.map(({name}) => name).sort()).toEqual(TRACE_FORMATS.map(({name}) => name).sort());
  });

  test.each(examples)(
    '$name: the example is found to be of that format and is read whole',
    async ({name, text}) => {
      const file = join(folder, `example-of-${name}`);
      writeFileSync(file, text);
      const read = await info(file);
      expect(read).toMatchObject({format: name, skipped: 0});
      expect(read.requests).toBeGreaterThan(0);
      expect(read.keys).toBe(read.requests);
      expect(read.start).toMatch(/^2026-01-05T(?:12:00:00|08:30:00)\./);
    },
  );
});
