import {safeJson} from '../../base/safe-text.ts';
import type {ManualMode} from '../../engine/control/degradation.ts';
import {type Actor, actorOf, actorText} from '../../operate/audit/actor.ts';
import {type ModeSeen, planned} from '../../operate/degrade/change-mode.ts';
import {statusDegradation, statusManual} from '../../operate/status/control-sections.ts';
import {degradeChangeTable} from '../../view/degrade/change-table.ts';
import type {DegradeChange} from '../../view/model/degrade.ts';
import {confirmShown, requireConfirmable} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {timesOf} from '../options/times.ts';
import {productionOf} from '../production-of.ts';
import {SessionWarnings} from '../session-warnings.ts';
import type {Target} from '../with-target.ts';
import type {DegradeClearFlags} from './degrade.ts';

/** A change that was made, or would be. */
export interface PlannedMode {
  readonly action: 'set' | 'clear';
  readonly seen: ModeSeen;
  /** Undefined: none is set by hand then. */
  readonly manual: ManualMode | undefined;
}

/** What `degrade set` and `degrade clear` have in common. */
export class DegradeSession {
  readonly warnings: SessionWarnings;
  readonly #target: Target;
  readonly #flags: DegradeClearFlags;
  readonly #context: CliContext;
  readonly #actor: Actor;

  constructor(target: Target, flags: DegradeClearFlags, context: CliContext) {
    this.#target = target;
    this.#flags = flags;
    this.#context = context;
    this.#actor = actorOf(context.streams.env);
    this.warnings = new SessionWarnings([...target.warnings, ...policyWarnings(target)], flags, context);
  }

  get actorText(): string {
    return actorText(this.#actor);
  }

  /** To set a mode is to decide for all requests: it is always asked for. To clear one is asked for in production. */
  requireConfirmable(action: PlannedMode['action']): void {
    const production = this.#production;
    if (action === 'set' || production !== undefined)
      requireConfirmable({production}, this.#flags, this.#context);
  }

  /** What refuses everything has its name typed. */
  async confirm(change: PlannedMode): Promise<void> {
    const production = this.#production;
    const flags = this.#flags;
    const {action, manual} = change;
    if (flags.dryRun === true || (action === 'clear' && production === undefined)) return;
    const isClosed = manual?.mode === 'closed';
    const what =
      manual === undefined ? 'clear this mode' : isClosed ? 'refuse every request' : 'set this mode';
    await confirmShown(
      {what, reach: 'one', count: 1, production, ...(isClosed ? {word: 'closed'} : {})},
      (style) =>
        degradeChangeTable({...this.#changeOf(change), dryRun: true}, this.#times(change), style, 'question'),
      flags,
      this.#context,
    );
  }

  async audit(
    action: string,
    target: string,
    {why, note}: {readonly why: string; readonly note: string},
  ): Promise<void> {
    const entry = {action, ...this.#actor, why, target, keys: 0, note};
    await this.warnings.journal(this.#target.store, entry);
  }

  async answer(change: PlannedMode): Promise<void> {
    const {out} = this.#context.streams;
    const {contextName} = this.#target;
    const data = this.#changeOf(change);
    if (outputFormat(this.#flags) === 'json') {
      const answer = envelope(
        `degrade-${change.action}`,
        data,
        this.warnings.all,
        this.#context,
        contextName,
      );
      await out.write(`${safeJson(answer, 2)}\n`);
    } else
      await out.write(degradeChangeTable(data, this.#times(change), styleOf(this.#flags, this.#context)));
  }

  #times({seen}: PlannedMode) {
    return timesOf(this.#flags, Math.floor(seen.now / 1_000), this.#context);
  }

  get #production(): string | undefined {
    return productionOf(this.#target);
  }

  #changeOf({action, seen, manual}: PlannedMode): DegradeChange {
    const after = planned(seen.state, manual);
    return {
      action,
      dryRun: this.#flags.dryRun === true,
      store: this.#target.redactedUrl,
      changed: action === 'set' || seen.manual !== undefined,
      degradation: statusDegradation(after, this.#target.policy?.policy, seen.now),
      before: seen.manual === undefined ? null : statusManual(seen.manual),
      ...this.#actor,
      why: this.#flags.reason?.trim() ?? '',
    };
  }
}

const policyWarnings = ({policy}: Target): readonly string[] => {
  if (policy === undefined)
    return ['no policy is known here: whether applications look at the mode was not checked'];
  return policy.policy.degradation === undefined
    ? ['the policy has no section "degradation": applications that follow it do not look at the mode']
    : [];
};
