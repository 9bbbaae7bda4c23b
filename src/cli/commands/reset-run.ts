import {ExitCode} from '../../base/exit-code.ts';
import {toRfc3339} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {safeJson} from '../../base/safe-text.ts';
import {type Actor, actorOf} from '../../operate/audit/actor.ts';
import {type Applied, applyChanges} from '../../operate/reset/apply-changes.ts';
import type {ChangeJob, JobPreview} from '../../operate/reset/change-job.ts';
import {requireReadable} from '../../operate/reset/file-lines.ts';
import {isQueueReceipt} from '../../operate/reset/read-queue-receipt.ts';
import {NOTHING_APPLIED, ResetReporter} from '../../operate/reset/reset-reporter.ts';
import type {RowFile} from '../../operate/reset/row-file.ts';
import {PLAN_SCHEMA, RECEIPT_SCHEMA, type RowFileHeader} from '../../operate/reset/row-file-header.ts';
import {writePlan} from '../../operate/reset/write-plan.ts';
import {rulesInForce} from '../../operate/rules-in-force.ts';
import type {AuditEntry} from '../../store/audit-entry.ts';
import {recordAudit} from '../../store/record-audit.ts';
import type {ResetReport} from '../../view/model/reset-report.ts';
import {resetTable} from '../../view/reset/table.ts';
import type {Style} from '../../view/style.ts';
import {confirmShown, requireConfirmable} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {keyProgress} from '../key-progress.ts';
import {tell, warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {productionOf} from '../production-of.ts';
import {tellJournal} from '../tell-journal.ts';
import {type Target, withTarget} from '../with-target.ts';
import type {ResetFlags} from './reset.ts';
import {checkResetFlags, resetJob} from './reset-job.ts';
import {createReceipt, resolveIn} from './reset-receipt.ts';
import {missingFor} from './reset-session.ts';

export const runReset = async (
  selector: string | undefined,
  flags: ResetFlags,
  context: CliContext,
): Promise<void> => {
  checkResetFlags(selector, flags);
  const file = flags.undo ?? flags.plan;
  if (file !== undefined) requireReadable(file, resolveIn(context, file));
  if (flags.undo !== undefined && isQueueReceipt(flags.undo, resolveIn(context, flags.undo))) {
    const {runQueueUndo} = await import('./reset-queue-run.ts');
    await runQueueUndo(flags.undo, flags, context);
    return;
  }
  const access = flags.dryRun === true || flags.planOut !== undefined ? 'read' : 'write';
  const run = (target: Target): Promise<void> => new ResetRun(target, flags, context).run(selector);
  await withTarget(flags, context, access, run, missingFor(flags));
};

class ResetRun {
  readonly #target: Target;
  readonly #flags: ResetFlags;
  readonly #context: CliContext;
  readonly #actor: Actor;
  #met: readonly string[] = [];

  constructor(target: Target, flags: ResetFlags, context: CliContext) {
    this.#target = target;
    this.#flags = flags;
    this.#context = context;
    this.#actor = actorOf(context.streams.env);
  }

  async run(selector: string | undefined): Promise<void> {
    const {store, warnings} = this.#target;
    const flags = this.#flags;
    await warn(warnings, flags, this.#context);
    const changes = flags.dryRun !== true && flags.planOut === undefined;
    if (changes) requireConfirmable({production: this.#production}, flags, this.#context);
    const {now} = await store.facts();
    const job = resetJob(selector, flags, {...this.#target, now}, this.#context);
    if (changes) this.#requireReason(job);
    if (flags.planOut !== undefined) return this.#plan(job, flags.planOut, now);
    const preview = await job.preview();
    await this.#tellOf(preview);
    const reporter = await this.#reporter(job, preview, now);
    if (flags.dryRun === true || preview.keys === 0) {
      if (changes) await store.announce();
      return this.#answer(reporter.report(NOTHING_APPLIED, {dryRun: flags.dryRun === true}));
    }
    await this.#confirm(job, preview, reporter);
    const receipt = createReceipt(flags.receipt, this.#header(job, RECEIPT_SCHEMA), this.#context);
    await this.#do(job, preview, receipt, reporter);
  }

  async #do(job: ChangeJob, preview: JobPreview, receipt: RowFile, reporter: ResetReporter): Promise<void> {
    const {store} = this.#target;
    if (job.reach === 'many') {
      await tell([`the receipt is ${receipt.path}`], this.#flags, this.#context);
      const entry = this.#entry(job, `${job.action}-started`, preview.keys, receipt.path);
      await recordAudit(store, entry).catch((error: unknown) => {
        receipt.discard();
        throw error;
      });
    }
    const {policy} = this.#target;
    const rules =
      job.action === 'undo' && policy !== undefined ? await rulesInForce(store, policy.policy) : undefined;
    const progress = keyProgress(this.#flags, this.#context, preview.keys);
    let applied: Applied;
    try {
      applied = await applyChanges(job.batches(), {
        store,
        receipt,
        onDrift: job.onDrift,
        rules,
        progress: progress.update,
      });
    } finally {
      progress.end();
    }
    const entry = this.#entry(job, job.action, applied.keys, receipt.path);
    const notes = await tellJournal(store, entry, this.#flags, this.#context);
    this.#met = [...this.#met, ...notes];
    await this.#answer(reporter.report(applied, {receipt: receipt.path}));
  }

  /** Answers nothing but the file: what is in it can be looked at there. */
  async #plan(job: ChangeJob, path: string, now: number): Promise<void> {
    const {preview, file} = await writePlan(job, path, this.#header(job, PLAN_SCHEMA), (name) =>
      resolveIn(this.#context, name),
    );
    const reporter = await this.#reporter(job, preview, now);
    await this.#tellOf(preview);
    await this.#answer(reporter.report(NOTHING_APPLIED, {plan: file, dryRun: false}));
  }

  /** What was met on the way, for the JSON answer, too. */
  async #tellOf({notes}: JobPreview): Promise<void> {
    this.#met = notes;
    await warn(notes, this.#flags, this.#context);
  }

  get #production(): string | undefined {
    return productionOf(this.#target);
  }

  #requireReason({reach}: ChangeJob): void {
    const why = this.#flags.reason?.trim() ?? '';
    if (why !== '' || (reach === 'one' && !this.#target.production)) return;
    throw new RatectlError(
      `--reason is required ${reach === 'many' ? 'for more than one key' : 'in a production context'}`,
      {code: 'usage/no-reason', hint: 'say why in a few words: --reason "customer call"; audit lists it'},
    );
  }

  async #confirm(job: ChangeJob, preview: JobPreview, reporter: ResetReporter): Promise<void> {
    const flags = this.#flags;
    const count = preview.keys.toLocaleString('en-US');
    const keys =
      preview.keys === 1
        ? 'this key'
        : job.reach === 'one'
          ? `this key in ${count} tiers`
          : `these ${count} keys`;
    const verb = job.action === 'reset' ? 'reset' : 'restore';
    const stake = {
      what: `${verb} ${keys}`,
      reach: job.reach,
      count: preview.keys,
      production: this.#production,
    };
    const question = (style: Style): string =>
      resetTable(reporter.report(NOTHING_APPLIED, {dryRun: true}), style, 'question');
    await confirmShown(stake, question, flags, this.#context);
  }

  async #reporter(job: ChangeJob, preview: JobPreview, now: number): Promise<ResetReporter> {
    const {store, policy, redactedUrl} = this.#target;
    return ResetReporter.create(
      {
        job,
        preview,
        now,
        url: redactedUrl,
        actor: this.#actor,
        why: this.#flags.reason?.trim() ?? '',
      },
      store,
      policy?.policy,
    );
  }

  #header(job: ChangeJob, schema: RowFileHeader['schema']): RowFileHeader {
    const {contextName, redactedUrl} = this.#target;
    return {
      schema,
      action: job.action,
      context: contextName,
      store: redactedUrl,
      selector: job.selector,
      ...this.#actor,
      why: this.#flags.reason?.trim() ?? '',
      at: toRfc3339(this.#context.clock.now()),
    };
  }

  #entry(job: ChangeJob, action: string, keys: number, receipt: string): AuditEntry {
    const why = this.#flags.reason?.trim() ?? '';
    return {action, ...this.#actor, why, target: job.selector, keys, receipt};
  }

  async #answer(report: ResetReport): Promise<void> {
    const flags = this.#flags;
    const context = this.#context;
    const {out} = context.streams;
    if (outputFormat(flags) === 'json') {
      const {warnings, contextName} = this.#target;
      const answer = envelope('reset', report, [...warnings, ...this.#met], context, contextName);
      await out.write(`${safeJson(answer, 2)}\n`);
    } else await out.write(resetTable(report, styleOf(flags, context)));
    if (report.failed > 0 || !report.complete) context.exitCode = ExitCode.partial;
    else if (report.keys === 0 && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
  }
}
