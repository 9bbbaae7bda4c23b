import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {Rows} from '../../store/port.ts';
import {isSameRow} from '../../store/same-row.ts';
import {addressText} from './address-text.ts';
import type {ChangeJob} from './change-job.ts';
import {FirstRows} from './first-rows.ts';
import {inBatches} from './in-batches.ts';
import type {ReadRowFile} from './read-row-file.ts';

/** Keys that a refusal names. */
const NAMED = 10;

/**
 * Resets the rows of a plan, and only as they were planned. When one is different by now nothing is done (exit 4); one that
 * changes while it is done stays.
 */
export const planJob = (plan: ReadRowFile, path: string, store: Rows): ChangeJob => ({
  action: 'reset',
  selector: `--plan ${path}`,
  reach: 'many',
  onDrift: 'leave',
  async preview() {
    const first = new FirstRows();
    const drifted: RowAddress[] = [];
    let driftedCount = 0;
    for (const lines of inBatches(plan.changes())) {
      const rows = await store.read(lines.map(({address}) => address));
      lines.forEach(({address, before}, i) => {
        const row = rows[i];
        if (row !== undefined && isSameRow(row, before)) {
          first.add(row);
          return;
        }
        driftedCount++;
        if (drifted.length < NAMED) drifted.push(address);
      });
    }
    if (driftedCount > 0) throw driftError(path, drifted, driftedCount);
    return {
      keys: first.count,
      shown: first.rows,
      keptCount: 0,
      kept: [],
      already: 0,
      expired: 0,
      notes: [],
    };
  },
  async *batches() {
    for (const lines of inBatches(plan.changes()))
      yield lines.map(({address, before, after}) => ({address, before, after}));
  },
});

const driftError = (path: string, drifted: readonly RowAddress[], count: number): RatectlError => {
  const names = drifted.map((address) => `\n  ${addressText(address)}`).join('');
  const more = count > drifted.length ? `\n  … and ${count - drifted.length} more` : '';
  return new RatectlError(
    `${count} ${count === 1 ? 'key is' : 'keys are'} not as in plan ${quoted(path, 200)} any more; nothing was reset:${names}${more}`,
    {
      code: 'reset/drift',
      exit: ExitCode.refused,
      hint: 'make a new plan with --plan-out, or reset without a plan',
    },
  );
};
