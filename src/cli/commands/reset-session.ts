import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson, safeText} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {announceAgain, announceChange} from '../../operate/announce-change.ts';
import {type Actor, actorOf} from '../../operate/audit/actor.ts';
import type {AuditEntry} from '../../store/audit-entry.ts';
import {recordAudit} from '../../store/record-audit.ts';
import type {Style} from '../../view/style.ts';
import {confirmShown, requireConfirmable, type Stake} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {productionOf} from '../production-of.ts';
import {SessionWarnings} from '../session-warnings.ts';
import {untoldWarnings} from '../untold-warnings.ts';
import {type Target, type TargetUse, withTarget} from '../with-target.ts';
import type {ResetFlags} from './reset.ts';

/** Opens the store that is meant, says what there is to warn of, and refuses (exit 4) at once what nobody could agree to. */
export const withResetSession = (
  flags: ResetFlags,
  context: CliContext,
  run: (session: ResetSession) => Promise<void>,
): Promise<void> =>
  withTarget(
    flags,
    context,
    flags.dryRun === true ? 'read' : 'write',
    async (target) => {
      const session = new ResetSession(target, flags, context);
      await warn(target.warnings, flags, context);
      if (flags.dryRun !== true) requireConfirmable(session, flags, context);
      await run(session);
    },
    missingFor(flags),
  );

/** What becomes of a store that is not there: an undo may bring something back into one that was lost. */
export const missingFor = ({undo}: Pick<ResetFlags, 'undo'>): TargetUse => ({
  missing: undo === undefined ? 'refuse' : 'make',
});

/** Names that a message lists. */
const NAMED = 10;

/** What resets of breakers, queues and pools have in common: who, why, where. */
export class ResetSession {
  readonly target: Target;
  readonly actor: Actor;
  readonly why: string;
  readonly warnings: SessionWarnings;
  readonly #flags: ResetFlags;
  readonly #context: CliContext;

  constructor(target: Target, flags: ResetFlags, context: CliContext) {
    this.target = target;
    this.actor = actorOf(context.streams.env);
    this.why = flags.reason?.trim() ?? '';
    this.#flags = flags;
    this.#context = context;
    this.warnings = new SessionWarnings(target.warnings, flags, context);
  }

  /** Name of the production context; undefined in others. */
  get production(): string | undefined {
    return productionOf(this.target);
  }

  /** `many`: what the many are, as `--reason is required for …` says it. */
  requireReason(reach: 'one' | 'many', many: string): void {
    if (this.why !== '' || (reach === 'one' && !this.target.production)) return;
    throw new RatectlError(
      `--reason is required ${reach === 'many' ? `for ${many}` : 'in a production context'}`,
      {code: 'usage/no-reason', hint: 'say why in a few words: --reason "provider is back"; audit lists it'},
    );
  }

  /** That there is no such breaker, queue or pool, and which there are. */
  unknown(what: 'breaker' | 'queue' | 'pool', name: string, names: readonly string[]): RatectlError {
    const more = names.length > NAMED ? `, and ${names.length - NAMED} more: ratectl status` : '';
    const listed = names.slice(0, NAMED).map((one) => quoted(one));
    return new RatectlError(`unknown ${what} ${quoted(name)}${didYouMean(name, names.map(safeText))}`, {
      code: `reset/unknown-${what}`,
      hint:
        names.length === 0
          ? 'neither the policy nor the store has any'
          : `${what}s are ${listed.join(', ')}${more}`,
    });
  }

  /** Goes on only when the user said so; `question` is what would be done, shown to who is asked. */
  async confirm(stake: Omit<Stake, 'production'>, question: (style: Style) => string): Promise<void> {
    const whole = {...stake, production: this.production};
    await confirmShown(whole, question, this.#flags, this.#context);
  }

  async answer(command: string, report: unknown, table: (style: Style) => string): Promise<void> {
    const {contextName} = this.target;
    const text =
      outputFormat(this.#flags) === 'json'
        ? `${safeJson(envelope(command, report, this.warnings.all, this.#context, contextName), 2)}\n`
        : table(styleOf(this.#flags, this.#context));
    await this.#context.streams.out.write(text);
  }

  async audit(entry: Pick<AuditEntry, 'action' | 'target' | 'keys' | 'receipt' | 'note'>): Promise<void> {
    await recordAudit(this.target.store, {...entry, ...this.actor, why: this.why});
  }

  /** After the change: that the journal could not be told is worth a note, and no failure. */
  async auditDone(entry: Parameters<ResetSession['audit']>[0]): Promise<void> {
    await this.warnings.journal(this.target.store, {...entry, ...this.actor, why: this.why});
  }

  /** Running applications hear of the change; also where nothing had to be changed, since they may not have when it was. */
  async announce(what: 'change' | 'nothing'): Promise<void> {
    const announce = what === 'change' ? announceChange : announceAgain;
    await this.warnings.add(untoldWarnings(await announce(this.target.store), this.#context));
  }
}
