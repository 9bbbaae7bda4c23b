import type {Command} from 'commander';
import {bashCompletion} from './bash.ts';
import {type CommandNode, readCommandTree} from './command-tree.ts';
import {fishCompletion} from './fish.ts';
import {knownChoices} from './known-choices.ts';
import {zshCompletion} from './zsh.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const GENERATORS: Readonly<Record<Shell, (root: CommandNode) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const namesOf = (commands: readonly Command[]): readonly string[] =>
  commands.map((command) => command.name());

/** The command tree with all words known. */
export const completionTree = (program: Command): CommandNode =>
  readCommandTree(program, knownChoices(namesOf(program.createHelp().visibleCommands(program))));

export const completionScript = (program: Command, shell: Shell): string =>
  GENERATORS[shell](completionTree(program));
