import type {EventEmitter} from 'node:events';
import type {Argument, Command, Option} from 'commander';
import {bold, italic, item, roffText, section, subsection, title, verbatim} from './roff.ts';

/** A page of the manual. */
export interface ManualPage {
  /** `ratectl-trace-info.1` */
  readonly file: string;
  readonly text: string;
}

const shown = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

const synopsis = (command: Command, path: readonly string[]): string =>
  [
    bold(path.join(' ')),
    ...(command.options.length > 0 ? [`[${italic('options')}]`] : []),
    ...command.registeredArguments.map((argument) => italic(shown(argument))),
    ...(command.commands.length > 0 && command.registeredArguments.length === 0 ? [italic('command')] : []),
  ].join(' ');

/** `-o, --output <format>`: flags bold, values in italics. */
const optionTerm = (option: Option): string =>
  option.flags
    .split(/(,? )/)
    .map((part) => (part.startsWith('-') ? bold(part) : /^[<[]/.test(part) ? italic(part) : roffText(part)))
    .join('');

const DEFAULT_GROUP = 'Options';

const groupOf = (option: Option): string => (option.helpGroupHeading ?? DEFAULT_GROUP).replace(/:$/, '');

const options = (command: Command): readonly string[] => {
  const help = command.createHelp();
  const visible = help.visibleOptions(command);
  const groups = [...new Set(visible.map(groupOf))];
  return [
    ...(visible.length > 0 ? [section('options')] : []),
    ...groups.flatMap((group) => [
      ...(groups.length > 1 ? [subsection(group)] : []),
      ...visible
        .filter((one) => groupOf(one) === group)
        .map((one) => item(optionTerm(one), help.optionDescription(one))),
    ]),
  ];
};

const described = (command: Command): readonly string[] =>
  command.registeredArguments.some(({description}) => description !== '')
    ? [
        section('arguments'),
        ...command.registeredArguments.map((argument) => item(italic(shown(argument)), argument.description)),
      ]
    : [];

const below = (command: Command, path: readonly string[]): readonly string[] => {
  const commands = command.createHelp().visibleCommands(command);
  const line = (child: Command): string =>
    item(`${bold([...path, child.name()].join('-'))}(1)`, child.summary() || child.description());
  return commands.length === 0 ? [] : [section('commands'), ...commands.map(line)];
};

/** What the help says behind the options: examples, and more. */
const behind = (command: Command): string => {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  // Commander is an emitter, and tells those who add to the help so; its types leave it out.
  (command as unknown as EventEmitter).emit('afterHelp', {error: false, write, command});
  return text;
};

/** `Examples:` and the like begin a section; their lines stay as they are. */
const after = (command: Command): readonly string[] =>
  behind(command)
    .trim()
    .split(/\n(?=\S[^\n]*:\n)/)
    .filter((block) => block !== '')
    .flatMap((block) => {
      const [heading = '', ...lines] = block.split('\n');
      return /^\S.*:$/.test(heading)
        ? [section(heading.replace(/:$/, '').replace(/ \(.*\)$/, '')), verbatim(lines.join('\n').trimEnd())]
        : [section('notes'), verbatim(block)];
    });

/** Name and one line, for apropos. */
const nameLine = (name: string, text: string): string =>
  `${roffText(name)} \\- ${roffText(text.replace(/\.$/, ''))}`;

const firstSentence = (text: string): string =>
  (text.split(/\n|; |\. /, 1)[0] as string).replace(/[.:]$/, '');

/** The page of a command. `path`: its names from the program on. */
export const commandPage = (
  command: Command,
  path: readonly string[],
  version: string,
  seeAlso: readonly string[],
): ManualPage => {
  const name = path.join('-');
  const description = command.description() || command.summary();
  const text = [
    title(name, '1', version),
    section('name'),
    nameLine(name, firstSentence(command.summary() || description)),
    section('synopsis'),
    synopsis(command, path),
    section('description'),
    roffText(description),
    ...described(command),
    ...below(command, path),
    ...options(command),
    ...after(command),
    section('see also'),
    seeAlso.map((other) => roffText(other)).join(', '),
  ].join('\n');
  return {file: `${name}.1`, text: `${text}\n`};
};
