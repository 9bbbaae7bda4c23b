import {RatectlError} from '../../base/ratectl-error.ts';
import {safeJson, safeText} from '../../base/safe-text.ts';
import {type ConfigEdit, editConfig} from '../../config/edit-config.ts';
import {contextNamed, loadConfig} from '../../config/load-config.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {tell} from '../notes.ts';
import {type OutputFlags, outputFormat} from '../options/output.ts';
import {userPlace} from './user-place.ts';

/** `context rm NAME`: takes the entry out of the user's file, and the choice of it, too. */
export const runContextRm = async (name: string, flags: OutputFlags, context: CliContext): Promise<void> => {
  const {streams, cwd, cleanups} = context;
  const config = loadConfig(cwd, streams.env, 'files');
  const place = userPlace(config);
  const found = config.user?.contexts.get(name) ?? contextNamed(config, name, 'context rm');
  if (found.file.scope === 'project')
    throw new RatectlError(`context "${name}" belongs to the project`, {
      code: 'config/project-context',
      where: found.where,
      hint: 'take it out of that file by hand',
    });
  const wasCurrent = config.user?.current?.value === name;
  const edits: ConfigEdit[] = [{path: ['contexts', name], value: undefined}];
  if (wasCurrent) edits.push({path: ['context'], value: undefined});
  editConfig(place, edits, (after) => !after.contexts.has(name) && after.current?.value !== name, cleanups);
  const warnings = wasCurrent ? ['it was the one in use: from now on the default store is used'] : [];
  if (outputFormat(flags) === 'json') {
    const data = {name, wasCurrent, file: place.path};
    await streams.out.write(`${safeJson(envelope('context-rm', data, warnings, context), 2)}\n`);
    return;
  }
  await streams.out.write(`removed context "${name}" from ${safeText(place.shown)}\n`);
  await tell(warnings, flags, context);
};
