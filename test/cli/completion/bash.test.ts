import {Argument, Command, Option} from 'commander';
import {describe, expect, test} from 'vitest';
import {bashCompletion} from '../../../src/cli/completion/bash.ts';
import {readCommandTree} from '../../../src/cli/completion/command-tree.ts';
import {completeInBash} from './complete.ts';

const small = (): Command => {
  const program = new Command('ratectl').option('-V, --version', 'print the version').helpCommand(false);
  program
    .command('simulate')
    .helpCommand(false)
    .argument('<trace...>')
    .option('-p, --policy <file>', 'a file')
    .option('--map <pairs>', 'any text')
    .addOption(new Option('-o, --output <format>', 'a word').choices(['table', 'json']))
    .command('merge')
    .argument('<report...>')
    .option('--ci', 'no value');
  const trace = program.command('trace').helpCommand(false);
  trace.command('info').argument('<trace>').argument('[note]');
  trace.command('generate').option('--kind <kind>', 'known elsewhere');
  program.command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh']));
  return program;
};

describe('completion in bash', () => {
  const script = bashCompletion(
    readCommandTree(small(), new Map([['trace generate --kind', ['poisson', 'burst']]])),
  );

  test.each([
    // line up to the cursor, words offered, whether paths are
    ['ratectl ', ['simulate', 'trace', 'completion'], false],
    ['ratectl s', ['simulate'], false],
    ['ratectl -', ['-V', '--version', '-h', '--help'], false],
    ['ratectl nonsense ', [], false],
    ['ratectl simulate ', ['merge'], true],
    ['ratectl simulate a.log ', [], true],
    ['ratectl simulate - ', [], true],
    ['ratectl simulate a.log me', [], true],
    ['ratectl simulate --p', ['--policy'], false],
    ['ratectl simulate --policy ', [], true],
    ['ratectl simulate --policy=', [], true],
    ['ratectl simulate --policy p.yaml ', ['merge'], true],
    ['ratectl simulate --policy=p.yaml ', ['merge'], true],
    ['ratectl simulate --map ', [], false],
    ['ratectl simulate -o ', ['table', 'json'], false],
    ['ratectl simulate --output=', ['table', 'json'], false],
    ['ratectl simulate --output=j', ['json'], false],
    ['ratectl simulate -o trace --', ['--policy', '--map', '--output', '--help'], false],
    ['ratectl simulate merge ', [], true],
    ['ratectl simulate merge a.json ', [], true],
    ['ratectl simulate merge --', ['--ci', '--help'], false],
    ['ratectl trace ', ['info', 'generate'], false],
    ['ratectl trace info ', [], true],
    ['ratectl trace info a.log ', [], false],
    ['ratectl trace generate --kind ', ['poisson', 'burst'], false],
    ['ratectl trace generate --kind b', ['burst'], false],
    ['ratectl completion ', ['bash', 'zsh'], false],
    ['ratectl completion bash ', [], false],
  ])('%s⇥', (line, words, files) => {
    expect(completeInBash(script, line)).toEqual({words, files});
  });
});
