import {type Command, InvalidArgumentError, Option} from 'commander';
import type {Style} from '../../view/style.ts';
import type {CliContext} from '../context.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'jsonl', 'csv', 'md'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface OutputFlags {
  readonly output: OutputFormat;
  readonly json?: boolean;
  readonly color: 'auto' | 'always' | 'never';
  readonly ascii?: boolean;
  readonly quiet?: boolean;
}

const GROUP = 'Output:';

/** Adds the flags every command that prints an answer has. */
export const addOutputOptions = (
  command: Command,
  formats: readonly (OutputFormat | 'html')[] = OUTPUT_FORMATS,
): Command =>
  command
    .addOption(
      new Option('-o, --output <format>', 'how to print the answer')
        .choices([...formats])
        .default('table')
        .helpGroup(GROUP),
    )
    .addOption(new Option('--json', 'the same as -o json').conflicts('output').helpGroup(GROUP))
    .addOption(
      new Option('--color <when>', 'colour: auto looks at the terminal and NO_COLOR')
        .choices(['auto', 'always', 'never'])
        .default('auto')
        .helpGroup(GROUP),
    )
    .addOption(new Option('--ascii', 'draw with ASCII characters only').helpGroup(GROUP))
    .addOption(new Option('-q, --quiet', 'no notes, warnings or progress on stderr').helpGroup(GROUP));

export const outputFormat = (flags: OutputFlags): OutputFormat =>
  flags.json === true ? 'json' : flags.output;

/** Colour by the conventions: --color, then NO_COLOR, then CLICOLOR_FORCE and FORCE_COLOR, then TERM, CLICOLOR and whether it is a terminal. */
const wantsColour = (flags: OutputFlags, {streams}: CliContext): boolean => {
  const {env} = streams;
  if (flags.color !== 'auto') return flags.color === 'always';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  for (const name of ['CLICOLOR_FORCE', 'FORCE_COLOR'])
    if (env[name] !== undefined && env[name] !== '') return env[name] !== '0' && env[name] !== 'false';
  return streams.out.isTTY && env['TERM'] !== 'dumb' && env['CLICOLOR'] !== '0';
};

/**
 * The first of LC_ALL, LC_CTYPE, LANG that is set decides whether the terminal shows UTF-8. None, `C` and `POSIX`, as containers
 * have it, say nothing about the terminal and count as UTF-8.
 */
const isUtf8 = (env: CliContext['streams']['env']): boolean => {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale === undefined || locale === 'C' || locale === 'POSIX' || /utf-?8/i.test(locale);
};

/** How views draw. In a pipe the width is that of COLUMNS or 80, and the characters do not depend on the locale. */
export const styleOf = (flags: OutputFlags, context: CliContext): Style => {
  const {out, env} = context.streams;
  return {
    width: out.columns,
    colour: wantsColour(flags, context),
    ascii: flags.ascii === true || (out.isTTY && !isUtf8(env)),
  };
};

/** A commander parser for a whole number within bounds. */
export const wholeNumber =
  (from: number, to: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < from || value > to)
      throw new InvalidArgumentError(`expected a whole number from ${from} to ${to}.`);
    return value;
  };

/** A commander parser that collects a repeatable flag. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
