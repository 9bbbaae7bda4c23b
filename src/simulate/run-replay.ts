import type {AttributeColumns} from '../engine/attribute-columns.ts';
import {templateAttributes} from '../engine/key-template.ts';
import type {Policy} from '../engine/policy-model.ts';
import {refuseNothingRead, refuseProblems} from '../trace/read/refuse-problems.ts';
import {type ReadOptions, Trace} from '../trace/read/trace.ts';
import type {OpenOptions} from '../trace/read/trace-file.ts';
import {runFleet} from './fleet/run-fleet.ts';
import type {OrderFacts} from './order-facts.ts';
import {Replay, type ReplayOptions} from './replay.ts';
import type {ReplayResult} from './replay-result.ts';

export interface TraceInput {
  readonly paths: readonly string[];
  readonly open: OpenOptions;
  readonly read: ReadOptions;
  /** Stop at the first bad line instead of counting it. */
  readonly strict: boolean;
}

export interface Progress {
  /** Called between slices with the requests read so far. */
  update(requests: number, bytes: {readonly read: number; readonly of: number} | undefined): void;
}

export interface ReplayRun {
  readonly result: ReplayResult;
  readonly order: OrderFacts;
  /** Closed; its counters, problems and notes are complete. */
  readonly trace: Trace;
  /** Gives the decisions file its name; call it when everything else succeeded. */
  commit(): void;
  /** Removes what was written. */
  discard(): void;
}

/**
 * Opens the trace, replays all of it, closes it. On failure nothing is left behind. `againstName` is how reports call
 * `against`. `onOpen` learns, before the first request, how to remove what is written: for an end by a signal.
 */
export const runReplay = async (
  input: TraceInput,
  options: ReplayOptions,
  againstName?: string,
  progress?: Progress,
  onOpen?: (discard: () => void) => void,
): Promise<ReplayRun> => {
  const trace = await Trace.open(input.paths, input.open);
  try {
    return (
      (await inThreads(trace, input, options, againstName, progress)) ??
      (await inOneThread(trace, input, options, againstName, progress, onOpen))
    );
  } finally {
    await trace.close();
  }
};

const nothing = (): void => undefined;

/**
 * Threads that each decide a share of the keys: when every limit is per `key`, so that no state is shared, and nothing
 * needs the decisions in the order of the file.
 */
const inThreads = async (
  trace: Trace,
  input: TraceInput,
  options: ReplayOptions,
  againstName: string | undefined,
  progress: Progress | undefined,
): Promise<ReplayRun | undefined> => {
  const {policy, against, shard, decisions} = options;
  const {workers, threadsFrom, sort} = input.read;
  const [file, second] = trace.files;
  if (
    workers < 2 ||
    sort ||
    shard !== undefined ||
    decisions !== undefined ||
    file === undefined ||
    second !== undefined
  )
    return undefined;
  const columns = trace.columns(input.open);
  columns.add('key');
  // Only for its columns: each limit adds those it reads, which are what the threads then extract.
  new Replay(columns, options);
  const perKey = [policy, ...(against === undefined ? [] : [against])].every((each) =>
    isPerKey(each, columns),
  );
  const parse = perKey ? file.parseJob(columns, threadsFrom) : undefined;
  if (parse === undefined) return undefined;
  const keyAlias = columns.names[columns.of('key')];
  const {order, result} = await runFleet(
    file,
    {
      parse,
      policy,
      against,
      againstName,
      keyAlias: keyAlias === 'key' ? undefined : keyAlias,
      threads: workers,
    },
    (requests) => progress?.update(requests, trace.progress),
  );
  if (input.strict) refuseProblems(trace.problems);
  refuseNothingRead(trace.problems, result.requests);
  return {order, result, trace, commit: nothing, discard: nothing};
};

/** Whether every limit's key contains the attribute `key`. */
const isPerKey = (policy: Policy, columns: AttributeColumns): boolean =>
  policy.limits.every((limit) =>
    templateAttributes(limit.key).some((name) => columns.of(name) === columns.of('key')),
  );

const inOneThread = async (
  trace: Trace,
  input: TraceInput,
  options: ReplayOptions,
  againstName: string | undefined,
  progress: Progress | undefined,
  onOpen: ((discard: () => void) => void) | undefined,
): Promise<ReplayRun> => {
  const columns = trace.columns(input.open);
  const replay = new Replay(columns, options);
  onOpen?.(() => replay.discard());
  try {
    for await (const {batch, from, to} of trace.slices(columns, input.read)) {
      replay.run(batch, from, to);
      if (input.strict) refuseProblems(trace.problems);
      progress?.update(replay.requests, trace.progress);
    }
    if (input.strict) refuseProblems(trace.problems);
    refuseNothingRead(trace.problems, replay.order.span === undefined ? 0 : 1);
    replay.flush();
    return {
      order: replay.order,
      result: replay.result(againstName),
      trace,
      commit: () => replay.commit(),
      discard: () => replay.discard(),
    };
  } catch (error) {
    replay.discard();
    throw error;
  }
};
