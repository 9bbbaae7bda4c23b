import {refuseNothingRead, refuseProblems} from '../../trace/read/refuse-problems.ts';
import {type Slice, Trace} from '../../trace/read/trace.ts';
import {OrderFacts} from '../order-facts.ts';
import type {Progress, ReplayRun, TraceInput} from '../run-replay.ts';
import {nearlySorted} from './nearly-sorted.ts';
import {Rehearsal, type RehearsalOptions, type RehearsalResult} from './rehearsal.ts';

export interface RehearsalRun extends ReplayRun {
  readonly result: RehearsalResult;
  /** Requests that came too long after others of a later time to be put in order: taken at the time it was then. */
  readonly outOfWindow: number;
  /** Requests of which the trace does not say how long they took: they took no time. */
  readonly untimed: number;
}

/**
 * Opens the trace, rehearses all of it, closes it. On failure nothing is left behind. `againstName` is how reports call the other
 * policy. `onOpen` learns, before the first request, how to remove what is written: for an end by a signal.
 */
export const runRehearsal = async (
  input: TraceInput,
  options: RehearsalOptions,
  againstName?: string,
  progress?: Progress,
  onOpen?: (discard: () => void) => void,
): Promise<RehearsalRun> => {
  const trace = await Trace.open(input.paths, input.open);
  try {
    const columns = trace.columns(input.open);
    const rehearsal = new Rehearsal(columns, options);
    onOpen?.(() => rehearsal.discard());
    const order = new OrderFacts();
    try {
      const read = watched(trace.slices(columns, input.read), order);
      for await (const {batch, from, to} of nearlySorted(read, columns.count)) {
        rehearsal.run(batch, from, to);
        if (input.strict) refuseProblems(trace.problems);
        progress?.update(rehearsal.requests, trace.progress);
      }
      if (input.strict) refuseProblems(trace.problems);
      refuseNothingRead(trace.problems, rehearsal.requests);
      rehearsal.finish();
      rehearsal.flush();
      return {
        ...{order, trace},
        result: rehearsal.result(againstName),
        outOfWindow: rehearsal.outOfWindow,
        untimed: rehearsal.untimed,
        commit: () => rehearsal.commit(),
        discard: () => rehearsal.discard(),
      };
    } catch (error) {
      rehearsal.discard();
      throw error;
    }
  } finally {
    await trace.close();
  }
};

async function* watched(slices: AsyncIterable<Slice>, order: OrderFacts): AsyncGenerator<Slice> {
  for await (const slice of slices) {
    order.run(slice.batch.times, slice.from, slice.to);
    yield slice;
  }
}
