import {Argument, type Command} from 'commander';
import type {CliContext} from '../context.ts';

const EXAMPLES = `
Examples:
  # bash, for this user
  ratectl completion bash > ~/.local/share/bash-completion/completions/ratectl

  # zsh: any folder of $fpath
  ratectl completion zsh > ~/.zsh/completions/_ratectl

  # fish
  ratectl completion fish > ~/.config/fish/completions/ratectl.fish
`;

export const registerCompletion = (program: Command, context: CliContext): void => {
  program
    .command('completion')
    .description('Print the script that completes commands, options and files in a shell.')
    .addArgument(new Argument('<shell>', 'the shell to print it for').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const {completionScript} = await import('../completion/completion-script.ts');
      await context.streams.out.write(completionScript(program, shell));
    });
};
