import {ExitCode} from '../../base/exit-code.ts';
import {safeJson} from '../../base/safe-text.ts';
import {listOverrideEntries} from '../../operate/override/list-override-entries.ts';
import {overrideTable} from '../../view/override/table.ts';
import type {CliContext} from '../context.ts';
import {describeBucket} from '../describe-bucket.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {withTarget} from '../with-target.ts';
import type {OverrideLsFlags} from './override.ts';

export const runOverrideLs = async (flags: OverrideLsFlags, context: CliContext): Promise<void> => {
  await withTarget(flags, context, 'read', async ({store, redactedUrl, contextName, warnings}) => {
    const {now} = await store.facts();
    const {entries, unreadable} = await listOverrideEntries(store, now, describeBucket);
    const notes = [
      ...warnings,
      ...(unreadable === 0
        ? []
        : [
            `${unreadable} ${unreadable === 1 ? 'document is no override' : 'documents are no overrides'} that this version can read`,
          ]),
    ];
    await warn(notes, flags, context);
    if (entries.length === 0 && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    const {out} = context.streams;
    const list = {store: redactedUrl, overrides: entries};
    const format = outputFormat(flags);
    if (format === 'json') {
      const answer = envelope('override-ls', list, notes, context, contextName);
      await out.write(`${safeJson(answer, 2)}\n`);
    } else if (format === 'jsonl') {
      for (const entry of entries) await out.write(`${safeJson(entry)}\n`);
    } else await out.write(overrideTable(list, styleOf(flags, context)));
  });
};
