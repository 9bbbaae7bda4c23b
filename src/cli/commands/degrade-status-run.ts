import {safeJson} from '../../base/safe-text.ts';
import {readDegrade} from '../../operate/degrade/read-degrade.ts';
import {degradeTable} from '../../view/degrade/status-table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {timesOf} from '../options/times.ts';
import {withTarget} from '../with-target.ts';
import type {DegradeStatusFlags} from './degrade.ts';

export const runDegradeStatus = async (flags: DegradeStatusFlags, context: CliContext): Promise<void> => {
  // Refuses an unknown zone before a store is opened.
  timesOf(flags, 0, context);
  await withTarget(flags, context, 'read', async ({store, policy, redactedUrl, contextName, warnings}) => {
    const {now} = await store.facts();
    const report = {store: redactedUrl, ...(await readDegrade(store, policy?.policy))};
    await warn(warnings, flags, context);
    const {out} = context.streams;
    if (outputFormat(flags) === 'json') {
      const answer = envelope('degrade-status', report, warnings, context, contextName);
      return out.write(`${safeJson(answer, 2)}\n`);
    }
    const times = timesOf(flags, now / 1_000, context);
    return out.write(degradeTable(report, times, styleOf(flags, context)));
  });
};
