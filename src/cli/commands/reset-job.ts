import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {ChangeJob} from '../../operate/reset/change-job.ts';
import {planJob} from '../../operate/reset/plan-job.ts';
import {readRowFile} from '../../operate/reset/read-row-file.ts';
import {PLAN_SCHEMA, RECEIPT_SCHEMA} from '../../operate/reset/row-file-header.ts';
import {selectorJob} from '../../operate/reset/selector-job.ts';
import {undoJob} from '../../operate/reset/undo-job.ts';
import {formatCount, formatPlural} from '../../view/format-number.ts';
import type {CliContext} from '../context.ts';
import {selectorOf} from '../options/selector.ts';
import type {Target} from '../with-target.ts';
import type {ResetFlags} from './reset.ts';
import {resolveIn} from './reset-receipt.ts';

/** Refuses (exit 2) flags that say nothing, or two things. */
export const checkResetFlags = (selector: string | undefined, flags: ResetFlags): void => {
  const file = flags.undo === undefined ? (flags.plan === undefined ? undefined : '--plan') : '--undo';
  if (file !== undefined && (selector !== undefined || flags.all === true))
    throw refusal(
      `${selector === undefined ? '--all' : quoted(selector)} beside ${file}`,
      `the keys are those in the file: leave it out`,
    );
  if (file === undefined && selectorOf(selector, flags) === undefined) throw nothingSelected();
  if (flags.force === true && flags.undo === undefined)
    throw refusal('--force goes with --undo only', 'leave it out');
  checkPaths(flags);
};

/** Refuses (exit 2) a path that names no file. */
export const checkPaths = (flags: ResetFlags): void => {
  for (const [name, path] of [
    ['--receipt', flags.receipt],
    ['--plan-out', flags.planOut],
    ['--plan', flags.plan],
    ['--undo', flags.undo],
  ] as const)
    if (path === '' || path === '-')
      throw refusal(`${name}: expected a path, got ${quoted(path)}`, 'name a file');
};

/** The job that the command line means. Throws a RatectlError (exit 2) when it means none. */
export const resetJob = (
  selector: string | undefined,
  flags: ResetFlags,
  target: Target & {readonly now: number},
  context: CliContext,
): ChangeJob => {
  const {store, now} = target;
  if (flags.undo !== undefined) {
    const receipt = readRowFile(flags.undo, resolveIn(context, flags.undo), RECEIPT_SCHEMA);
    requireSameStore(receipt.header, flags.undo, target, flags);
    const inUse = flags.force === true ? 'replace' : 'leave';
    return undoJob(receipt, {store, path: flags.undo, now, inUse});
  }
  if (flags.plan !== undefined) {
    const plan = readRowFile(flags.plan, resolveIn(context, flags.plan), PLAN_SCHEMA);
    if (plan.end?.done !== true)
      throw refusal(`${quoted(flags.plan, 200)} is a plan without its end`, 'write it again with --plan-out');
    if (plan.end.keys !== plan.rows)
      throw refusal(
        `${quoted(flags.plan, 200)} is of ${formatPlural(plan.end.keys, 'key')} and has ${formatCount(plan.rows)}: it was changed after it was written`,
        'write it again with --plan-out',
      );
    requireSameStore(plan.header, flags.plan, target, flags);
    return planJob(plan, flags.plan, store);
  }
  const selected = selectorOf(selector, flags);
  if (selected === undefined) throw nothingSelected();
  return selectorJob(selected, {store, policy: target.policy?.policy});
};

/** A receipt of another store would bring things there that never were in it. */
export const requireSameStore = (
  header: {readonly store: string; readonly context: string | null},
  path: string,
  {redactedUrl}: Target,
  flags: ResetFlags,
): void => {
  if (header.store === redactedUrl || flags.otherStore === true) return;
  const named = header.context === null ? '' : ` (context ${quoted(header.context)})`;
  throw new RatectlError(
    `${quoted(path, 200)} is of ${quoted(header.store, 200)}${named}, and this is ${quoted(redactedUrl, 200)}`,
    {
      code: 'reset/other-store',
      exit: 4,
      hint: 'choose that store with --store or --context; --other-store if it is the same one under another name',
    },
  );
};

const nothingSelected = (): RatectlError =>
  refusal(
    'what shall be reset? expected LIMIT/KEY',
    'for several keys: --prefix LIMIT/PREFIX, --match PATTERN/PATTERN or --all',
  );

const refusal = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'usage/reset', hint});
