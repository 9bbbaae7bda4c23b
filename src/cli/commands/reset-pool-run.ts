import {ExitCode} from '../../base/exit-code.ts';
import {emptyPool, type PoolState} from '../../engine/pool/pool.ts';
import {freeSlots} from '../../operate/reset/free-slots.ts';
import {clampedInstant} from '../../operate/status/clamped-instant.ts';
import {listPools} from '../../store/stored-pool.ts';
import type {PoolResetReport} from '../../view/model/reset-report.ts';
import {poolResetTable} from '../../view/reset/pool-table.ts';
import type {Stake} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import type {ResetFlags} from './reset.ts';
import {type ResetSession, withResetSession} from './reset-session.ts';

/** Frees the slots of a pool, of holders that will not give them back. */
export const runPoolReset = (pool: string, flags: ResetFlags, context: CliContext): Promise<void> =>
  withResetSession(flags, context, async (session) => {
    const {store} = session.target;
    if (flags.dryRun !== true) session.requireReason('many', 'the slots of a pool');
    const state = await findPool(pool, session);
    let report = reportOf(pool, state, session, flags.dryRun === true);
    if (report.changed && flags.dryRun !== true) {
      await session.confirm(stakeOf(report), (style) =>
        poolResetTable({...report, dryRun: true}, style, 'question'),
      );
      const slots = await freeSlots(store, pool, state.leases);
      const note = `${slots} ${slots === 1 ? 'slot' : 'slots'} freed`;
      await session.auditDone({action: 'pool-reset', target: pool, keys: slots, note});
      report = {...report, slots};
    }
    if (!report.changed && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    if (flags.dryRun !== true) await session.announce(report.changed ? 'change' : 'nothing');
    await session.answer('reset-pool', report, (style) => poolResetTable(report, style));
  });

/** By its exact name: one of the policy, or of the store. */
const findPool = async (name: string, session: ResetSession): Promise<PoolState> => {
  const {store, policy} = session.target;
  const stored = await listPools(store);
  const found = stored.find((one) => one.name === name);
  if (found !== undefined) return found.state;
  const ofPolicy = policy?.policy.pools.map((one) => one.name) ?? [];
  if (ofPolicy.includes(name)) return emptyPool;
  throw session.unknown('pool', name, [...new Set([...ofPolicy, ...stored.map((one) => one.name)])]);
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

const stakeOf = ({slots}: PoolResetReport): Omit<Stake, 'production'> => {
  const what = slots === 1 ? 'free this slot' : `free these ${slots.toLocaleString('en-US')} slots`;
  return {what, reach: 'many', count: slots};
};
