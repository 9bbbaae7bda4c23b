import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson, safeText} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {emptyPool, type PoolState} from '../../engine/pool/pool.ts';
import {freeSlots} from '../../operate/reset/free-slots.ts';
import {clampedInstant} from '../../operate/status/clamped-instant.ts';
import {listPools} from '../../store/stored-pool.ts';
import type {PoolResetReport} from '../../view/model/reset-report.ts';
import {poolResetTable} from '../../view/reset/pool-table.ts';
import {confirmChange, requireConfirmable} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {withTarget} from '../with-target.ts';
import type {ResetFlags} from './reset.ts';
import {ResetSession} from './reset-session.ts';

/** Frees the slots of a pool, of holders that will not give them back. */
export const runPoolReset = (pool: string, flags: ResetFlags, context: CliContext): Promise<void> =>
  withTarget(flags, context, flags.dryRun === true ? 'read' : 'write', async (target) => {
    const session = new ResetSession(target, flags, context);
    const {store, warnings} = target;
    await warn(warnings, flags, context);
    if (flags.dryRun !== true) {
      requireConfirmable(session, flags, context);
      session.requireReason('many', 'the slots of a pool');
    }
    const state = await findPool(pool, session);
    const report = reportOf(pool, state, session, flags.dryRun === true);
    if (!report.changed || flags.dryRun === true) return answer(report, session, flags, context);
    await confirm(report, session, flags, context);
    const slots = await freeSlots(store, pool, state.leases);
    await store.announce();
    const note = `${slots} ${slots === 1 ? 'slot' : 'slots'} freed`;
    await session.auditDone({action: 'pool-reset', target: pool, keys: slots, note});
    return answer({...report, slots}, session, flags, context);
  });

/** By its exact name: one of the policy, or of the store. */
const findPool = async (name: string, {target: {store, policy}}: ResetSession): Promise<PoolState> => {
  const stored = await listPools(store);
  const found = stored.find((one) => one.name === name);
  if (found !== undefined) return found.state;
  const ofPolicy = policy?.policy.pools.map((one) => one.name) ?? [];
  if (ofPolicy.includes(name)) return emptyPool;
  const names = [...new Set([...ofPolicy, ...stored.map((one) => one.name)])];
  throw new RatectlError(`unknown pool ${quoted(name)}${didYouMean(name, names.map(safeText))}`, {
    code: 'reset/unknown-pool',
    hint:
      names.length === 0
        ? 'neither the policy nor the store has any'
        : `pools are ${names
            .slice(0, 10)
            .map((one) => quoted(one))
            .join(', ')}${names.length > 10 ? `, and ${names.length - 10} more: ratectl status` : ''}`,
  });
};

/** Holders that are named. */
const SHOWN = 10;

const reportOf = (
  pool: string,
  {leases, waiting}: PoolState,
  {target: {redactedUrl}, actor, why}: ResetSession,
  dryRun: boolean,
): PoolResetReport => ({
  dryRun,
  pool,
  store: redactedUrl,
  slots: leases.length,
  waiting: waiting.length,
  holders: [...leases]
    .sort((a, b) => a.since - b.since)
    .slice(0, SHOWN)
    .map(({key, since}) => ({key, since: clampedInstant(since)})),
  changed: leases.length > 0,
  ...actor,
  why,
});

const confirm = async (
  report: PoolResetReport,
  {production}: ResetSession,
  flags: ResetFlags,
  context: CliContext,
): Promise<void> => {
  const {err} = context.streams;
  if (flags.yes !== true && flags.confirm === undefined) {
    const style = {...styleOf(flags, context), colour: false, width: err.columns};
    await err.write(poolResetTable({...report, dryRun: true}, style, 'question'));
  }
  const {slots} = report;
  const what = slots === 1 ? 'free this slot' : `free these ${slots.toLocaleString('en-US')} slots`;
  await confirmChange({what, reach: 'many', count: slots, production}, flags, context);
};

const answer = async (
  report: PoolResetReport,
  {target: {warnings, contextName}}: ResetSession,
  flags: ResetFlags,
  context: CliContext,
): Promise<void> => {
  const text =
    outputFormat(flags) === 'json'
      ? `${safeJson(envelope('reset-pool', report, warnings, context, contextName), 2)}\n`
      : poolResetTable(report, styleOf(flags, context));
  await context.streams.out.write(text);
  if (!report.changed && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
};
