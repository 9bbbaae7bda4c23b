import {RatectlError} from '../base/ratectl-error.ts';
import {Trace, type ReadOptions} from '../trace/read/trace.ts';
import type {OpenOptions} from '../trace/read/trace-file.ts';
import {Replay, type ReplayOptions} from './replay.ts';

export interface TraceInput {
  readonly paths: readonly string[];
  readonly open: OpenOptions;
  readonly read: ReadOptions;
  /** Stop at the first bad line instead of counting it. */
  readonly strict: boolean;
}

export interface Progress {
  /** Called between slices, at most a few times a second's worth of requests. */
  update(requests: number, bytes: {readonly read: number; readonly of: number} | undefined): void;
}

export interface ReplayRun {
  readonly replay: Replay;
  readonly trace: Trace;
}

/** Opens the trace, replays all of it, closes it. On failure nothing is left behind. */
export const runReplay = async (input: TraceInput, options: ReplayOptions, progress?: Progress): Promise<ReplayRun> => {
  const trace = await Trace.open(input.paths, input.open);
  let replay: Replay | undefined;
  try {
    const columns = trace.columns(input.open);
    replay = new Replay(columns, options);
    for await (const {batch, from, to} of trace.slices(columns, input.read)) {
      replay.run(batch, from, to);
      if (input.strict) refuseProblems(trace);
      progress?.update(replay.requests, trace.progress);
    }
    if (input.strict) refuseProblems(trace);
    replay.flush();
    return {replay, trace};
  } catch (error) {
    replay?.discard();
    throw error;
  } finally {
    await trace.close();
  }
};

const refuseProblems = (trace: Trace): void => {
  const problem = trace.problems[0];
  if (problem === undefined) return;
  throw new RatectlError(problem.reason, {
    code: 'trace/bad-line',
    hint: 'without --strict the line is counted and left out',
    where: {file: problem.file, line: problem.line, ...(problem.column > 0 ? {column: problem.column} : {})},
  });
};
