import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {testContext} from './test-context.ts';

const FILE = join(import.meta.dirname, '..', '..', 'README.md');
const BLOCK = /^```console\n\$ ratectl (.*)\n([\s\S]*?)^```$/gm;
/** Of a long answer the part from a heading on is shown. */
const FROM_HEADING = / \| sed -n '\/\^([A-Za-z]+)\/,\$p'$/;

const words = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => (quoted ?? plain) as string);

const answer = async (line: string): Promise<string> => {
  const heading = FROM_HEADING.exec(line)?.[1];
  // Without the speed of this machine.
  const context = testContext({SOURCE_DATE_EPOCH: '1767614400'});
  await runProgram(words(line.replace(FROM_HEADING, '')), context);
  const {out} = context.written;
  return heading === undefined ? out : out.slice(out.search(new RegExp(`^${heading}`, 'm')));
};

describe('README.md shows what the commands print', {timeout: 60_000}, () => {
  const text = readFileSync(FILE, 'utf8');
  const blocks = [...text.matchAll(BLOCK)].map(([, line = '', shown = '']) => ({line, shown}));

  test('has commands', () => {
    expect(blocks.length).toBeGreaterThan(3);
  });

  test.each(blocks)('ratectl $line', async ({line, shown}) => {
    const printed = await answer(line);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      const before = `$ ratectl ${line}\n${shown}\`\`\``;
      writeFileSync(
        FILE,
        readFileSync(FILE, 'utf8').replace(before, () => `$ ratectl ${line}\n${printed}\`\`\``),
      );
      return;
    }
    expect(shown, 'README.md is stale: UPDATE_GOLDEN=1 takes the new answer').toBe(printed);
  });
});
