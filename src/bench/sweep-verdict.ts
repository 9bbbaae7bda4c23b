import type {BenchSweep, BenchSweepStep} from '../view/model/bench-report.ts';
import {judgedLatency, type MeasuredRun} from './figures.ts';
import type {StepVerdict} from './knee-search.ts';

/** A process that uses more of its core has no more to give. */
const BUSY = 0.9;

/** Whether the store kept up with a rate. */
export const verdictOf = ({run, result}: MeasuredRun, p99: number): StepVerdict => {
  if (run.withoutStore > 0 || run.errors.length > 0) return 'errors';
  const asked = run.decisions + run.unsent;
  // What is under way when the time is over is no backlog as long as it is answered as fast as everything else.
  if (run.unsent > 0 || result.late > Math.max(10, asked * 0.05)) return 'behind';
  return judgedLatency(run).p99Us <= p99 ? 'holds' : 'slow';
};

/** What the rates that were tried come to. */
export const sweepOf = (
  steps: readonly BenchSweepStep[],
  knee: number | null,
  processes: number,
): BenchSweep => {
  const failed = lowestFailed(steps);
  const byClient = failed.length > 0 && failed.every(({clientCpu}) => clientCpu > BUSY * processes);
  return {
    steps: [...steps],
    kneePerSecond: knee,
    limitedBy: failed.length === 0 ? 'nothing' : byClient ? 'client' : 'store',
  };
};

/** Whether rates failed because this machine started requests late, with time to spare: then there is no knee to be seen. */
export const isOfMachine = ({steps, limitedBy}: BenchSweep, p99Us: number): boolean => {
  const failed = lowestFailed(steps);
  return (
    limitedBy === 'store' && failed.length > 0 && failed.every(({latenessP99Us}) => latenessP99Us * 2 > p99Us)
  );
};

/** What limits is what the lowest rate that failed ran into: far above it everything is short at once. */
const lowestFailed = (steps: readonly BenchSweepStep[]): readonly BenchSweepStep[] => {
  const held = new Set(
    steps.flatMap(({verdict, ratePerSecond}) => (verdict === 'holds' ? [ratePerSecond] : [])),
  );
  const failed = steps.filter(({ratePerSecond}) => !held.has(ratePerSecond));
  const lowest = Math.min(...failed.map(({ratePerSecond}) => ratePerSecond));
  return failed.filter(({ratePerSecond}) => ratePerSecond === lowest);
};
