import {type Command, InvalidArgumentError, Option} from 'commander';
import {formatDuration, parseDuration} from '../../base/duration.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, collect, type OutputFlags, wholeNumber} from '../options/output.ts';
import type {StoreFlags} from '../options/store.ts';

export const BENCH_FORMATS = ['table', 'json', 'csv', 'md', 'html'] as const;
export type BenchFormat = (typeof BENCH_FORMATS)[number];

/** Durations are µs. What has no default was not said. */
export interface BenchFlags extends Omit<OutputFlags, 'output'>, Omit<StoreFlags, 'store'> {
  readonly output: BenchFormat;
  readonly store?: readonly string[];
  readonly rate?: number;
  readonly arrivals?: 'constant' | 'poisson';
  readonly sweep?: boolean;
  readonly p99?: number;
  readonly connections?: number;
  readonly processes: number;
  readonly warmup: number;
  readonly duration: number;
  readonly runs: number;
  readonly keys: number;
  readonly distribution: 'uniform' | 'zipf' | 'hot';
  readonly seed: number;
  readonly attribute?: readonly string[];
  readonly accuracy?: boolean;
  readonly save?: string;
  readonly compare?: string;
  readonly maxRegression?: number;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  # how many decisions a store makes, with 50 callers
  ratectl bench --store redis://127.0.0.1:6379

  # what users wait for at 2,000 requests per second
  ratectl bench --store redis://127.0.0.1:6379 --rate 2000 --arrivals poisson

  # the highest rate at which 99 of 100 answers come within 5 ms
  ratectl bench --store redis://127.0.0.1:6379 --sweep --p99 5ms

  # stores side by side, as a page
  ratectl bench --store memory: --store sqlite:bench.db --rate 1000 --out b.html

  # several processes on one key: is the budget kept?
  ratectl bench --store redis://127.0.0.1:6379 --accuracy --processes 4

  # a gate in CI: exit 5 when it became slower
  ratectl bench --store sqlite:bench.db --rate 1000 --runs 3 --save now.json
  ratectl bench --store sqlite:bench.db --rate 1000 --runs 3 --compare now.json
`;

const LOAD = 'Load:';
const STORE = 'Store:';
const RESULT = 'Results:';

export const registerBench = (program: Command, context: CliContext): Command => {
  const command = program
    .command('bench')
    .description(
      'Measure stores with the limiter that applications use: decisions per second, what users wait for, how exactly limits are kept.',
    );
  addLoadOptions(command);
  addStores(command);
  addResultOptions(command);
  addOutputOptions(command, BENCH_FORMATS);
  command.addOption(
    new Option('--out <file>', 'write to a file; .html, .md, .csv and .json choose the format').helpGroup(
      'Output:',
    ),
  );
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: BenchFlags) => {
    const {runBenchCommand} = await import('./bench-run.ts');
    await runBenchCommand({...flags, ...chosenByName(command, flags)}, context);
  });
  return command;
};

const option = (group: string, flags: string, text: string): Option =>
  new Option(flags, text).helpGroup(group);

const addLoadOptions = (command: Command): void => {
  const load = (flags: string, text: string): Option => option(LOAD, flags, text);
  const options = [
    load('--rate <n>', 'open loop: so many requests per second, whatever becomes of them').argParser(
      wholeNumber(1, 5_000_000),
    ),
    load('--arrivals <kind>', 'open loop: evenly spread, or as independent clients come').choices([
      'constant',
      'poisson',
    ]),
    load('--sweep', 'open loop: find the highest rate that holds; --rate is where it begins'),
    load('--p99 <duration>', 'a rate holds when p99 stays below (default: 5ms)').argParser(
      duration(10, 60_000_000),
    ),
    load(
      '--connections <n>',
      'closed loop: callers (default: 50); open: requests under way at most, in a process (default: 4096)',
    ).argParser(wholeNumber(1, 100_000)),
    load('--processes <n>', 'processes that make the load').argParser(wholeNumber(1, 64)).default(1),
    load('--warmup <duration>', 'load before what is measured')
      .argParser(duration(0, 600_000_000))
      .default(1_000_000, '1s'),
    load('--duration <duration>', 'what is measured; in a sweep: of each rate')
      .argParser(duration(100_000, 86_400_000_000))
      .default(10_000_000, '10s'),
    load('--runs <n>', 'as often, to see how much runs differ').argParser(wholeNumber(1, 1_000)).default(1),
    load('--keys <n>', 'different keys').argParser(wholeNumber(1, 16_000_000)).default(10_000),
    load('--distribution <kind>', 'of the requests over the keys; hot: one key has 90%')
      .choices(['uniform', 'zipf', 'hot'])
      .default('uniform'),
    load('--seed <n>', 'the same seed draws the same keys and times')
      .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
      .default(1),
    load(
      '--attribute <name=value>',
      'attribute that every request has, for "when" and tiers (repeatable)',
    ).argParser(collect),
    load('--accuracy', 'also: several processes on one key, what was admitted against its budget'),
  ];
  for (const one of options) command.addOption(one);
};

/** As every command has them, but with several stores, and a policy that need not be in force. */
const addStores = (command: Command): void => {
  command
    .addOption(
      option(
        STORE,
        '-s, --store <url>',
        'store to measure (repeatable): memory:, sqlite:PATH, redis://…',
      ).argParser(collect),
    )
    .addOption(option(STORE, '-c, --context <name>', 'a store by the name it has in the configuration'))
    .addOption(
      option(STORE, '-p, --policy <file>', 'limits to measure (default: one large bucket for each key)'),
    )
    .addOption(option(STORE, '--timeout <duration>', 'an answer is waited for so long (default: 5s)'))
    .addOption(option(STORE, '--password-stdin', 'read the password from standard input'))
    .addOption(option(STORE, '--no-config', 'read no configuration files'));
};

const addResultOptions = (command: Command): void => {
  command
    .addOption(option(RESULT, '--save <file>', 'write the result as JSON, anew after every run'))
    .addOption(option(RESULT, '--compare <file>', 'beside a saved result; exit 5 when it became worse'))
    .addOption(
      option(
        RESULT,
        '--max-regression <share>',
        'worse by more, and by more than noise (default: 10%)',
      ).argParser(percent),
    );
};

/** A commander parser for a duration, µs, within bounds. */
const duration =
  (least: number, most: number) =>
  (text: string): number => {
    const value = parseDuration(text);
    if (value === undefined || value < least || value > most)
      throw new InvalidArgumentError(
        `expected a duration from ${formatDuration(least)} to ${formatDuration(most)}, such as 10s or 1m30s.`,
      );
    return value;
  };

const percent = (text: string): number => {
  const value = Number(text.replace(/%$/, ''));
  if (!/^\d+(?:\.\d+)?%$/.test(text) || value > 1_000)
    throw new InvalidArgumentError('expected a share from 0% to 1000%, such as 10%.');
  return value / 100;
};

/** The format that the name of --out means, where -o does not say one. */
const chosenByName = (command: Command, {out}: BenchFlags): {readonly output?: BenchFormat} => {
  if (out === undefined || command.getOptionValueSource('output') !== 'default') return {};
  const ending = /\.(html|md|csv|json)$/i.exec(out)?.[1]?.toLowerCase();
  return ending === undefined ? {} : {output: ending as BenchFormat};
};
