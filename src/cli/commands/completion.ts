import {Argument, type Command} from 'commander';
import type {CliContext} from '../context.ts';

const EXAMPLES = `
Examples:
  # bash, for this user
  mkdir -p ~/.local/share/bash-completion/completions
  ratectl completion bash > ~/.local/share/bash-completion/completions/ratectl

  # zsh: any folder of $fpath
  mkdir -p ~/.zsh/completions
  ratectl completion zsh > ~/.zsh/completions/_ratectl

  # fish
  mkdir -p ~/.config/fish/completions
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

/** What the scripts ask when TAB is pressed: `ratectl __complete KIND TYPED [WORD...]`, one value to a line. */
export const registerComplete = (program: Command, context: CliContext): void => {
  program
    .command('__complete', {hidden: true})
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .argument('<kind>')
    .argument('[typed]')
    .argument('[words...]')
    .action(async (kind: string, typed = '', words: readonly string[] = []) => {
      const [{DYNAMIC_KINDS}, {dynamicValues}] = await Promise.all([
        import('../completion/dynamic-kinds.ts'),
        import('../completion/dynamic-values.ts'),
      ]);
      const known = DYNAMIC_KINDS.find((name) => name === kind);
      if (known === undefined) return;
      const values = await dynamicValues(known, typed, words, context);
      await context.streams.out.write(values.map((value) => `${value}\n`).join(''));
    });
};
