import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, collect, type OutputFlags} from '../options/output.ts';
import {addSortOption, addTraceOptions, type TraceFlags} from '../options/trace.ts';

export interface SimulateFlags extends OutputFlags, TraceFlags {
  readonly policy: string;
  readonly against?: string;
  readonly decisions?: string;
  readonly failIf?: readonly string[];
  readonly bounds?: boolean;
  readonly solve?: string;
  readonly target?: string;
  readonly shard?: string;
  readonly ci?: boolean;
  readonly junit?: string;
  readonly capacity?: string;
  readonly serviceTime?: string;
  readonly deadline?: string;
  readonly seed?: string;
}

const EXAMPLES = `
Examples:
  # who would be denied?
  ratectl simulate access.log.gz --policy ratectl.yaml

  # fail a CI step when more than one request in a thousand is denied (exit 5)
  ratectl simulate access.log --fail-if 'denied > 0.1%' --ci

  # who flips if the limit changes?
  ratectl simulate access.log --policy new.yaml --against ratectl.yaml

  # the smallest rate that keeps denials under 0.1 %
  ratectl simulate access.log --solve limit.per-ip.rate --target 'denied < 0.1%'

  # rehearse an overload: a server that works on 20 requests at once
  ratectl simulate rush.ndjson --capacity 20 --service-time 'exp(50ms)' \\
    --deadline 1s --fail-if 'rehearsal.good < 90%'

  # one decision per line, from standard input
  zcat *.gz | ratectl simulate - --decisions decisions.ndjson
`;

const REHEARSAL_GROUP = 'Rehearsing an overload:';
const REHEARSAL: readonly (readonly [flags: string, help: string])[] = [
  ['--capacity <n>', 'requests the server works on at once, others wait (default: any number)'],
  [
    '--service-time <time>',
    'how long it works on one: 20ms, exp(MEAN) or lognormal(P50,P99) (default: what the trace says)',
  ],
  ['--deadline <time>', 'clients give up after this: a later answer is not good (default: never)'],
  ['--seed <n>', 'whole number; another seed draws other service times (default: 1)'],
];

export const registerSimulate = (program: Command, context: CliContext): Command => {
  const command = program
    .command('simulate')
    .enablePositionalOptions()
    .description('Replay recorded requests through a policy, offline, and say who would be denied.')
    .argument('<trace...>', 'trace files, merged by time; "-" is standard input')
    .option('-p, --policy <file>', 'the policy to replay', 'ratectl.yaml')
    .option('--against <file>', 'a second policy: report who flips between it and --policy')
    .option('--decisions <file>', 'write one JSON line per request, in input order')
    .addOption(
      new Option(
        '--fail-if <expr>',
        "exit 5 when this holds: 'denied > 0.1%', 'limit.per-ip.denied > 0' (repeatable)",
      ).argParser(collect),
    )
    .option(
      '--bounds',
      'the fewest and the most denials that the order hidden inside a second (or other unit) allows',
    )
    .option('--solve <parameter>', 'find the smallest value of limit.NAME.FIELD that meets --target')
    .option('--target <expr>', "what --solve must reach: 'denied < 0.1%'")
    .option(
      '--shard <i/n>',
      'decide only the i-th of n shares of the keys; join the JSON reports with "simulate merge"',
    )
    .option('--ci', 'write a job summary to $GITHUB_STEP_SUMMARY and annotate failed thresholds')
    .option('--junit <file>', 'write a JUnit report with one case per threshold');
  for (const [flags, help] of REHEARSAL)
    command.addOption(new Option(flags, help).helpGroup(REHEARSAL_GROUP));
  addTraceOptions(command);
  addSortOption(command);
  addOutputOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (paths: string[], flags: SimulateFlags) => {
    const {runSimulate} = await import('./simulate-run.ts');
    await runSimulate(paths, flags, context);
  });
  return command;
};
