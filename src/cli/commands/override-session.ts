import {safeJson} from '../../base/safe-text.ts';
import type {LiveOverride} from '../../engine/live/live-override.ts';
import {type Actor, actorOf, actorText} from '../../operate/audit/actor.ts';
import type {OverrideSlot} from '../../operate/override/change-override.ts';
import {overrideEntry} from '../../operate/override/override-entry.ts';
import {parseKey, selectorFromJson} from '../../operate/selector.ts';
import {type OverrideNote, overrideDocument} from '../../store/override-document.ts';
import type {StoredDocument} from '../../store/port.ts';
import type {OverrideChange} from '../../view/model/override-list.ts';
import {overrideChangeTable} from '../../view/override/change-table.ts';
import {confirmChange, requireConfirmable} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {describeBucket} from '../describe-bucket.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {productionOf} from '../production-of.ts';
import {SessionWarnings} from '../session-warnings.ts';
import type {Target} from '../with-target.ts';
import type {OverrideRmFlags} from './override.ts';

/** The key that the command line names. Throws a RatectlError (exit 2) when it names none. */
export const overrideKey = (
  text: string,
  {jsonKey}: Pick<OverrideRmFlags, 'jsonKey'>,
): {readonly limit: string; readonly key: string} =>
  parseKey(jsonKey === true ? selectorFromJson(text) : text);

/** A change that was made, or would be. */
export interface PlannedChange {
  readonly action: 'set' | 'rm';
  readonly slot: OverrideSlot;
  /** Undefined: nothing holds for the key then. */
  readonly after: StoredDocument | undefined;
  /** µs of the store's clock. */
  readonly now: number;
  /** Of what is set: the buckets of the limit that do not hold meanwhile, in words. */
  readonly dropped?: readonly string[];
}

/** What `override set` and `override rm` have in common. */
export class OverrideSession {
  readonly warnings: SessionWarnings;
  readonly #target: Target;
  readonly #flags: OverrideRmFlags;
  readonly #context: CliContext;
  readonly #actor: Actor;

  constructor(target: Target, flags: OverrideRmFlags, context: CliContext) {
    this.#target = target;
    this.#flags = flags;
    this.#context = context;
    this.#actor = actorOf(context.streams.env);
    this.warnings = new SessionWarnings(target.warnings, flags, context);
  }

  get actorText(): string {
    return actorText(this.#actor);
  }

  /** One key is a small change: only production asks. */
  requireConfirmable(): void {
    const production = this.#production;
    if (production !== undefined) requireConfirmable({production}, this.#flags, this.#context);
  }

  async confirm(what: string, change: PlannedChange): Promise<void> {
    const production = this.#production;
    const {dryRun, confirm} = this.#flags;
    if (production === undefined || dryRun === true) return;
    const {err} = this.#context.streams;
    if (confirm === undefined) {
      const style = {...styleOf(this.#flags, this.#context), colour: false, width: err.columns};
      await err.write(overrideChangeTable({...this.#changeOf(change), dryRun: true}, style, 'question'));
    }
    await confirmChange({what, reach: 'one', count: 1, production}, this.#flags, this.#context);
  }

  /** The document as it would be put. */
  planned(override: LiveOverride, note: OverrideNote): StoredDocument {
    return {...overrideDocument(override, note), version: 0, expiresAt: override.until};
  }

  async audit(action: string, target: string, why: string): Promise<void> {
    const entry = {action, ...this.#actor, why, target, keys: 1};
    await this.warnings.journal(this.#target.store, entry);
  }

  async answer(change: PlannedChange): Promise<void> {
    const {out} = this.#context.streams;
    const {warnings, contextName} = this.#target;
    await warn(warnings, this.#flags, this.#context);
    const data = this.#changeOf(change);
    if (outputFormat(this.#flags) === 'json') {
      const answer = envelope(
        `override-${change.action}`,
        data,
        this.warnings.all,
        this.#context,
        contextName,
      );
      await out.write(`${safeJson(answer, 2)}\n`);
    } else await out.write(overrideChangeTable(data, styleOf(this.#flags, this.#context)));
  }

  get #production(): string | undefined {
    return productionOf(this.#target);
  }

  #changeOf({action, slot, after, now, dropped}: PlannedChange): OverrideChange {
    const entryOf = (document: StoredDocument | undefined) =>
      document === undefined ? null : (overrideEntry(document, now, describeBucket) ?? null);
    return {
      action,
      dryRun: this.#flags.dryRun === true,
      store: this.#target.redactedUrl,
      limit: slot.limit,
      key: slot.key,
      override: entryOf(after),
      before: entryOf(slot.seen),
      ...(dropped === undefined ? {} : {dropped}),
    };
  }
}
