import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {allCommands} from '../../../src/cli/completion/command-tree.ts';
import {
  completionScript,
  completionTree,
  SHELLS,
  type Shell,
} from '../../../src/cli/completion/completion-script.ts';
import {createProgram} from '../../../src/cli/program.ts';
import {testContext} from '../test-context.ts';
import {completeInBash} from './complete.ts';

/** Where the script of each shell lies in the repository. */
const SCRIPT_FILES: Readonly<Record<Shell, string>> = {
  bash: 'completions/ratectl.bash',
  zsh: 'completions/_ratectl',
  fish: 'completions/ratectl.fish',
};

const ROOT = join(import.meta.dirname, '..', '..', '..');

const script = (shell: (typeof SHELLS)[number]): string =>
  completionScript(createProgram(testContext()), shell);

describe('the scripts in completions/', () => {
  test.each(SHELLS)('%s: is what the commands generate', (shell) => {
    const file = join(ROOT, SCRIPT_FILES[shell]);
    const generated = script(shell);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, generated);
    expect(
      readFileSync(file, 'utf8'),
      `${SCRIPT_FILES[shell]} is stale: UPDATE_GOLDEN=1 writes it anew`,
    ).toBe(generated);
  });

  test.each(SHELLS)('%s: knows every command and every long option', (shell) => {
    const text = readFileSync(join(ROOT, SCRIPT_FILES[shell]), 'utf8');
    for (const command of allCommands(completionTree(createProgram(testContext())))) {
      expect(text).toContain(command.path.join(' '));
      for (const flag of command.options.flatMap((option) => option.flags)) {
        const written =
          shell === 'fish' ? (flag.startsWith('--') ? `-l ${flag.slice(2)} ` : `-s ${flag.slice(1)} `) : flag;
        expect(text, `${flag} of ${command.path.join(' ')}`).toContain(written);
      }
    }
  });

  test.each([
    ['ratectl s', ['status', 'serve', 'simulate'], false],
    ['ratectl simulate --output ', ['table', 'wide', 'json', 'jsonl', 'csv', 'md'], false],
    ['ratectl simulate --format ndj', ['ndjson'], false],
    ['ratectl simulate --policy ', [], true],
    ['ratectl trace ', ['info', 'generate', 'formats'], false],
    ['ratectl trace generate --jitter ', ['none', 'full', 'equal', 'decorrelated'], false],
    ['ratectl help exit', ['exit-codes'], false],
    ['ratectl help _', [], false],
  ])('bash answers: %s⇥', (line, words, files) => {
    expect(completeInBash(script('bash'), line)).toEqual({words, files});
  });

  test('an older bash, which has no compopt, gets the space behind a word with the word', () => {
    const older = script('bash').replaceAll('BASH_VERSINFO[0]', '3');
    expect(completeInBash(older, 'ratectl simu')).toEqual({words: ['simulate '], files: false});
    expect(completeInBash(script('bash'), 'ratectl simu')).toEqual({words: ['simulate'], files: false});
  });
});
