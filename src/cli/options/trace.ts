import {availableParallelism} from 'node:os';
import {type Command, Option} from 'commander';
import type {TraceInput} from '../../simulate/run-replay.ts';
import {TIME_UNITS, type TimeUnit} from '../../trace/time/time-unit.ts';
import type {CliContext} from '../context.ts';
import {collect, wholeNumber} from './output.ts';

/**
 * Bytes of a plain file from which on threads read it. Starting them takes the time in which one thread reads 110 to 160 MB
 * (`npm run bench:replay` with fewer requests), and four compile the same program; who asks for a number gets them sooner.
 */
const THREADS_FROM = {byThemselves: 128 << 20, asked: 32 << 20};

export interface TraceFlags {
  readonly format: string;
  readonly map?: readonly string[];
  readonly timeUnit?: TimeUnit;
  readonly delimiter?: string;
  readonly strict?: boolean;
  readonly sort?: boolean;
  readonly workers?: number;
}

const GROUP = 'Reading the trace:';

/** Adds the flags of every command that reads traces. */
export const addTraceOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--format <name>',
        'format of the trace; auto looks at its first lines ("ratectl trace formats" lists them)',
      )
        .default('auto')
        .helpGroup(GROUP),
    )
    .addOption(
      new Option(
        '--map <pairs>',
        'read an attribute from another field: t=ts_ms,key=user,cost=in+out (repeatable)',
      )
        .argParser(collect)
        .helpGroup(GROUP),
    )
    .addOption(
      new Option(
        '--time-unit <unit>',
        'unit of numeric times (default: by the field name, then by magnitude)',
      )
        .choices([...TIME_UNITS])
        .helpGroup(GROUP),
    )
    .addOption(
      new Option('--delimiter <char>', 'column separator of CSV (default: comma; tab for tsv)').helpGroup(
        GROUP,
      ),
    )
    .addOption(
      new Option('--strict', 'stop at the first bad line (exit 2) instead of counting it').helpGroup(GROUP),
    )
    .addOption(
      new Option(
        '--workers <n>',
        'threads that share the work on a large plain file (default: the cores there are, at most 4); the result is the same for any number',
      )
        .argParser(wholeNumber(0, 64))
        .helpGroup(GROUP),
    );

/** Adds the flag of commands for which the order of the trace matters. */
export const addSortOption = (command: Command): Command =>
  command.addOption(
    new Option('--sort', 'order requests by time first (keeps the trace in memory)').helpGroup(GROUP),
  );

/** Flags → what reading needs. Heavy parts are loaded here, not at start-up. */
export const traceInput = async (
  paths: readonly string[],
  flags: TraceFlags,
  context: CliContext,
): Promise<TraceInput> => {
  const [{parseFieldMapping}, {formatNamed}, {delimiterByte}] = await Promise.all([
    import('../../trace/field-mapping.ts'),
    import('../../trace/formats/registry.ts'),
    import('../../trace/formats/csv.ts'),
  ]);
  // Wrong for tables is wrong for all: with another format it would go unnoticed.
  if (flags.delimiter !== undefined) delimiterByte(flags.delimiter);
  return {
    paths,
    open: {
      format: flags.format === 'auto' ? undefined : formatNamed(flags.format),
      mapping: parseFieldMapping(flags.map ?? []),
      timeUnit: flags.timeUnit,
      delimiter: flags.delimiter === '\\t' ? '\t' : flags.delimiter,
      // Opened when a trace is read from it.
      get stdin() {
        return context.streams.stdin;
      },
    },
    read: {
      workers: flags.workers ?? Math.min(4, availableParallelism()),
      threadsFrom: flags.workers === undefined ? THREADS_FROM.byThemselves : THREADS_FROM.asked,
      sort: flags.sort === true,
    },
    strict: flags.strict === true,
  };
};
