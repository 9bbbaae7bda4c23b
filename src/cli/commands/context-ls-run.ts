import {formatLocation, isRatectlError} from '../../base/ratectl-error.ts';
import {safeJson} from '../../base/safe-text.ts';
import {chooseStore, variable} from '../../config/choose-store.ts';
import type {ContextConfig, PasswordSource} from '../../config/config-model.ts';
import {type Config, loadConfig} from '../../config/load-config.ts';
import {settingsFrom} from '../../config/resolve-settings.ts';
import type {SettingsInput} from '../../config/settings.ts';
import {shownUrl} from '../../config/shown-url.ts';
import {type Cell, table} from '../../view/table.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {tell} from '../notes.ts';
import {type OutputFlags, outputFormat, styleOf} from '../options/output.ts';

/** One context in the JSON answer. */
interface ListedContext {
  readonly name: string;
  readonly current: boolean;
  /** Without any secret; null when it cannot be read. */
  readonly store: string | null;
  readonly policy: string | null;
  readonly prefix: string | null;
  readonly timeoutMs: number | null;
  readonly readOnly: boolean | null;
  readonly production: boolean;
  /** Where the password comes from; null: there is none. */
  readonly password: PasswordSource['kind'] | null;
  /** Why the context cannot be used. */
  readonly problem: string | null;
  readonly scope: 'project' | 'user';
  readonly file: string;
  readonly line: number | null;
}

/** Variables that say something about one run, and nothing about the contexts. */
const OF_THE_RUN = ['STORE', 'CONTEXT', 'POLICY', 'PREFIX', 'TIMEOUT', 'PASSWORD'].map(
  (name) => `RATECTL_${name}`,
);

export const runContextLs = async (flags: OutputFlags, context: CliContext): Promise<void> => {
  const {streams, cwd} = context;
  const input: SettingsInput = {flags: {config: true}, env: streams.env, cwd};
  const config = loadConfig(cwd, streams.env, 'files');
  const warnings = [...config.warnings];
  const current = currentName(input, config, warnings);
  const contexts = [...config.contexts.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((one) => ({one, json: listed(one, one.name === current, input, config)}));
  if (outputFormat(flags) === 'json') {
    const answer = envelope(
      'context-ls',
      {current: current ?? null, contexts: contexts.map(({json}) => json)},
      warnings,
      context,
      current ?? null,
    );
    await streams.out.write(`${safeJson(answer, 2)}\n`);
    return;
  }
  if (contexts.length === 0)
    warnings.push('there are no contexts; add one with: ratectl context add NAME --store URL');
  const lines = table(
    [
      {title: ''},
      {title: 'name', min: 8},
      {title: 'store', min: 16, cut: 'middle'},
      {title: 'access'},
      {title: 'file', min: 10, cut: 'middle', drop: 1},
    ],
    contexts.map(({one, json}) => ({cells: cellsOf(json, one), note: json.problem ?? undefined})),
    styleOf(flags, context),
  );
  await streams.out.write(lines.map((line) => `${line}\n`).join(''));
  await tell(warnings, flags, context);
};

/** The context that is used when no flag says another. That there is none such is worth a note, and no reason to list nothing. */
const currentName = (input: SettingsInput, config: Config, warnings: string[]): string | undefined => {
  try {
    const choice = chooseStore(input, config);
    if (variable(input.env, 'RATECTL_STORE') !== undefined)
      warnings.push('RATECTL_STORE is set, and comes before every context');
    return choice.kind === 'context' ? choice.context.name : undefined;
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    warnings.push(error.message);
    return undefined;
  }
};

const listed = (
  one: ContextConfig,
  current: boolean,
  input: SettingsInput,
  config: Config,
): ListedContext => {
  const place = {scope: one.file.scope, file: one.file.path, line: one.where.line ?? null};
  const env = Object.fromEntries(Object.entries(input.env).filter(([name]) => !OF_THE_RUN.includes(name)));
  try {
    const settings = settingsFrom({...input, env, flags: {config: true, context: one.name}}, config);
    return {
      name: one.name,
      current,
      store: shownUrl(settings.store.value, settings.password === undefined ? 'none' : 'known'),
      policy: settings.policy?.value ?? null,
      prefix: settings.prefix?.value ?? null,
      timeoutMs: settings.timeout.value / 1_000,
      readOnly: settings.readOnly.value,
      production: settings.production.value,
      password: settings.password?.value.kind ?? null,
      problem: null,
      ...place,
    };
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    return {
      name: one.name,
      current,
      store: null,
      policy: null,
      prefix: null,
      timeoutMs: null,
      readOnly: null,
      production: one.production?.value ?? false,
      password: null,
      problem: error.message,
      ...place,
    };
  }
};

const cellsOf = (one: ListedContext, {where}: ContextConfig): readonly Cell[] => [
  one.current ? {text: '*', role: 'good'} : '',
  one.current ? {text: one.name, role: 'strong'} : one.name,
  one.store ?? '-',
  accessCell(one),
  formatLocation({file: where.file, line: where.line ?? 1}),
];

const accessCell = ({production, readOnly}: ListedContext): Cell => {
  const access = readOnly === null ? 'unknown' : readOnly ? 'read-only' : 'read-write';
  return production ? {text: `production, ${access}`, role: readOnly === false ? 'warn' : undefined} : access;
};
