import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {type ManualMode, NO_END} from '../../engine/control/degradation.ts';
import {changeMode, seeMode} from '../../operate/degrade/change-mode.ts';
import type {CliContext} from '../context.ts';
import {warn} from '../notes.ts';
import {endOf} from '../options/end-time.ts';
import {timesOf} from '../options/times.ts';
import {untoldWarnings} from '../untold-warnings.ts';
import {withTarget} from '../with-target.ts';
import type {DegradeClearFlags, DegradeSetFlags, SettableMode} from './degrade.ts';
import {DegradeSession} from './degrade-session.ts';

export const runDegradeSet = async (
  mode: SettableMode,
  flags: DegradeSetFlags,
  context: CliContext,
): Promise<void> => {
  const reason = reasonOf(flags);
  timesOf(flags, 0, context);
  const endAt = endOf(flags, 'usage/degrade');
  await withTarget(flags, context, flags.dryRun === true ? 'read' : 'write', async (target) => {
    const session = new DegradeSession(target, flags, context);
    await warn(session.warnings.all, flags, context);
    session.requireConfirmable('set');
    const seen = await seeMode(target.store);
    const end = endAt(seen.now);
    const manual: ManualMode = {
      ...{mode, by: session.actorText, reason, at: seen.now},
      until: Number.isFinite(end) ? end : NO_END,
    };
    const change = {action: 'set', seen, manual} as const;
    await session.confirm(change);
    if (flags.dryRun !== true) {
      const untold = await changeMode(target.store, seen, manual);
      await session.audit('degrade-set', mode, {
        why: reason,
        note:
          flags.for === undefined
            ? flags.until === undefined
              ? 'until it is cleared'
              : `until ${flags.until}`
            : `for ${flags.for}`,
      });
      await session.warnings.add(untoldWarnings(untold, context));
    }
    await session.answer(change);
  });
};

export const runDegradeClear = async (flags: DegradeClearFlags, context: CliContext): Promise<void> => {
  const why = reasonOf(flags);
  timesOf(flags, 0, context);
  await withTarget(flags, context, flags.dryRun === true ? 'read' : 'write', async (target) => {
    const session = new DegradeSession(target, flags, context);
    await warn(session.warnings.all, flags, context);
    session.requireConfirmable('clear');
    const seen = await seeMode(target.store);
    const change = {action: 'clear', seen, manual: undefined} as const;
    if (seen.manual === undefined) {
      if (flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    } else await session.confirm(change);
    if (flags.dryRun !== true) {
      const untold = await changeMode(target.store, seen, undefined);
      if (seen.manual !== undefined)
        await session.audit('degrade-clear', seen.manual.mode, {
          why,
          note: `the rule says ${seen.state.mode}`,
        });
      await session.warnings.add(untoldWarnings(untold, context));
    }
    await session.answer(change);
  });
};

const reasonOf = ({reason}: DegradeClearFlags): string => {
  const why = reason?.trim() ?? '';
  if (why !== '') return why;
  throw new RatectlError('--reason: expected a few words, got ""', {
    code: 'usage/no-reason',
    hint: 'others will ask: degrade and audit show it',
  });
};
