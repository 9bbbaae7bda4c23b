import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags, wholeNumber} from '../options/output.ts';
import {addSelectorOptions, type SelectorFlags} from '../options/selector.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export const REPORT_FORMATS = ['table', 'json', 'csv', 'md', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportFlags extends Omit<OutputFlags, 'output'>, StoreFlags, SelectorFlags {
  readonly output: ReportFormat;
  readonly since: string;
  readonly until?: string;
  readonly tz?: string;
  readonly filter?: string;
  readonly compare?: boolean;
  readonly limit?: number;
  readonly maxKeys: number;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  # the last seven days
  ratectl report

  # two weeks beside the two before, as one HTML file
  ratectl report --since 14d --compare --out report.html

  # some days of a zone
  ratectl report --since 2026-11-01 --until 2026-11-08 --tz Europe/Berlin

  # how full the buckets of all keys are now, too
  ratectl report --all --since 24h

  # one limit, for a pull request
  ratectl report --prefix per-ip/ -o md

  # a replay
  ratectl simulate access.log --json > result.json
  ratectl report result.json --out result.html
`;

export const registerReport = (program: Command, context: CliContext): Command => {
  const command = program
    .command('report')
    .description(
      'Sum up a range of time: who was refused, by which limit, when; tokens, breakers, queues; a forecast and what to change. Changes nothing.',
    )
    .argument(
      '[selector]',
      'one key as LIMIT/KEY, or a file: JSON of "simulate", or its --decisions (default: all limits)',
    );
  addSelectorOptions(command);
  command
    .addOption(
      new Option('--filter <regex>', 'keys whose LIMIT/KEY matches; !REGEX: those that do not').helpGroup(
        'Keys:',
      ),
    )
    .addOption(
      new Option('--max-keys <count>', 'read at most so many to say how full buckets are')
        .argParser(wholeNumber(1, 10_000_000))
        .default(100_000)
        .helpGroup('Keys:'),
    )
    .addOption(
      new Option('--since <time>', 'from: a duration before now, RFC 3339, or a date')
        .default('7d')
        .helpGroup('Range:'),
    )
    .addOption(new Option('--until <time>', 'to, likewise (default: now)').helpGroup('Range:'))
    .addOption(
      new Option('--tz <zone>', 'zone of dates and hours of the week: Europe/Berlin, utc, local')
        .default('utc')
        .helpGroup('Range:'),
    )
    .addOption(new Option('--compare', 'also the range of the same length before').helpGroup('Range:'))
    .addOption(
      new Option(
        '--limit <count>',
        'name so many refused keys; 0: all that were counted (default: 10, Markdown 20, else 1000)',
      )
        .argParser(wholeNumber(0, 1_000_000))
        .helpGroup('Output:'),
    )
    .addOption(
      new Option('--out <file>', 'write to a file; .html, .md, .csv and .json choose the format').helpGroup(
        'Output:',
      ),
    );
  addOutputOptions(command, REPORT_FORMATS);
  addStoreOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (argument: string | undefined, flags: ReportFlags) => {
    const {runReport} = await import('./report-run.ts');
    await runReport(argument, {...flags, ...chosenByName(command, flags)}, context);
  });
  return command;
};

/** The format that the name of --out means, where -o does not say one. */
const chosenByName = (command: Command, {out}: ReportFlags): {readonly output?: ReportFormat} => {
  if (out === undefined || command.getOptionValueSource('output') !== 'default') return {};
  const ending = /\.(html|md|csv|json)$/i.exec(out)?.[1]?.toLowerCase();
  return ending === undefined ? {} : {output: ending as ReportFormat};
};
