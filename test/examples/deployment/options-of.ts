import {allCommands} from '../../../src/cli/completion/command-tree.ts';
import {completionTree} from '../../../src/cli/completion/completion-script.ts';
import {createProgram} from '../../../src/cli/program.ts';
import {testContext} from '../../cli/test-context.ts';

/** The long flags of a command: `--listen`. */
export const optionsOf = (path: string): readonly string[] => {
  const command = allCommands(completionTree(createProgram(testContext()))).find(
    (one) => one.path.slice(1).join(' ') === path,
  );
  if (command === undefined) throw new Error(`no command ${path}`);
  return command.options.flatMap((option) => option.flags).filter((name) => name.startsWith('--'));
};
