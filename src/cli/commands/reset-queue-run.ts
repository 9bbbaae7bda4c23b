import {ExitCode} from '../../base/exit-code.ts';
import {toRfc3339} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {actorText} from '../../operate/audit/actor.ts';
import {drainQueue, previewDrain} from '../../operate/reset/drain-queue.ts';
import {
  type DrainedState,
  extendQueueReceipt,
  QUEUE_RECEIPT_SCHEMA,
  type QueueReceiptHeader,
} from '../../operate/reset/queue-receipt.ts';
import {type QueueResetFacts, queueResetReport} from '../../operate/reset/queue-reporter.ts';
import {readQueueReceipt} from '../../operate/reset/read-queue-receipt.ts';
import {ReceiptTurn} from '../../operate/reset/receipt-turn.ts';
import {QueueRestore, type Restored} from '../../operate/reset/restore-queue.ts';
import type {QueueResetReport} from '../../view/model/reset-report.ts';
import {queueResetTable} from '../../view/reset/queue-table.ts';
import type {CliContext} from '../context.ts';
import {keyProgress} from '../key-progress.ts';
import {tell} from '../notes.ts';
import type {ResetFlags} from './reset.ts';
import {requireSameStore} from './reset-job.ts';
import {createQueueReceipt, resolveIn} from './reset-receipt.ts';
import {type ResetSession, withResetSession} from './reset-session.ts';

/** Takes out what waits in a queue, or its dead items, into a receipt. */
export const runQueueReset = (
  what: {readonly queue: string; readonly state: DrainedState},
  flags: ResetFlags,
  context: CliContext,
): Promise<void> => withSession(flags, context, (run) => run.drain(what));

/** Puts back what a receipt says was taken out of a queue. */
export const runQueueUndo = async (path: string, flags: ResetFlags, context: CliContext): Promise<void> => {
  const flag = flags.receipt !== undefined ? '--receipt' : flags.force === true ? '--force' : undefined;
  if (flag !== undefined)
    throw new RatectlError(`${flag} does not go with an undo of a queue`, {
      code: 'usage/reset',
      hint: 'leave it out: what is put back is written into the receipt that is undone',
    });
  await withSession(flags, context, (run) => run.undo(path));
};

const withSession = (
  flags: ResetFlags,
  context: CliContext,
  run: (run: QueueRun) => Promise<void>,
): Promise<void> =>
  withResetSession(flags, context, async (session) => {
    if (flags.dryRun !== true) session.requireReason('many', 'the items of a queue');
    await run(new QueueRun(session, flags, context));
  });

class QueueRun {
  readonly #session: ResetSession;
  readonly #flags: ResetFlags;
  readonly #context: CliContext;

  constructor(session: ResetSession, flags: ResetFlags, context: CliContext) {
    this.#session = session;
    this.#flags = flags;
    this.#context = context;
  }

  async drain({queue, state}: {readonly queue: string; readonly state: DrainedState}): Promise<void> {
    const {store} = this.#session.target;
    await this.#requireKnown(queue);
    const preview = await previewDrain({store, queue, state});
    const {items: planned, claimed, shown} = preview;
    const facts = this.#facts({action: 'drain', queue, state, planned, claimed, already: 0, shown});
    if (!(await this.#goesOn(facts))) return;
    const receipt = createQueueReceipt(this.#flags.receipt, this.#header(queue, state), this.#context);
    await tell([`the receipt is ${receipt.path}`], this.#flags, this.#context);
    const entry = {target: targetText(queue, state), receipt: receipt.path};
    await this.#session
      .audit({action: 'queue-reset-started', keys: planned, ...entry})
      .catch((error: unknown) => {
        receipt.discard();
        throw error;
      });
    const outcome = await this.#withProgress(planned, (progress) =>
      drainQueue({store, queue, state}, planned, receipt, progress),
    );
    await this.#session.auditDone({action: 'queue-reset', keys: outcome.items, ...entry});
    await this.#answer(queueResetReport(facts, {...outcome, receipt: receipt.path}, false));
  }

  async undo(path: string): Promise<void> {
    const {store} = this.#session.target;
    const resolve = (name: string): string => resolveIn(this.#context, name);
    const receipt = readQueueReceipt(path, resolve(path));
    const {header} = receipt;
    requireSameStore(header, path, this.#session.target, this.#flags);
    const restore = await QueueRestore.of(receipt, store);
    const {items: planned, already, shown, notes} = restore.preview();
    await this.#session.warnings.add(notes);
    const {queue, state} = header;
    const facts = this.#facts({action: 'undo', queue, state, planned, claimed: 0, already, shown});
    if (!(await this.#goesOn(facts))) return;
    const turn = await ReceiptTurn.take(store, header, actorText(this.#session.actor));
    const outcome = await this.#restore(path, planned, turn).finally(() => turn.end());
    await this.#session.auditDone({
      action: 'queue-undo',
      keys: outcome.items,
      target: targetText(queue, state),
      receipt: path,
    });
    await this.#answer(queueResetReport(facts, {...outcome, receipt: path}, false));
  }

  /** Reads the receipt again: somebody else may have put its items back while this one was agreed to. */
  async #restore(path: string, planned: number, turn: ReceiptTurn): Promise<Restored> {
    const {store} = this.#session.target;
    const resolve = (name: string): string => resolveIn(this.#context, name);
    const restore = await QueueRestore.of(readQueueReceipt(path, resolve(path)), store);
    const {items} = restore.preview();
    if (items !== planned) throw otherItems(items, planned);
    const file = extendQueueReceipt(path, resolve);
    const run = this.#withProgress(planned, (progress) =>
      restore.run(store, file, progress, () => turn.keep()),
    );
    return run.catch((error: unknown) => {
      throw error instanceof RangeError ? queueFull(error) : error;
    });
  }

  /** False when the answer was given already: a dry run, or nothing to do. */
  async #goesOn(facts: QueueResetFacts): Promise<boolean> {
    const flags = this.#flags;
    const dryRun = flags.dryRun === true;
    if (dryRun || facts.planned === 0) {
      await this.#answer(queueResetReport(facts, undefined, dryRun));
      return false;
    }
    const verb = facts.action === 'drain' ? 'take out' : 'put back';
    const items = facts.planned === 1 ? 'this item' : `these ${facts.planned.toLocaleString('en-US')} items`;
    await this.#session.confirm({what: `${verb} ${items}`, reach: 'many', count: facts.planned}, (style) =>
      queueResetTable(queueResetReport(facts, undefined, true), style, 'question'),
    );
    return true;
  }

  /** A queue that holds nothing is known when the policy names it. */
  async #requireKnown(queue: string): Promise<void> {
    const {store, policy} = this.#session.target;
    const stored = (await store.queues()).map((one) => one.queue);
    const names = [...new Set([...(policy?.policy.queues ?? []).map(({name}) => name), ...stored])];
    if (!names.includes(queue)) throw this.#session.unknown('queue', queue, names);
  }

  async #withProgress<T>(all: number, work: (progress: (items: number) => void) => Promise<T>): Promise<T> {
    const progress = keyProgress(this.#flags, this.#context, all);
    try {
      return await work(progress.update);
    } finally {
      progress.end();
    }
  }

  #facts(facts: Omit<QueueResetFacts, 'store' | 'actor' | 'why'>): QueueResetFacts {
    const {target, actor, why} = this.#session;
    return {...facts, store: target.redactedUrl, actor, why};
  }

  #header(queue: string, state: DrainedState): QueueReceiptHeader {
    const {target, actor, why} = this.#session;
    return {
      schema: QUEUE_RECEIPT_SCHEMA,
      action: 'reset',
      context: target.contextName,
      store: target.redactedUrl,
      queue,
      state,
      ...actor,
      why,
      at: toRfc3339(this.#context.clock.now()),
    };
  }

  async #answer(report: QueueResetReport): Promise<void> {
    await this.#session.answer('reset-queue', report, (style) => queueResetTable(report, style));
    const context = this.#context;
    if (!report.complete) context.exitCode = ExitCode.partial;
    else if (report.items === 0 && this.#flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
  }
}

/** As it is typed. */
const targetText = (queue: string, state: DrainedState): string =>
  `--queue ${queue}${state === 'dead' ? ' --dead' : ''}`;

const queueFull = (error: RangeError): RatectlError =>
  new RatectlError(error.message, {
    code: 'reset/queue-full',
    exit: ExitCode.refused,
    hint: 'nothing was put back; wait until there is room, and run the same command again',
    cause: error,
  });

const otherItems = (items: number, planned: number): RatectlError =>
  new RatectlError(
    `${items.toLocaleString('en-US')} items are to be put back by now, and not ${planned.toLocaleString('en-US')}: somebody else did meanwhile; nothing was put back`,
    {
      code: 'reset/drift',
      exit: ExitCode.refused,
      hint: 'look with --dry-run at what is left, and run it again',
    },
  );
