import type {Command} from 'commander';
import {describe, expect, test} from 'vitest';
import {atOnce} from '../../src/cli/at-once.ts';
import {createProgram, runProgram} from '../../src/cli/program.ts';
import {VERSION} from '../../src/cli/version.ts';
import {ratectl} from '../e2e/command.ts';
import {testContext} from './test-context.ts';

const whole = createProgram(testContext());

const helpOf = (command: Command): readonly string[] => {
  let text = '';
  command.configureOutput({writeOut: (more) => (text += more)}).outputHelp();
  return [text, ...command.commands.flatMap(helpOf)];
};

/** What the command line prints, from the whole tree of commands. */
const overview = async (columns: number): Promise<string> => {
  const context = testContext({}, columns);
  await runProgram(['--help'], context);
  return context.written.out;
};

describe('the tree of one command alone', {timeout: 60_000}, () => {
  test.each(whole.commands.map((command) => command.name()))(
    '%s has the same help as in the whole tree',
    (name) => {
      const alone = createProgram(testContext(), name);
      const command = alone.commands.find((child) => child.name() === name)!;
      expect(helpOf(command)).toEqual(helpOf(whole.commands.find((child) => child.name() === name)!));
      expect(alone.commands.map((child) => child.name()).filter((child) => child !== 'help')).toEqual(
        name === 'help' ? [] : [name],
      );
    },
  );

  test.each([
    [['status', '--nonsense'], /^ratectl: unknown option '--nonsense'\n.*--help shows the usage/],
    [['trace', 'inf'], /^ratectl: unknown command 'inf'\n\(Did you mean info\?\)/],
    [['trace', 'help'], /^ratectl: unknown command 'help'\n/],
    [['token'], /^Usage: ratectl token \[options\] \[command\]/],
    [['simulate'], /^ratectl: missing required argument 'trace'\n/],
  ] as const)('says what is wrong: ratectl %j', async (words, says) => {
    const context = testContext();
    await runProgram(words, context);
    expect(context.written.err).toMatch(says);
  });

  test.each([
    ['statsu', /unknown command 'statsu'[\s\S]*Did you mean status\?/],
    ['constructor', /unknown command 'constructor'/],
  ])('is not used for what is no command: %s', async (word, says) => {
    const context = testContext();
    await runProgram([word], context);
    expect(context.written.err).toMatch(says);
    expect(context.exitCode).toBe(2);
  });

  test('is not used for scripts of completion, which name all', async () => {
    const context = testContext();
    await runProgram(['completion', 'bash'], context);
    expect(context.written.out).toContain('force-refresh');
  });
});

describe('what is answered without the tree', {timeout: 60_000}, () => {
  test.each([['--version'], ['-V'], ['--version', '--nonsense'], ['-V', 'status']])(
    'the version, in the words of the tree: %s %s',
    async (...words) => {
      const context = {...testContext(), version: VERSION};
      await runProgram(words, context);
      expect(atOnce(words, () => 80)).toBe(context.written.out);
      expect(context.exitCode).toBe(0);
    },
  );

  test.each([
    ['--versio'],
    ['-v'],
    ['status', '--version'],
    ['--help', 'status'],
    ['-hV'],
    ['--', '--version'],
  ])('nothing else: %s %s', (...words) => {
    expect(atOnce(words, () => 80)).toBeUndefined();
  });

  test.each([[[]], [['--help']], [['-h']], [['help']]])(
    'the list of commands, the same as that of the tree for every width: ratectl %j',
    async (words) => {
      for (const columns of [30, 79, 80, 81, 99, 100, 101, 200]) {
        const {code, out, err} = await ratectl(words, {env: {COLUMNS: String(columns)}});
        expect({code, out, err}).toEqual({code: 0, out: await overview(columns), err: ''});
      }
    },
  );
});
