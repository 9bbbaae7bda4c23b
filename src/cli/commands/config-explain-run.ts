import {formatDuration} from '../../base/duration.ts';
import {safeJson} from '../../base/safe-text.ts';
import type {PasswordSource} from '../../config/config-model.ts';
import {shownPath} from '../../config/config-places.ts';
import {describeOrigin} from '../../config/describe-origin.ts';
import {resolveSettings} from '../../config/resolve-settings.ts';
import type {Origin, Settings} from '../../config/settings.ts';
import {shownUrl} from '../../config/shown-url.ts';
import {table} from '../../view/table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import type {ConfigExplainFlags} from './config.ts';

/** One setting in the JSON answer. */
interface ExplainedSetting {
  readonly name: string;
  /** Without any secret; null: not set. */
  readonly value: string | number | boolean | null;
}

interface Explained {
  readonly json: ExplainedSetting;
  readonly shown: string;
  readonly origin: Origin;
}

/** Shows what holds for a command with these flags. Reads no password, runs no program, opens no store. */
export const runConfigExplain = async (flags: ConfigExplainFlags, context: CliContext): Promise<void> => {
  const {streams, cwd} = context;
  const settings = resolveSettings({flags, env: streams.env, cwd});
  const rows = explained(settings, cwd);
  const {places} = settings;
  const name = settings.context?.value.name ?? null;
  if (outputFormat(flags) === 'json') {
    const data = {
      settings: rows.map(({json, origin}) => ({...json, from: originJson(origin, places)})),
      files: filesOf(settings),
    };
    await streams.out.write(
      `${safeJson(envelope('config-explain', data, settings.warnings, context, name), 2)}\n`,
    );
    return;
  }
  const lines = table(
    [{title: 'setting'}, {title: 'value', min: 16, cut: 'middle'}, {title: 'from', min: 12, cut: 'middle'}],
    rows.map(({json, shown, origin}) => ({
      cells: [json.name === 'timeoutMs' ? 'timeout' : json.name, shown, describeOrigin(origin)],
    })),
    styleOf(flags, context),
  );
  await streams.out.write(lines.map((line) => `${line}\n`).join(''));
  await warn(settings.warnings, flags, context);
};

const DEFAULT: Origin = {kind: 'default'};

const explained = (settings: Settings, cwd: string): readonly Explained[] => {
  const {context, store, policy, prefix, timeout, readOnly, production, password} = settings;
  const url = shownUrl(store.value, password === undefined ? 'none' : 'known');
  return [
    row(
      'context',
      context?.value.name ?? null,
      context?.origin ?? DEFAULT,
      context === undefined ? 'none' : undefined,
    ),
    row('store', url, store.origin),
    policy === undefined
      ? row('policy', null, DEFAULT, 'published, else ratectl.yaml')
      : row('policy', policy.value, policy.origin, shownPath(policy.value, cwd)),
    row(
      'prefix',
      prefix?.value ?? null,
      prefix?.origin ?? DEFAULT,
      prefix === undefined ? 'as in the URL' : undefined,
    ),
    row('timeoutMs', timeout.value / 1_000, timeout.origin, formatDuration(timeout.value)),
    row('readOnly', readOnly.value, readOnly.origin, readOnly.value ? 'yes' : 'no'),
    row('production', production.value, production.origin, production.value ? 'yes' : 'no'),
    password === undefined
      ? row('password', null, DEFAULT, 'none')
      : row('password', password.value.kind, password.origin, passwordWords(password.value, cwd)),
  ];
};

const row = (
  name: string,
  value: ExplainedSetting['value'],
  origin: Origin,
  shown = String(value),
): Explained => ({json: {name, value}, shown, origin});

/** What is known of it without reading it. Arguments are left out: some programs take a secret there. */
const passwordWords = (source: PasswordSource, cwd: string): string => {
  switch (source.kind) {
    case 'file':
      return `in ${shownPath(source.path, cwd)}`;
    case 'command':
      return `printed by ${source.argv[0]}`;
    case 'variable':
      return `in ${source.name}`;
    case 'stdin':
      return 'on standard input';
    case 'url':
      return 'in the URL, not shown';
  }
};

const originJson = (origin: Origin, places: Settings['places']): Readonly<Record<string, unknown>> => {
  switch (origin.kind) {
    case 'flag':
      return {kind: 'flag', flag: origin.flag};
    case 'environment':
      return {kind: 'environment', variable: origin.variable};
    case 'file':
      return {kind: 'file', scope: origin.scope, ...origin.where, file: places?.[origin.scope].path};
    case 'default':
      return {kind: 'default'};
  }
};

const filesOf = ({places}: Settings): Readonly<Record<string, unknown>> | null =>
  places === undefined
    ? null
    : {
        project: places.project.exists ? places.project.path : null,
        user: places.user.exists ? places.user.path : null,
      };
