import {toRfc3339} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {type Actor, actorOf} from '../../operate/audit/actor.ts';
import {applyChanges} from '../../operate/reset/apply-changes.ts';
import type {ChangeJob, JobPreview} from '../../operate/reset/change-job.ts';
import {NOTHING_APPLIED, ResetReporter} from '../../operate/reset/reset-reporter.ts';
import {RECEIPT_SCHEMA} from '../../operate/reset/row-file-header.ts';
import {recordAudit} from '../../store/record-audit.ts';
import type {ExplainedKey} from '../../tui/data/loader.ts';
import type {Consent} from '../../tui/operations.ts';
import type {ChangePlan} from '../../tui/state/dialog-state.ts';
import type {ResetReport} from '../../view/model/reset-report.ts';
import {resetTable} from '../../view/reset/table.ts';
import {confirmChange, type Stake} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {styleOf} from '../options/output.ts';
import {productionOf} from '../production-of.ts';
import type {Target} from '../with-target.ts';
import {markedJob} from './marked-job.ts';
import {linesOf} from './quiet-context.ts';
import {createReceipt} from './reset-receipt.ts';
import type {StatusFlags} from './status.ts';

/** `ratectl reset` for the keys that were marked, by the same rules: dry run, reason, confirmation, receipt, audit. */
export class MarkedReset {
  readonly #job: ChangeJob;
  readonly #target: Target;
  readonly #flags: StatusFlags;
  readonly #context: CliContext;
  readonly #actor: Actor;

  constructor(keys: readonly ExplainedKey[], target: Target, flags: StatusFlags, context: CliContext) {
    this.#job = markedJob(keys, {store: target.store, policy: target.policy?.policy});
    this.#target = target;
    this.#flags = flags;
    this.#context = context;
    this.#actor = actorOf(context.streams.env);
  }

  async plan(): Promise<ChangePlan> {
    const preview = await this.#job.preview();
    const reporter = await this.#reporter(preview, '');
    const {what, production, reach, count} = this.#stake(preview);
    const typed = production ?? (reach === 'many' ? String(count) : 'y');
    return {
      lines: this.#lines(reporter.report(NOTHING_APPLIED, {dryRun: true}), 'question'),
      question: `type ${typed} to ${what}`,
      reason: this.#needsReason ? 'required' : 'optional',
      some: preview.keys > 0,
    };
  }

  async run({why, typed}: Consent): Promise<readonly string[]> {
    const {store} = this.#target;
    const job = this.#job;
    const context = this.#context;
    if (this.#needsReason && why.trim() === '')
      throw new RatectlError('say why in a few words', {
        code: 'usage/no-reason',
        hint: 'nothing was changed',
      });
    // Things move: what was typed has to fit what there is to do at this moment.
    const preview = await job.preview();
    const reporter = await this.#reporter(preview, why);
    if (preview.keys === 0) return this.#lines(reporter.report(NOTHING_APPLIED, {}), 'answer');
    await confirmChange(this.#stake(preview), {confirm: typed, input: false}, context);
    const receipt = createReceipt(undefined, this.#header(why), context);
    const audit = (action: string, keys: number): Promise<void> =>
      recordAudit(store, {action, ...this.#actor, why, target: job.selector, keys, receipt: receipt.path});
    if (job.reach === 'many')
      await audit('reset-started', preview.keys).catch((error: unknown) => {
        receipt.discard();
        throw error;
      });
    const applied = await applyChanges(job.batches(), {
      store,
      receipt,
      onDrift: job.onDrift,
      progress: () => undefined,
    });
    const told = await audit('reset', applied.keys).then(
      () => [],
      (error: unknown) => [
        `the audit journal was not told: ${error instanceof Error ? error.message : String(error)}`,
      ],
    );
    return [...this.#lines(reporter.report(applied, {receipt: receipt.path}), 'answer'), ...told];
  }

  get #production(): string | undefined {
    return productionOf(this.#target);
  }

  get #needsReason(): boolean {
    return this.#job.reach === 'many' || this.#target.production;
  }

  #stake({keys}: JobPreview): Stake {
    const {reach} = this.#job;
    const count = keys.toLocaleString('en-US');
    const what =
      keys === 1 ? 'this key' : reach === 'one' ? `this key in ${count} tiers` : `these ${count} keys`;
    return {what: `reset ${what}`, reach, count: keys, production: this.#production};
  }

  #reporter(preview: JobPreview, why: string): Promise<ResetReporter> {
    const {store, policy, redactedUrl} = this.#target;
    return store
      .facts()
      .then(({now}) =>
        ResetReporter.create(
          {job: this.#job, preview, now, url: redactedUrl, actor: this.#actor, why},
          store,
          policy?.policy,
        ),
      );
  }

  #header(why: string) {
    const {contextName, redactedUrl} = this.#target;
    return {
      schema: RECEIPT_SCHEMA,
      action: 'reset',
      context: contextName,
      store: redactedUrl,
      selector: this.#job.selector,
      ...this.#actor,
      why,
      at: toRfc3339(this.#context.clock.now()),
    } as const;
  }

  #lines(report: ResetReport, use: 'answer' | 'question'): readonly string[] {
    const style = styleOf({...this.#flags, output: 'table'}, this.#context);
    return linesOf(resetTable(report, style, use));
  }
}
