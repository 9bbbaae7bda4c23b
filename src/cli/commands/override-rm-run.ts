import {ExitCode} from '../../base/exit-code.ts';
import {readSlot, removeOverride} from '../../operate/override/change-override.ts';
import type {CliContext} from '../context.ts';
import {untoldWarnings} from '../untold-warnings.ts';
import {withTarget} from '../with-target.ts';
import type {OverrideRmFlags} from './override.ts';
import {OverrideSession, overrideKey} from './override-session.ts';

export const runOverrideRm = async (
  selector: string,
  flags: OverrideRmFlags,
  context: CliContext,
): Promise<void> => {
  const {limit, key} = overrideKey(selector, flags);
  await withTarget(flags, context, flags.dryRun === true ? 'read' : 'write', async (target) => {
    const session = new OverrideSession(target, flags, context);
    session.requireConfirmable();
    const {now} = await target.store.facts();
    const slot = await readSlot(target.store, {limit, key});
    const change = {action: 'rm', slot, after: undefined, now} as const;
    if (slot.seen === undefined) {
      if (flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    } else await session.confirm('remove this override', change);
    if (flags.dryRun !== true) {
      const untold = await removeOverride(target.store, slot);
      if (slot.seen !== undefined)
        await session.audit('override-rm', `${limit}/${key}`, flags.reason?.trim() ?? '');
      await session.warnings.add(untoldWarnings(untold, context));
    }
    await session.answer(change);
  });
};
