import type {Command} from 'commander';
import type {SimulateReport} from '../../view/model/simulate-report.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

const SCHEMA = 'ratectl.simulate/1';

/** Reports have no more keys than they show; a larger file is something else. */
const MAX_REPORT_BYTES = 64 << 20;

const EXAMPLES = `
Examples:
  # each half on a machine of its own, then both together
  ratectl simulate huge.log --shard 1/2 --json > shard-1.json
  ratectl simulate huge.log --shard 2/2 --json > shard-2.json
  ratectl simulate merge shard-1.json shard-2.json
`;

/** Without these a report cannot be joined with others. */
const PARTS = ['trace', 'totals', 'limits', 'series'] as const;

interface MergeFlags extends OutputFlags {
  readonly ci?: boolean;
  readonly junit?: string;
}

export const registerSimulateMerge = (simulate: Command, context: CliContext): void => {
  const command = simulate
    .command('merge')
    .description(
      'Join the JSON reports of all shards of one run into the report of the whole, and check its thresholds.',
    )
    .argument('<report...>', 'the JSON reports, one per shard, in any order')
    .option('--ci', 'write a job summary to $GITHUB_STEP_SUMMARY and annotate failed thresholds')
    .option('--junit <file>', 'write a JUnit report with one case per threshold');
  addOutputOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (paths: string[], flags: MergeFlags) => {
    const [{mergeReports}, {checkCi, printReport}, {ExitCode}, {checkOutputFiles}, {noLimitApplied}] =
      await Promise.all([
        import('../../simulate/merge-reports.ts'),
        import('./simulate-output.ts'),
        import('../../base/exit-code.ts'),
        import('../options/output-files.ts'),
        import('../../view/simulate/no-limit-applied.ts'),
      ]);
    checkOutputFiles(
      [{what: '--junit', path: flags.junit}],
      paths.map((path) => ({what: 'a report', path})),
      context,
    );
    checkCi(flags, context);
    const shards = await Promise.all(paths.map(async (file) => ({file, ...(await readReport(file))})));
    const report = mergeReports(shards);
    const untested = noLimitApplied(report);
    const warnings = [
      ...(untested === undefined ? [] : [untested]),
      ...new Set(shards.flatMap((shard) => shard.warnings)),
    ];
    await printReport(report, warnings, flags, context);
    if (report.thresholds.some(({pass}) => !pass)) context.exitCode = ExitCode.conditionMet;
  });
};

const readReport = async (
  file: string,
): Promise<{readonly report: SimulateReport; readonly warnings: readonly string[]}> => {
  const [{readWhole}, {RatectlError}, {quoted}] = await Promise.all([
    import('../read-whole.ts'),
    import('../../base/ratectl-error.ts'),
    import('../../base/safe-text.ts'),
  ]);
  const text = readWhole(file, MAX_REPORT_BYTES);
  const fail = (why: string): never => {
    throw new RatectlError(`not a report of "ratectl simulate --json": ${why}`, {
      code: 'usage/merge',
      hint: 'merge takes the reports of "ratectl simulate … --shard i/n --json"',
      where: {file, line: 1},
    });
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return fail('it is not JSON');
  }
  const {schema, data, warnings} = (parsed ?? {}) as {
    schema?: unknown;
    data?: SimulateReport;
    warnings?: unknown;
  };
  if (typeof schema !== 'string') return fail('it has no schema');
  if (schema !== SCHEMA) return fail(`schema is ${quoted(schema)}, expected "${SCHEMA}"`);
  if (data?.shard === undefined) return fail('it has no data.shard: it is the report of a whole run');
  const {shard} = data;
  if (
    !Number.isSafeInteger(shard?.index) ||
    !Number.isSafeInteger(shard.of) ||
    !Array.isArray(shard.thresholds)
  )
    return fail('data.shard has no index, of and thresholds');
  const missing = PARTS.find((part) => typeof data[part] !== 'object' || data[part] === null);
  if (missing !== undefined) return fail(`it has no data.${missing}`);
  return {
    report: data,
    warnings: Array.isArray(warnings) ? warnings.filter((note) => typeof note === 'string') : [],
  };
};
