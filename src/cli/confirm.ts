import {createInterface} from 'node:readline';
import {type Command, Option} from 'commander';
import {ExitCode} from '../base/exit-code.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted, safeText} from '../base/safe-text.ts';
import type {Style} from '../view/style.ts';
import type {CliContext} from './context.ts';
import {type OutputFlags, styleOf} from './options/output.ts';

/** Flags of every command that changes live state. */
export interface ConfirmFlags {
  readonly yes?: boolean;
  readonly confirm?: string;
  readonly dryRun?: boolean;
  /** `--no-input`: false. */
  readonly input: boolean;
}

/** What is at stake. */
export interface Stake {
  /** `reset these 1,234 keys`. */
  readonly what: string;
  /** One thing that was named exactly needs a yes; several need their number typed. */
  readonly reach: 'one' | 'many';
  readonly count: number;
  /** What is typed in place of the number, where none says what is at stake. */
  readonly word?: string;
  /** Name of a production context, which is typed whatever the reach; else undefined. */
  readonly production: string | undefined;
}

const GROUP = 'Safety:';

/** `typed`: what --confirm takes. */
export const addConfirmOptions = (
  command: Command,
  typed = 'the number of keys, or the name of the context',
): Command =>
  command
    .addOption(new Option('-n, --dry-run', 'say what would be done, and change nothing').helpGroup(GROUP))
    .addOption(
      new Option('-y, --yes', 'do not ask (in a production context: --confirm NAME)').helpGroup(GROUP),
    )
    .addOption(new Option('--confirm <text>', `do not ask: ${typed}`).helpGroup(GROUP))
    .addOption(new Option('--no-input', 'never ask, as without a terminal').helpGroup(GROUP));

/** Whether a person can be asked: both ends are a terminal. */
const canAsk = (flags: ConfirmFlags, {streams}: CliContext): boolean =>
  flags.input && (streams.stdin as {readonly isTTY?: boolean}).isTTY === true && streams.err.isTTY;

/**
 * Refuses (exit 4) what could never be confirmed: nobody can be asked, and no flag answers. To be called before anything is
 * done, so that a script fails at once and does not wait.
 */
export const requireConfirmable = (
  {production}: Pick<Stake, 'production'>,
  flags: ConfirmFlags,
  context: CliContext,
): void => {
  if (flags.dryRun === true || flags.confirm !== undefined || canAsk(flags, context)) return;
  if (production === undefined && flags.yes === true) return;
  if (production === undefined)
    throw refusal(
      '--yes is required when nobody can be asked (no terminal)',
      'look first with --dry-run, then run again with --yes, or with --confirm, as --help says',
    );
  throw refusal(
    `${quoted(production)} is a production context: --confirm ${safeText(production)} is required when nobody can be asked`,
    flags.yes === true ? '--yes is not enough in production' : 'look first with --dry-run',
  );
};

/** Goes on only when the user said so, by a flag or when asked. Throws a RatectlError (exit 4) otherwise: nothing was changed. */
export const confirmChange = async (
  stake: Stake,
  flags: ConfirmFlags,
  context: CliContext,
): Promise<void> => {
  requireConfirmable(stake, flags, context);
  const {production, what} = stake;
  if (flags.confirm !== undefined) {
    if (accepts(stake, flags.confirm)) return;
    throw refusal(
      `--confirm ${quoted(flags.confirm)} does not match: expected ${expected(stake)}`,
      'nothing was changed; look with --dry-run',
    );
  }
  if (flags.yes === true && production === undefined) return;
  const typed = production ?? wordOf(stake);
  const question = typed === undefined ? `${what}? [y/N] ` : `type ${safeText(typed)} to ${what}: `;
  const answer = await ask(question, context);
  const agreed = typed === undefined ? /^y(es)?$/i.test(answer) : accepts(stake, answer);
  if (agreed) return;
  throw refusal(answer === '' ? 'not confirmed' : `not confirmed: ${quoted(answer)}`, 'nothing was changed');
};

/** `confirmChange` after it was shown what would be done; not to who answers by a flag. */
export const confirmShown = async (
  stake: Stake,
  question: (style: Style) => string,
  flags: ConfirmFlags & OutputFlags,
  context: CliContext,
): Promise<void> => {
  if (flags.yes !== true && flags.confirm === undefined) {
    const {err} = context.streams;
    await err.write(question({...styleOf(flags, context), colour: false, width: err.columns}));
  }
  await confirmChange(stake, flags, context);
};

/** Undefined: a yes will do. */
const wordOf = ({reach, count, word}: Stake): string | undefined =>
  word ?? (reach === 'many' ? String(count) : undefined);

const accepts = ({production, reach, count, word}: Stake, text: string): boolean => {
  if (production !== undefined) return text === production;
  if (word !== undefined) return text === word;
  if (reach === 'one' && /^y(es)?$/i.test(text)) return true;
  return text.replaceAll(',', '') === String(count);
};

const expected = ({production, count, word}: Stake): string =>
  production === undefined ? (word ?? String(count)) : `the name of the context, ${quoted(production)}`;

/** One line from the terminal, trimmed; empty at its end. */
const ask = async (question: string, {streams}: CliContext): Promise<string> => {
  await streams.err.write(question);
  const lines = createInterface({input: streams.stdin, terminal: false});
  try {
    for await (const line of lines) return line.trim();
    await streams.err.write('\n');
    return '';
  } finally {
    lines.close();
  }
};

const refusal = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'safety/not-confirmed', exit: ExitCode.refused, hint});
