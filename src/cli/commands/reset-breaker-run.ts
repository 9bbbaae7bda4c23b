import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson, safeText} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import {actorText} from '../../operate/audit/actor.ts';
import {breakerKind, type KnownBreaker, knownBreakers} from '../../operate/status/breaker-section.ts';
import {clampedInstant} from '../../operate/status/clamped-instant.ts';
import {listBreakers, StoredBreaker} from '../../store/stored-breaker.ts';
import type {BreakerResetReport} from '../../view/model/reset-report.ts';
import {breakerResetTable} from '../../view/reset/breaker-table.ts';
import {confirmChange, requireConfirmable} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {withTarget} from '../with-target.ts';
import type {ResetFlags} from './reset.ts';
import {ResetSession} from './reset-session.ts';

/** Of a breaker that no policy knows: closing one asks for nothing of it. */
const UNKNOWN_SPEC: BreakerSpec = {
  failures: 1,
  rate: undefined,
  window: 60_000_000,
  minimumCalls: 1,
  recovery: 60_000_000,
  probes: 1,
};

/** Closes a circuit breaker, and forgets what it counted. */
export const runBreakerReset = (name: string, flags: ResetFlags, context: CliContext): Promise<void> =>
  withTarget(flags, context, flags.dryRun === true ? 'read' : 'write', async (target) => {
    const session = new ResetSession(target, flags, context);
    const {store, warnings} = target;
    await warn(warnings, flags, context);
    if (flags.dryRun !== true) {
      requireConfirmable(session, flags, context);
      session.requireReason('one');
    }
    const {breaker, now} = await findBreaker(name, session);
    const report = reportOf(breaker, now, session, flags.dryRun === true);
    if (report.changed && flags.dryRun !== true) {
      await confirm(report, session, flags, context);
      await new StoredBreaker(store, name, breaker.spec ?? UNKNOWN_SPEC).reset(actorText(session.actor));
      await store.announce();
      await tellJournals(report, session);
    }
    await answer(report, session, flags, context);
  });

/** By its exact name: one of the policy, or of the store. */
const findBreaker = async (
  name: string,
  {target: {store, policy}}: ResetSession,
): Promise<{readonly breaker: KnownBreaker; readonly now: number}> => {
  const known = knownBreakers(await listBreakers(store), policy?.policy);
  const breaker = known.find((one) => one.name === name);
  if (breaker !== undefined) return {breaker, now: await store.now()};
  const names = known.map((one) => one.name);
  throw new RatectlError(`unknown breaker ${quoted(name)}${didYouMean(name, names.map(safeText))}`, {
    code: 'reset/unknown-breaker',
    hint:
      names.length === 0
        ? 'neither the policy nor the store has any'
        : `breakers are ${names
            .slice(0, 10)
            .map((one) => quoted(one))
            .join(', ')}${names.length > 10 ? `, and ${names.length - 10} more: ratectl status` : ''}`,
  });
};

const reportOf = (
  breaker: KnownBreaker,
  now: number,
  {target: {redactedUrl}, actor, why}: ResetSession,
  dryRun: boolean,
): BreakerResetReport => {
  const {name, state} = breaker;
  return {
    dryRun,
    breaker: name,
    store: redactedUrl,
    before: {
      state: breakerKind(breaker, now),
      failures: state.failures,
      openedAt: state.openedAt === 0 ? null : clampedInstant(state.openedAt),
    },
    changed: state.kind !== 'closed' || state.failures > 0 || state.slots.length > 0,
    ...actor,
    why,
  };
};

const confirm = async (
  report: BreakerResetReport,
  {production}: ResetSession,
  flags: ResetFlags,
  context: CliContext,
): Promise<void> => {
  const {err} = context.streams;
  if (flags.yes !== true && flags.confirm === undefined) {
    const style = {...styleOf(flags, context), colour: false, width: err.columns};
    await err.write(breakerResetTable({...report, dryRun: true}, style, 'question'));
  }
  await confirmChange({what: 'close this breaker', reach: 'one', count: 1, production}, flags, context);
};

const tellJournals = async (
  {breaker, before: {state, failures}}: BreakerResetReport,
  session: ResetSession,
): Promise<void> => {
  const note = `closed; was ${state} after ${failures} ${failures === 1 ? 'failure' : 'failures'} in a row`;
  await session.auditDone({action: 'breaker-reset', target: breaker, keys: 1, note});
};

const answer = async (
  report: BreakerResetReport,
  {target: {warnings, contextName}}: ResetSession,
  flags: ResetFlags,
  context: CliContext,
): Promise<void> => {
  const text =
    outputFormat(flags) === 'json'
      ? `${safeJson(envelope('reset-breaker', report, warnings, context, contextName), 2)}\n`
      : breakerResetTable(report, styleOf(flags, context));
  await context.streams.out.write(text);
  if (!report.changed && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
};
