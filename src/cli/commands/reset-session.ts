import {RatectlError} from '../../base/ratectl-error.ts';
import {type Actor, actorOf} from '../../operate/audit/actor.ts';
import type {AuditEntry} from '../../store/audit-entry.ts';
import {recordAudit} from '../../store/record-audit.ts';
import type {CliContext} from '../context.ts';
import {tell} from '../notes.ts';
import type {Target} from '../with-target.ts';
import type {ResetFlags} from './reset.ts';

/** What resets of breakers, queues and pools have in common: who, why, where. */
export class ResetSession {
  readonly target: Target;
  readonly actor: Actor;
  readonly why: string;
  readonly #flags: ResetFlags;
  readonly #context: CliContext;

  constructor(target: Target, flags: ResetFlags, context: CliContext) {
    this.target = target;
    this.actor = actorOf(context.streams.env);
    this.why = flags.reason?.trim() ?? '';
    this.#flags = flags;
    this.#context = context;
  }

  /** Name of the production context; undefined in others. */
  get production(): string | undefined {
    const {production, contextName, redactedUrl} = this.target;
    return production ? (contextName ?? redactedUrl) : undefined;
  }

  /** `many`: what the many are, as `--reason is required for …` says it. */
  requireReason(reach: 'one' | 'many', many = 'the items of a queue'): void {
    if (this.why !== '' || (reach === 'one' && !this.target.production)) return;
    throw new RatectlError(
      `--reason is required ${reach === 'many' ? `for ${many}` : 'in a production context'}`,
      {code: 'usage/no-reason', hint: 'say why in a few words: --reason "provider is back"; audit lists it'},
    );
  }

  async audit(entry: Pick<AuditEntry, 'action' | 'target' | 'keys' | 'receipt' | 'note'>): Promise<void> {
    await recordAudit(this.target.store, {...entry, ...this.actor, why: this.why});
  }

  /** After the change: that the journal could not be told is worth a note, and no failure. */
  async auditDone(entry: Parameters<ResetSession['audit']>[0]): Promise<void> {
    await this.audit(entry).catch((error: unknown) =>
      tell(
        [`the audit journal was not told: ${error instanceof Error ? error.message : String(error)}`],
        this.#flags,
        this.#context,
      ),
    );
  }
}
