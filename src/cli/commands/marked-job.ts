import type {ChangeJob, JobPreview} from '../../operate/reset/change-job.ts';
import type {SelectionScope} from '../../operate/reset/select-rows.ts';
import {selectorJob} from '../../operate/reset/selector-job.ts';
import type {ExplainedKey} from '../../tui/data/loader.ts';

/** Keys named in receipts and in the audit journal. */
const NAMED = 20;

/** Resets keys that were marked one by one, each in all of its tiers. One is as if it was named on the command line. */
export const markedJob = (keys: readonly ExplainedKey[], scope: SelectionScope): ChangeJob => {
  const jobs = keys.map((key) => selectorJob({kind: 'exact', ...key}, scope));
  if (jobs.length === 1) return jobs[0]!;
  const names = jobs.slice(0, NAMED).map(({selector}) => selector);
  const more = jobs.length - names.length;
  return {
    action: 'reset',
    selector: `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    reach: 'many',
    onDrift: 'insist',
    async preview() {
      let all: JobPreview | undefined;
      for (const job of jobs) all = added(all, await job.preview());
      return all!;
    },
    async *batches() {
      for (const job of jobs) yield* job.batches();
    },
  };
};

const added = (all: JobPreview | undefined, one: JobPreview): JobPreview =>
  all === undefined
    ? one
    : {
        ...all,
        keys: all.keys + one.keys,
        shown: all.shown.length < NAMED ? [...all.shown, ...one.shown] : all.shown,
        notes: [...all.notes, ...one.notes],
      };
