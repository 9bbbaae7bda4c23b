import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {parseThreshold} from '../../src/simulate/threshold.ts';
import {testContext} from './test-context.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'docs', 'rehearsal.md');
const BLOCK = /^```console\n([\s\S]*?)^```$/gm;
const COMMAND = /^\$ ratectl (.*)$/gm;
/** Of a long answer a part is shown: `sed -n '/^FROM/,/TO/p'`, or the first lines. */
const PART = / \| sed -n '\/\^(\w+)\/,(?:\$|\/([^/]+)\/)p'$/;
const HEAD = / \| head -(\d+)$/;

const folder = mkdtempSync(join(tmpdir(), 'ratectl-rehearsal-'));
afterAll(() => rmSync(folder, {recursive: true}));

const words = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => (quoted ?? plain) as string);

const partOf = (text: string, line: string): string => {
  const lines = text.split('\n');
  const head = HEAD.exec(line)?.[1];
  if (head !== undefined) return `${lines.slice(0, Number(head)).join('\n')}\n`;
  const [, from, to] = PART.exec(line) ?? [];
  if (from === undefined) return text;
  const start = lines.findIndex((one) => one.startsWith(from));
  const end =
    to === undefined ? lines.length : lines.findIndex((one, i) => i > start && one.includes(to)) + 1;
  return `${lines.slice(start, end).join('\n').trimEnd()}\n`;
};

const answer = async (line: string): Promise<string> => {
  // Without the speed of this machine.
  const context = testContext({SOURCE_DATE_EPOCH: '1767614400'});
  const asked = words(line.replace(PART, '').replace(HEAD, ''));
  await runProgram(
    asked.map((word) => (word === 'rush.ndjson' ? join(folder, word) : word)),
    context,
  );
  return partOf(context.written.out, line);
};

describe('docs/rehearsal.md', {timeout: 120_000}, () => {
  const text = readFileSync(FILE, 'utf8');
  const blocks = [...text.matchAll(BLOCK)].map(([whole, body = '']) => ({whole, body}));

  test('has commands', () => {
    expect(blocks.length).toBe(3);
  });

  test('shows what the commands print', async () => {
    for (const {whole, body} of blocks) {
      let printed = '';
      for (const [command, line = ''] of body.matchAll(COMMAND))
        printed += `${command}\n${await answer(line)}`;
      if (process.env['UPDATE_GOLDEN'] === '1') {
        writeFileSync(
          FILE,
          readFileSync(FILE, 'utf8').replace(whole, () => `\`\`\`console\n${printed}\`\`\``),
        );
      } else expect(body, 'docs/rehearsal.md is stale: UPDATE_GOLDEN=1 takes the new answer').toBe(printed);
    }
  });

  test.each([...text.matchAll(/`((?:goodput|latency|rehearsal)\S* [<>=]+ \S+)`/g)].map((match) => match[1]!))(
    'the threshold %s can be read',
    (expr) => {
      expect(() => parseThreshold(expr, '--fail-if', [])).not.toThrow();
    },
  );

  test('names every metric', () => {
    const listed = [...text.matchAll(/`(?:rehearsal\.)?([a-zA-Z]+(?:\.\w+)?)`/g)].map((match) => match[1]!);
    let known = '';
    try {
      parseThreshold('rehearsal.x > 1', '--fail-if', []);
    } catch (error) {
      known = String(error);
    }
    const metrics = known.slice(known.indexOf('there are ') + 'there are '.length).split(', ');
    expect(metrics.length).toBeGreaterThan(8);
    expect(metrics.filter((metric) => !listed.includes(metric))).toEqual([]);
  });
});
