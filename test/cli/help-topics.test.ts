import {describe, expect, test} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {allCommands} from '../../src/cli/completion/command-tree.ts';
import {completionTree} from '../../src/cli/completion/completion-script.ts';
import {HELP_TOPICS} from '../../src/cli/help-topics.ts';
import {createProgram, runProgram} from '../../src/cli/program.ts';
import {testContext} from './test-context.ts';

interface Answer {
  readonly exit: number;
  readonly out: string;
  readonly error: string | undefined;
}

const run = async (...argv: readonly string[]): Promise<Answer> => {
  const context = testContext();
  try {
    await runProgram(argv, context);
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    return {exit: error.exit, out: context.written.out, error: `${error.message}; ${error.hint}`};
  }
  return {exit: context.exitCode, out: context.written.out, error: context.written.err || undefined};
};

describe('ratectl help', () => {
  test.each(HELP_TOPICS)('$name: prints its text and ends with 0', async ({name, text}) => {
    expect(await run('help', name)).toEqual({exit: 0, out: await text(), error: undefined});
  });

  test.each(HELP_TOPICS)('$name: fits into 80 columns', async ({text}) => {
    const lines = (await text()).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.at(-1)).toBe('');
  });

  test('lists the topics below the commands', async () => {
    const {out} = await run('--help');
    expect(out).toContain('Help topics (ratectl help <topic>):\n');
    for (const {name, summary} of HELP_TOPICS)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.replaceAll(/[^a-zA-Z ,]/g, '.')}$`, 'm'));
    expect(await run('help')).toMatchObject({exit: 0, out});
    expect(await run()).toMatchObject({exit: 0, out});
  });

  test.each([['simulate'], ['trace', 'info'], ['simulate', 'merge']])(
    'shows the help of a command: %s %s',
    async (...words) => {
      const {exit, out} = await run('help', ...words.filter((word) => word !== undefined));
      expect(exit).toBe(0);
      expect(out).toMatch(new RegExp(`^Usage: ratectl ${words.join(' ')} `));
      expect(out).toBe((await run(...words, '--help')).out);
    },
  );

  test.each([
    [['help', 'exit-code'], 'no command or help topic "exit-code" (did you mean "exit-codes"?); there are: '],
    [['help', 'simulat'], '(did you mean "simulate"?)'],
    [
      ['help', 'trace', 'inf'],
      'no command or help topic "trace inf" (did you mean "info"?); there are: info, generate, formats',
    ],
    [['help', 'trace', 'info', 'x'], 'see: ratectl help trace info'],
    [['help', '\u001b[31m'], '\\u001b[31m'],
  ])('%s: says what there is and ends with 2', async (argv, message) => {
    const {exit, out, error} = await run(...argv);
    expect({exit, out}).toEqual({exit: 2, out: ''});
    expect(error).toContain(message);
  });

  test('names no hidden command when there is none of that name', async () => {
    expect((await run('help', 'nonsense')).error).not.toContain('__complete');
  });

  test.each([80, 60])('the help of every command fits into %i columns, examples into 80', async (columns) => {
    const commands = allCommands(completionTree(createProgram(testContext())));
    expect(commands.length).toBeGreaterThan(10);
    for (const {path} of commands) {
      const context = testContext({}, columns);
      await runProgram([...path.slice(1), '--help'], context);
      const [options = '', examples = ''] = context.written.out.split(/^(?=Examples:)/m);
      const beyond = (text: string, most: number): readonly string[] =>
        text.split('\n').filter((line) => line.length > most);
      expect([...beyond(options, columns), ...beyond(examples, 80)], path.join(' ')).toEqual([]);
    }
  });

  test('is one command, not two', () => {
    const program = createProgram(testContext());
    const names = program
      .createHelp()
      .visibleCommands(program)
      .map((command) => command.name());
    expect(names.filter((name) => name === 'help')).toEqual(['help']);
  });
});
