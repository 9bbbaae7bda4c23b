import {RatectlError} from '../../base/ratectl-error.ts';
import {safeJson, safeText} from '../../base/safe-text.ts';
import {variable} from '../../config/choose-store.ts';
import {editConfig} from '../../config/edit-config.ts';
import {type Config, contextNamed, loadConfig} from '../../config/load-config.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {tell} from '../notes.ts';
import {outputFormat} from '../options/output.ts';
import type {ContextUseFlags} from './context.ts';
import {userPlace} from './user-place.ts';

/** `context use NAME`: writes the choice into the user's file. */
export const runContextUse = async (
  name: string | undefined,
  flags: ContextUseFlags,
  context: CliContext,
): Promise<void> => {
  const {streams, cwd, cleanups} = context;
  if ((name === undefined) !== (flags.none === true))
    throw new RatectlError(name === undefined ? 'no context is named' : '--none and a name are both given', {
      code: 'usage/context',
      hint: 'ratectl context use NAME, or ratectl context use --none; ratectl context ls shows the names',
    });
  const config = loadConfig(cwd, streams.env, 'files');
  const place = userPlace(config);
  if (name !== undefined) refuseProjects(config, name);
  if (name !== undefined || config.user?.current !== undefined)
    editConfig(place, [{path: ['context'], value: name}], (after) => after.current?.value === name, cleanups);
  const warnings = [...config.warnings, ...overruling(config, context)];
  if (outputFormat(flags) === 'json') {
    const data = {current: name ?? null, file: place.path};
    await streams.out.write(
      `${safeJson(envelope('context-use', data, warnings, context, name ?? null), 2)}\n`,
    );
    return;
  }
  await streams.out.write(
    name === undefined ? 'no context is used by default\n' : `context "${name}" is used from now on\n`,
  );
  await tell(warnings, flags, context);
};

/** In other folders, a name that only this project knows would be an error for every command. */
const refuseProjects = (config: Config, name: string): void => {
  const found = contextNamed(config, name, 'context use');
  if (found.file.scope === 'user' || config.user?.contexts.has(name) === true) return;
  throw new RatectlError(`context "${name}" is known in this project only`, {
    code: 'config/project-context',
    where: found.where,
    hint: `write "context: ${name}" at the top of ${safeText(found.file.shown)}, or use --context ${name}`,
  });
};

/** What comes before the choice that was just made. */
export const overruling = (config: Config, {streams: {env}}: CliContext): readonly string[] => {
  const variables = ['RATECTL_STORE', 'RATECTL_CONTEXT'].filter((name) => variable(env, name) !== undefined);
  const project = config.project;
  const said = project?.current === undefined ? project?.defaults.store && 'store' : 'context';
  return [
    ...variables.map((name) => `${name} is set, and comes before this choice`),
    ...(said === undefined
      ? []
      : [`${safeText(project!.shown)} says its own ${said}, which comes before this choice`]),
  ];
};
