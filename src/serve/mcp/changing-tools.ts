import {RatectlError} from '../../base/ratectl-error.ts';
import type {ForceRefreshReport} from '../../view/model/force-refresh.ts';
import type {OverrideChange} from '../../view/model/override-list.ts';
import type {ResetReport} from '../../view/model/reset-report.ts';
import {overrideChangeTable} from '../../view/override/change-table.ts';
import {resetTable} from '../../view/reset/table.ts';
import {forceRefreshText} from '../../view/token/force-refresh.ts';
import type {Arguments, Fields} from './fields.ts';
import {type Caller, TEXT_STYLE, type Tool, type ToolAnswer} from './tool.ts';

/** The JSON answer of a command, and what the process would have ended with. */
export interface CommandAnswer {
  readonly json: Readonly<Record<string, unknown>>;
  readonly exit: number;
}

/**
 * Runs a command of ratectl as `actor`, with --json, on the store that is served. What the commands ask for – a reason, a
 * confirmation in production, no changes in read-only contexts – is asked for here, too, since it is the commands that do it.
 */
export type RunCommand = (args: readonly string[], caller: Caller) => Promise<CommandAnswer>;

const KEY = {kind: 'text', required: true, about: 'One key as LIMIT/KEY, every character as it is.'} as const;
const REASON = {
  kind: 'text',
  most: 500,
  required: true,
  about: 'Why, in a few words: for the audit journal.',
} as const;
const SAFETY = {
  dryRun: {kind: 'flag', about: 'Say what would be done, and change nothing.'},
  confirm: {kind: 'text', about: 'In a production context: its name.'},
} as const satisfies Fields;

export const changingTools = (run: RunCommand): readonly Tool[] => [
  resetTool(run),
  overrideSetTool(run),
  overrideRemoveTool(run),
  forceRefreshTool(run),
];

const resetTool = (run: RunCommand): Tool => ({
  name: 'reset',
  title: 'Reset one key',
  description:
    'Make one key as if it was never seen: it is let in again at once. Writes a receipt that brings it back (ratectl reset --undo). One key, named exactly; several are for the command line.',
  effect: 'changes',
  fields: {key: KEY, reason: REASON, ...SAFETY},
  run: (given, caller) =>
    answered(
      run,
      ['reset', ...safetyOf(given), `--reason=${reasonOf(given)}`, '--', given.text('key')!],
      caller,
      (data) => resetTable(data as ResetReport, TEXT_STYLE),
    ),
});

const PARAMETERS = {
  rate: 'Units per time, such as 100/s.',
  burst: 'Units that may pass at once.',
  limit: 'Units per window.',
  window: 'Length of the window, such as 1m.',
  max: 'Requests at the same time.',
} as const;

const overrideSetTool = (run: RunCommand): Tool => ({
  name: 'override_set',
  title: 'Set an override for one key',
  description:
    'Raise, lower, block or exempt one key for a time, without touching the policy. Give effect block or exempt, or parameters of the limit such as rate. Running applications follow within a second.',
  effect: 'changes',
  fields: {
    key: KEY,
    reason: REASON,
    for: {kind: 'text', required: true, about: 'How long, such as 30m, 2h or 7d.'},
    effect: {kind: 'choice', of: ['block', 'exempt'], about: 'Refuse every request, or have no limit.'},
    ...Object.fromEntries(
      Object.entries(PARAMETERS).map(([name, about]) => [name, {kind: 'text', about} as const]),
    ),
    ...SAFETY,
  },
  run(given, caller) {
    const effect = given.text('effect');
    const parameters = Object.keys(PARAMETERS).flatMap((name) => {
      const value = given.text(name);
      return value === undefined ? [] : [`--${name}=${value}`];
    });
    const args = [
      'override',
      'set',
      ...safetyOf(given),
      ...(effect === undefined ? [] : [`--${effect}`]),
      ...parameters,
      `--for=${given.text('for')!}`,
      `--reason=${reasonOf(given)}`,
      '--',
      given.text('key')!,
    ];
    return answered(run, args, caller, (data) => overrideChangeTable(data as OverrideChange, TEXT_STYLE));
  },
});

const overrideRemoveTool = (run: RunCommand): Tool => ({
  name: 'override_rm',
  title: 'Take away the override of one key',
  description: 'Take away what was set for one key: the policy holds for it again.',
  effect: 'changes',
  fields: {key: KEY, reason: REASON, ...SAFETY},
  run: (given, caller) =>
    answered(
      run,
      ['override', 'rm', ...safetyOf(given), `--reason=${reasonOf(given)}`, '--', given.text('key')!],
      caller,
      (data) => overrideChangeTable(data as OverrideChange, TEXT_STYLE),
    ),
});

const forceRefreshTool = (run: RunCommand): Tool => ({
  name: 'force_refresh',
  title: 'Refresh an OAuth token once',
  description:
    'Refresh the token of one provider, under the same lock and budget as all applications: never beside them, never more often than the budget allows. Answers no secret.',
  effect: 'changes',
  fields: {
    provider: {
      kind: 'text',
      required: true,
      about: 'Name of a provider in the section "tokens" of the policy.',
    },
    reason: REASON,
    ifExpiresWithin: {kind: 'text', about: 'Only a token that expires within it, such as 10m.'},
    dryRun: SAFETY.dryRun,
  },
  run(given, caller) {
    const within = given.text('ifExpiresWithin');
    const args = [
      'force-refresh',
      ...(given.flag('dryRun') ? ['--dry-run'] : []),
      '--wait=10s',
      ...(within === undefined ? [] : [`--if-expires-within=${within}`]),
      `--reason=${reasonOf(given)}`,
      '--',
      given.text('provider')!,
    ];
    return answered(run, args, caller, (data) => forceRefreshText(data as ForceRefreshReport, TEXT_STYLE));
  },
});

const answered = async (
  run: RunCommand,
  args: readonly string[],
  caller: Caller,
  view: (data: unknown) => string,
): Promise<ToolAnswer> => {
  const {json, exit} = await run(args, caller);
  return {json, text: view(json['data']), outcome: exit === 0 ? 'done' : 'failed'};
};

const safetyOf = (given: Arguments): readonly string[] => {
  if (given.flag('dryRun')) return ['--dry-run'];
  const confirm = given.text('confirm');
  return confirm === undefined ? ['--yes'] : [`--confirm=${confirm}`];
};

const reasonOf = (given: Arguments): string => {
  const reason = given.text('reason')!.trim();
  if (reason !== '') return reason;
  throw new RatectlError('argument reason: expected a few words, got ""', {
    code: 'usage/no-reason',
    hint: 'others will ask: the audit journal lists it',
  });
};
