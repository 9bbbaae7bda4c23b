import {isAbsolute, relative, resolve} from 'node:path';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {type LoadedPolicy, loadPolicy} from '../../policy/load-policy.ts';
import {BoundsReplay} from '../../simulate/bounds.ts';
import {findParameter, type Parameter} from '../../simulate/parameter.ts';
import {parseShard, type Shard} from '../../simulate/partition.ts';
import {type RehearsalRun, runRehearsal} from '../../simulate/rehearsal/run-rehearsal.ts';
import {isRehearsal, parseServerModel, type ServerModel} from '../../simulate/rehearsal/server-model.ts';
import {reportOfRun} from '../../simulate/report-of-run.ts';
import {type Progress, type ReplayRun, runReplay, type TraceInput} from '../../simulate/run-replay.ts';
import {solve, type Trial} from '../../simulate/solve.ts';
import {
  FAIL_IF,
  isAboutFlips,
  judge,
  parseThreshold,
  refuseUnmeasured,
  type Threshold,
} from '../../simulate/threshold.ts';
import {Trace} from '../../trace/read/trace.ts';
import type {Bounds, SimulateReport, Solution} from '../../view/model/simulate-report.ts';
import {checkThresholds} from '../check-thresholds.ts';
import type {CliContext} from '../context.ts';
import {reportProblems, tell} from '../notes.ts';
import {checkOutputFiles} from '../options/output-files.ts';
import {traceInput} from '../options/trace.ts';
import {checkTracePaths} from '../options/trace-paths.ts';
import {progressLine} from '../progress.ts';
import type {SimulateFlags} from './simulate.ts';
import {notesOf} from './simulate-notes.ts';
import {checkCi, printReport} from './simulate-output.ts';

/** What a run is to do: flags and policies, understood and found right. */
interface Plan {
  readonly policy: LoadedPolicy;
  readonly against: LoadedPolicy | undefined;
  readonly thresholds: readonly Threshold[];
  /** `--solve` and `--target`. */
  readonly search: {readonly parameter: Parameter; readonly target: Threshold} | undefined;
  readonly shard: Shard | undefined;
  /** Path of `--decisions`. */
  readonly decisions: string | undefined;
  readonly input: TraceInput;
  /** The server of a rehearsal; undefined: a replay of rate limits. */
  readonly server: ServerModel | undefined;
}

interface Outcome {
  /** The policy that was replayed: that of the plan, or with the value `--solve` found. */
  readonly policy: Policy;
  readonly solution: Solution | undefined;
  readonly run: ReplayRun;
}

/** Flags → plan → replay → report → views and exit code. */
export const runSimulate = async (
  paths: readonly string[],
  flags: SimulateFlags,
  context: CliContext,
): Promise<void> => {
  // All that can be wrong with policies and flags is said before a byte of the trace is read.
  const plan = await planOf(paths, flags, context);
  const started = process.hrtime.bigint();
  const {policy, solution, run} = await replay(plan, flags, context);
  const bounds = flags.bounds === true ? await runBounds(policy, run, plan.input) : undefined;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;

  const report: SimulateReport = {
    ...judged(reportOfRun(run, paths), plan),
    ...(bounds === undefined ? {} : {bounds}),
    ...(solution === undefined ? {} : {solve: solution}),
    ...(context.streams.env['SOURCE_DATE_EPOCH'] === undefined
      ? {performance: performanceOf(seconds, run.result.requests)}
      : {}),
  };
  const warnings = [
    ...plan.policy.warnings,
    ...(plan.against?.warnings ?? []),
    ...notesOf(run, plan.policy.policy, flags, plan.input.open.mapping),
  ];
  await reportProblems(run.trace, flags, context);
  await tell(warnings, flags, context);
  await printReport(report, warnings, flags, context);
  run.commit();
  if (report.thresholds.some(({pass}) => !pass) || solution?.value === null)
    context.exitCode = ExitCode.conditionMet;
};

const planOf = async (paths: readonly string[], flags: SimulateFlags, context: CliContext): Promise<Plan> => {
  checkFlags(paths, flags, context);
  const policy = load(flags.policy, context);
  const against = flags.against === undefined ? undefined : load(flags.against, context);
  const thresholds = thresholdsOf(policy, flags);
  const target =
    flags.target === undefined
      ? undefined
      : parseThreshold(flags.target, '--target', limitNames(policy.policy));
  const parameter = flags.solve === undefined ? undefined : findParameter(policy.policy, flags.solve, policy);
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
  const server = serverOf([policy, ...(against === undefined ? [] : [against])], flags);
  refuseUnmeasured([...thresholds, ...(target === undefined ? [] : [target])], {server, against});
  const files = paths.map((path) => (path === '-' ? path : fromCwd(path, context)));
  return {
    policy,
    against,
    thresholds,
    search: parameter === undefined || target === undefined ? undefined : {parameter, target},
    shard,
    decisions: flags.decisions === undefined ? undefined : fromCwd(flags.decisions, context),
    input: await traceInput(files, flags, context),
    server,
  };
};

/** The server to rehearse with, where the policies or the flags ask for one. */
const serverOf = (policies: readonly LoadedPolicy[], flags: SimulateFlags): ServerModel | undefined => {
  const server = parseServerModel(flags);
  const rehearsed = isRehearsal(
    policies.map(({policy}) => policy),
    flags,
  );
  if (!rehearsed) return undefined;
  const why = 'a rehearsal of pools, breakers, control and server';
  const refuse = (flag: string, hint: string): never => {
    throw new RatectlError(`${flag} does not go with ${why}`, {code: 'usage/flags', hint});
  };
  if (flags.shard !== undefined)
    refuse('--shard', 'all requests meet in one server: rehearse the trace in one run');
  if (flags.bounds === true)
    refuse('--bounds', 'take a policy of rate limits alone, without --capacity and the like');
  return server;
};

/** Searches when `--solve` says so, then replays the policy that came out of it. */
const replay = async (plan: Plan, flags: SimulateFlags, context: CliContext): Promise<Outcome> => {
  const {search} = plan;
  const solution = search === undefined ? undefined : await runSolve(search.parameter, search.target, plan);
  const policy =
    search === undefined || solution?.value == null
      ? plan.policy.policy
      : search.parameter.with(solution.value);
  const progress = progressLine(flags, context);
  const run = await runOnce(policy, plan, progress, (discard) => context.cleanups.add(discard)).finally(() =>
    progress.end(),
  );
  return {policy, solution, run};
};

const runOnce = (
  policy: Policy,
  {against, shard, decisions, input, server}: Plan,
  progress?: Progress,
  onOpen?: (discard: () => void) => void,
): Promise<ReplayRun | RehearsalRun> => {
  const options = {policy, against: against?.policy, decisions};
  return server === undefined
    ? runReplay(input, {...options, shard}, against?.file, progress, onOpen)
    : runRehearsal(input, {...options, server}, against?.file, progress, onOpen);
};

/** A whole run is held against its thresholds; a shard carries them along. */
const judged = (measured: Omit<SimulateReport, 'thresholds'>, {thresholds, shard}: Plan): SimulateReport =>
  shard === undefined
    ? {...measured, thresholds: thresholds.map((threshold) => judge(threshold, measured))}
    : {
        ...measured,
        thresholds: [],
        shard: {...shard, thresholds: thresholds.map(({expr, source}) => ({expr, source}))},
      };

const fromCwd = (path: string, {cwd}: CliContext): string => {
  const absolute = resolve(cwd, path);
  // Kept as the user wrote it, so that messages show the same path.
  return isAbsolute(path) ? path : relative(process.cwd(), absolute) || path;
};

const checkFlags = (paths: readonly string[], flags: SimulateFlags, context: CliContext): void => {
  const usage = (message: string, hint: string): never => {
    throw new RatectlError(message, {code: 'usage/flags', hint});
  };
  if ((flags.solve === undefined) !== (flags.target === undefined))
    usage(
      '--solve and --target go together',
      "for example --solve limit.per-ip.rate --target 'denied < 0.1%'",
    );
  const again = flags.solve !== undefined ? '--solve' : flags.bounds === true ? '--bounds' : undefined;
  checkTracePaths(paths, again, context);
  if (flags.shard !== undefined && again !== undefined)
    usage(`${again} cannot be combined with --shard`, 'run it on the whole trace');
  checkOutputFiles(
    [
      {what: '--decisions', path: flags.decisions},
      {what: '--junit', path: flags.junit},
    ],
    [
      ...paths.map((path) => ({what: 'the trace', path})),
      {what: '--policy', path: flags.policy},
      {what: '--against', path: flags.against},
    ],
    context,
  );
  checkCi(flags, context);
};

const load = (path: string, context: CliContext): LoadedPolicy => {
  const loaded = loadPolicy(fromCwd(path, context));
  checkThresholds(loaded);
  return loaded;
};

const limitNames = (policy: Policy): readonly string[] => policy.limits.map(({name}) => name);

const thresholdsOf = (
  {policy, file, thresholds}: LoadedPolicy,
  flags: SimulateFlags,
): readonly Threshold[] => [
  ...thresholds.map(({text, line}) => parseThreshold(text, `${file}:${line}`, limitNames(policy))),
  ...(flags.failIf ?? []).map((expr) => parseThreshold(expr, FAIL_IF, limitNames(policy))),
];

const runSolve = async (parameter: Parameter, target: Threshold, plan: Plan): Promise<Solution> => {
  const against = isAboutFlips(target) ? plan.against : undefined;
  const once = {...plan, against, shard: undefined, decisions: undefined};
  const attempt = async (value: number): Promise<Trial> => {
    const run = await runOnce(parameter.with(value), once);
    const {actual, pass} = judge(target, reportOfRun(run, plan.input.paths));
    return {actual, pass};
  };
  const found = await solve(parameter.current, attempt, (value) => parameter.allows(value));
  return {parameter: parameter.path, target: target.expr, ...found};
};

const runBounds = async (policy: Policy, {order}: ReplayRun, input: TraceInput): Promise<Bounds> => {
  const trace = await Trace.open(input.paths, input.open);
  try {
    const columns = trace.columns(input.open);
    const bounds = new BoundsReplay(policy, columns, order.resolution);
    for await (const {batch, from, to} of trace.slices(columns, input.read)) bounds.run(batch, from, to);
    return bounds.result();
  } finally {
    await trace.close();
  }
};

const performanceOf = (seconds: number, requests: number): NonNullable<SimulateReport['performance']> => ({
  seconds: Number(seconds.toFixed(3)),
  requestsPerSecond: Math.round(requests / seconds),
  maxRssBytes: process.resourceUsage().maxRSS * 1024,
});
