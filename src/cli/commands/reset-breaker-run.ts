import {ExitCode} from '../../base/exit-code.ts';
import {reset} from '../../engine/breaker.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import {actorText} from '../../operate/audit/actor.ts';
import {
  breakerKind,
  type KnownBreaker,
  keyedBreakers,
  knownBreakers,
} from '../../operate/status/breaker-section.ts';
import {clampedInstant} from '../../operate/status/clamped-instant.ts';
import {listBreakers, StoredBreaker} from '../../store/stored-breaker.ts';
import type {BreakerResetReport} from '../../view/model/reset-report.ts';
import {breakerResetTable} from '../../view/reset/breaker-table.ts';
import type {Stake} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import type {ResetFlags} from './reset.ts';
import {type ResetSession, withResetSession} from './reset-session.ts';

/** Of a breaker that no policy knows: closing one asks for nothing of it. */
const UNKNOWN_SPEC: BreakerSpec = {
  failures: 1,
  rate: undefined,
  window: 60_000_000,
  minimumCalls: 1,
  recovery: 60_000_000,
  probes: 1,
};

/** Closes a circuit breaker, or those of all keys of one with a key, and forgets what they counted. */
export const runBreakerReset = (name: string, flags: ResetFlags, context: CliContext): Promise<void> =>
  withResetSession(flags, context, async (session) => {
    const {store} = session.target;
    const chosen = await chooseBreakers(name, session);
    if (flags.dryRun !== true)
      session.requireReason(chosen.reach, 'a breaker with a key: it closes those of all its keys');
    const report = reportOf(chosen, session, flags.dryRun === true);
    if (report.changed && flags.dryRun !== true) {
      await session.confirm(stakeOf(report), (style) =>
        breakerResetTable({...report, dryRun: true}, style, 'question'),
      );
      for (const {name: one, spec} of chosen.breakers)
        await new StoredBreaker(store, one, spec ?? UNKNOWN_SPEC).reset(actorText(session.actor));
      await store.announce();
      await tellJournals(report, session);
    }
    await session.answer('reset-breaker', report, (style) => breakerResetTable(report, style));
    if (!report.changed && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
  });

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
