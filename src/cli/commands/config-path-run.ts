import {existsSync} from 'node:fs';
import {safeJson} from '../../base/safe-text.ts';
import {configPlaces} from '../../config/config-places.ts';
import {switchOf} from '../../config/load-config.ts';
import {defaultStorePath} from '../../store/default-store-path.ts';
import {table} from '../../view/table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {tell} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import type {ConfigPathFlags} from './config.ts';

/** Shows the places of the files; also of those that are wrong. */
export const runConfigPath = async (flags: ConfigPathFlags, context: CliContext): Promise<void> => {
  const {streams, cwd} = context;
  const {project, user} = configPlaces(cwd, streams.env);
  const state = defaultStorePath(cwd, streams.env);
  const files = [
    {name: 'project', path: project.path, exists: project.exists},
    {name: 'user', path: user.path, exists: user.exists},
    {name: 'state', path: state, exists: existsSync(state)},
  ];
  const warnings =
    switchOf(streams.env, 'RATECTL_NO_CONFIG') === true
      ? ['RATECTL_NO_CONFIG is set: no configuration is read']
      : [];
  if (outputFormat(flags) === 'json') {
    await streams.out.write(`${safeJson(envelope('config-path', {files}, warnings, context), 2)}\n`);
    return;
  }
  if (flags.user === true) {
    // For other programs: as it is in the file system.
    await streams.out.write(`${user.path}\n`);
    return;
  }
  const lines = table(
    [{title: ''}, {title: 'path', min: 20, cut: 'middle'}, {title: ''}],
    files.map(({name, path, exists}) => ({cells: [name, path, exists ? '' : 'not there']})),
    styleOf(flags, context),
  );
  await streams.out.write(lines.map((line) => `${line}\n`).join(''));
  await tell(warnings, flags, context);
};
