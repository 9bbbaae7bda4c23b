import type {Argument, Command, Option} from 'commander';
import {type DynamicKind, dynamicKind} from './dynamic-kinds.ts';

/** What can stand in a place of the command line. */
export interface Slot {
  /** `file`, `duration`: as the help calls it. */
  readonly name: string;
  /** The words that may stand here; empty when any text may. */
  readonly choices: readonly string[];
  /** Asked for when TAB is pressed. */
  readonly dynamic: DynamicKind | undefined;
  /** Whether it is the path of a file. */
  readonly file: boolean;
}

export interface ArgumentNode extends Slot {
  readonly variadic: boolean;
}

export interface OptionNode {
  /** `-o`, `--output`; one of them may be missing. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined for a flag without a value. */
  readonly value: Slot | undefined;
  readonly repeatable: boolean;
}

/** A command as completion sees it. */
export interface CommandNode {
  readonly name: string;
  /** Names from the program to this command: `['ratectl', 'trace', 'info']`. */
  readonly path: readonly string[];
  /** One line. */
  readonly description: string;
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

/** Choices that the command tree does not hold itself, by command and place: `trace generate --kind`, `help <topic>`. */
export type KnownChoices = ReadonlyMap<string, readonly string[]>;

const FILES = /^(?:files?|trace|policy|report|path)$/;

const slotOf = (name: string, choices: readonly string[], dynamic: DynamicKind | undefined): Slot => ({
  name,
  choices,
  dynamic: choices.length > 0 ? undefined : dynamic,
  file: choices.length === 0 && FILES.test(name),
});

const optionNode = (option: Option, place: string, known: KnownChoices): OptionNode => {
  const takesValue = option.required || option.optional;
  const name = /[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? 'value';
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    value: takesValue
      ? slotOf(
          name,
          option.argChoices ?? known.get(`${place} ${option.long}`) ?? [],
          dynamicKind(place, option.long ?? '', name),
        )
      : undefined,
    // A parser of its own that is given what came before is how a repeatable flag collects.
    repeatable: option.variadic || / \(repeatable\)/.test(option.description),
  };
};

const argumentNode = (argument: Argument, place: string, known: KnownChoices): ArgumentNode => ({
  ...slotOf(
    argument.name(),
    argument.argChoices ?? known.get(`${place} <${argument.name()}>`) ?? [],
    dynamicKind(place, undefined, argument.name()),
  ),
  variadic: argument.variadic,
});

/** Longer help begins with one sentence: that is the description. */
const firstLine = (text: string): string => (text.split('\n', 1)[0] as string).replace(/[.:]$/, '');

/** The visible part of a commander tree as plain data. */
export const readCommandTree = (
  command: Command,
  known: KnownChoices = new Map(),
  above: readonly string[] = [],
): CommandNode => {
  const path = [...above, command.name()];
  const place = path.slice(1).join(' ');
  const help = command.createHelp();
  return {
    name: command.name(),
    path,
    description: firstLine(command.summary() || command.description()),
    arguments: command.registeredArguments.map((argument) => argumentNode(argument, place, known)),
    options: help.visibleOptions(command).map((option) => optionNode(option, place, known)),
    commands: help.visibleCommands(command).map((child) => readCommandTree(child, known, path)),
  };
};

/** A command and all below it, in order of the help. */
export const allCommands = (root: CommandNode): readonly CommandNode[] => [
  root,
  ...root.commands.flatMap(allCommands),
];
