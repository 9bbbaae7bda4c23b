import {ExitCode} from '../../base/exit-code.ts';
import {reset} from '../../engine/breaker.ts';
import {actorText} from '../../operate/audit/actor.ts';
import {closeBreakers} from '../../operate/reset/close-breakers.ts';
import {
  breakerKind,
  type KnownBreaker,
  keyedBreakers,
  knownBreakers,
} from '../../operate/status/breaker-section.ts';
import {clampedInstant} from '../../operate/status/clamped-instant.ts';
import {listBreakers} from '../../store/stored-breaker.ts';
import type {BreakerResetReport} from '../../view/model/reset-report.ts';
import {breakerResetTable} from '../../view/reset/breaker-table.ts';
import type {Stake} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import type {ResetFlags} from './reset.ts';
import {type ResetSession, withResetSession} from './reset-session.ts';

/** Closes a circuit breaker, or those of all keys of one with a key, and forgets what they counted. */
export const runBreakerReset = (name: string, flags: ResetFlags, context: CliContext): Promise<void> =>
  withResetSession(flags, context, async (session) => {
    const chosen = await chooseBreakers(name, session);
    if (flags.dryRun !== true)
      session.requireReason(chosen.reach, 'a breaker with a key: it closes those of all its keys');
    const planned = reportOf(chosen, session, flags.dryRun === true);
    const report = planned.changed && flags.dryRun !== true ? await close(planned, chosen, session) : planned;
    if (!report.complete) context.exitCode = ExitCode.partial;
    else if (!report.changed && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    if (flags.dryRun !== true) await session.announce(report.changed ? 'change' : 'nothing');
    await session.answer('reset-breaker', report, (style) => breakerResetTable(report, style));
  });

/** The report of what became of it. */
const close = async (
  planned: BreakerResetReport,
  {reach, breakers}: ChosenBreakers,
  session: ResetSession,
): Promise<BreakerResetReport> => {
  await session.confirm(stakeOf(planned), (style) =>
    breakerResetTable({...planned, dryRun: true}, style, 'question'),
  );
  const {breaker, keys} = planned;
  if (reach === 'many')
    await session.audit({action: 'breaker-reset-started', target: breaker, keys: breakers.length});
  const {closed, failure} = await closeBreakers(session.target.store, breakers, actorText(session.actor));
  const report: BreakerResetReport = {
    ...planned,
    keys: keys === null ? null : closed,
    complete: failure === undefined,
    error: failure === undefined ? null : messageOf(failure),
  };
  await tellJournals(report, session);
  return report;
};

/** What a name means: one breaker, or those of the keys of one that are not closed. */
interface ChosenBreakers {
  readonly name: string;
  readonly reach: 'one' | 'many';
  readonly breakers: readonly KnownBreaker[];
  /** The store's clock, µs. */
  readonly now: number;
}

/** By its exact name: one of the policy, or of the store. */
const chooseBreakers = async (name: string, session: ResetSession): Promise<ChosenBreakers> => {
  const {store, policy} = session.target;
  const known = knownBreakers(await listBreakers(store), policy?.policy);
  const now = await store.now();
  if (keyedBreakers(policy?.policy).has(name)) {
    const breakers = known.filter(({ofKey, state}) => ofKey?.breaker === name && state.kind !== 'closed');
    return {name, reach: 'many', breakers, now};
  }
  const breaker = known.find((one) => one.name === name);
  if (breaker !== undefined) return {name, reach: 'one', breakers: [breaker], now};
  throw session.unknown(
    'breaker',
    name,
    known.map((one) => one.name),
  );
};

const reportOf = (
  {name, reach, breakers, now}: ChosenBreakers,
  {target: {redactedUrl}, actor, why}: ResetSession,
  dryRun: boolean,
): BreakerResetReport => {
  const [first = {state: reset(), spec: undefined}] = breakers;
  const {state} = first;
  return {
    dryRun,
    breaker: name,
    store: redactedUrl,
    before: {
      state: breakerKind(first, now),
      failures: state.failures,
      openedAt: state.openedAt === 0 ? null : clampedInstant(state.openedAt),
    },
    keys: reach === 'many' ? breakers.length : null,
    changed:
      reach === 'many'
        ? breakers.length > 0
        : state.kind !== 'closed' || state.failures > 0 || state.slots.length > 0,
    complete: true,
    error: null,
    ...actor,
    why,
  };
};

const stakeOf = ({keys}: BreakerResetReport): Omit<Stake, 'production'> =>
  keys === null
    ? {what: 'close this breaker', reach: 'one', count: 1}
    : {what: 'close the breakers of these keys', reach: 'many', count: keys};

const tellJournals = async (
  {breaker, keys, before: {state, failures}}: BreakerResetReport,
  session: ResetSession,
): Promise<void> => {
  const note =
    keys === null
      ? `closed; was ${state} after ${failures} ${failures === 1 ? 'failure' : 'failures'} in a row`
      : `closed for ${keys} ${keys === 1 ? 'key' : 'keys'}`;
  await session.auditDone({action: 'breaker-reset', target: breaker, keys: keys ?? 1, note});
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
