import {describe, expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {testContext} from './test-context.ts';

const said = async (words: readonly string[]): Promise<string> => {
  const context = testContext();
  await runProgram(words, context);
  expect(context.exitCode).toBe(2);
  return context.written.err;
};

describe('a choice that there is not', () => {
  test.each([
    [['status', '--fail-on', 'limted'], 'limited'],
    [['simulate', 'access.log', '-o', 'jsn'], 'json'],
    [['completion', 'bsh'], 'bash'],
  ] as const)('is answered with the one that was meant: ratectl %j', async (words, meant) => {
    expect(await said(words)).toMatch(
      new RegExp(
        `^ratectl: .*Allowed choices are .*\\.\\n\\(Did you mean ${meant}\\?\\)\\n\\(--help shows the usage\\)\\n$`,
      ),
    );
  });

  test.each([
    [['status', '--fail-on', 'everything']],
    [['completion', 'tcsh']],
    [['status', '-o', '']],
  ] as const)('that is near to none is answered with all of them alone: ratectl %j', async ([...words]) => {
    expect(await said(words)).toMatch(/Allowed choices are [^\n]*\.\n\(--help shows the usage\)\n$/);
  });

  test('cannot write beyond its line', async () => {
    expect(await said(['status', '--fail-on', 'a\u001b[2Jlimted'])).not.toContain('\u001b');
  });
});
