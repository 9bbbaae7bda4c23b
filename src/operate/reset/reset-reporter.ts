import {toRfc3339} from '../../base/micros.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {listOverrides} from '../../store/override-document.ts';
import type {Documents, StoredRow} from '../../store/port.ts';
import type {ResetKey, ResetReport} from '../../view/model/reset-report.ts';
import type {Actor} from '../audit/actor.ts';
import {KeyRules} from '../key-rules.ts';
import {KeyStateReader} from '../key-state.ts';
import type {Applied} from './apply-changes.ts';
import type {ChangeJob, JobPreview} from './change-job.ts';

/** What is the same in all reports of a run. */
export interface ResetFacts {
  readonly job: Pick<ChangeJob, 'action' | 'selector'>;
  readonly preview: JobPreview;
  /** The store's clock, µs. */
  readonly now: number;
  readonly url: string;
  readonly actor: Actor;
  readonly why: string;
}

/** Nothing was changed. */
export const NOTHING_APPLIED = 'nothing';

export interface ReportOptions {
  readonly dryRun?: boolean;
  readonly receipt?: string;
  readonly plan?: string;
}

/** Makes reports of what was, or would be, done. Instants beyond what a date can say are as good as never. */
export class ResetReporter {
  readonly #facts: ResetFacts;
  readonly #shown: readonly ResetKey[];

  private constructor(facts: ResetFacts, shown: readonly ResetKey[]) {
    this.#facts = facts;
    this.#shown = shown;
  }

  static async create(
    facts: ResetFacts,
    store: Pick<Documents, 'list'>,
    policy: Policy | undefined,
  ): Promise<ResetReporter> {
    const {shown} = facts.preview;
    const rules =
      policy === undefined || shown.length === 0
        ? undefined
        : new KeyRules(policy, await listOverrides(store));
    return new ResetReporter(
      facts,
      shown.map((row) => keyOf(row, rules, facts.now)),
    );
  }

  report(
    applied: Applied | typeof NOTHING_APPLIED,
    {dryRun = false, receipt, plan}: ReportOptions,
  ): ResetReport {
    const {job, preview, url, actor, why} = this.#facts;
    const done = applied === NOTHING_APPLIED ? undefined : applied;
    const kept = [...preview.kept, ...(done?.kept ?? [])];
    return {
      action: plan === undefined ? job.action : 'plan',
      dryRun,
      selector: job.selector,
      store: url,
      keys: done?.keys ?? preview.keys,
      shown: this.#shown,
      already: preview.already,
      expired: preview.expired,
      failed: preview.keptCount + (done?.keptCount ?? 0),
      failedKeys: kept.map(({address: {limit, key, tier}, why: reason}) => ({limit, key, tier, why: reason})),
      complete: done?.failure === undefined,
      error: done?.failure === undefined ? null : messageOf(done.failure),
      receipt: receipt ?? null,
      plan: plan ?? null,
      by: actor.by,
      host: actor.host,
      why,
    };
  }
}

/** 2255: what whole microseconds can say. */
const LAST_DATE = Number.MAX_SAFE_INTEGER;

const keyOf = (row: StoredRow, rules: KeyRules | undefined, now: number): ResetKey => {
  const {limit, key, tier} = row.address;
  const rule = rules?.of(row.address, now);
  const state = rule === undefined ? undefined : new KeyStateReader().read(rule, row, {now});
  const units = state?.row === 'read' ? state.units : undefined;
  return {
    limit,
    key,
    tier,
    used: units?.used ?? null,
    capacity: units?.capacity ?? null,
    expiresAt: row.expiresAt <= LAST_DATE ? toRfc3339(row.expiresAt) : null,
  };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
