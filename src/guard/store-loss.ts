import type {Check, CheckAnswer} from '../engine/live/check.ts';
import type {OnStoreError} from '../engine/policy-model.ts';
import type {DecisionSource} from './decision-view.ts';
import {fixedAnswer} from './fixed-answer.ts';
import type {Lease} from './limit-decision.ts';
import {LocalFallback} from './local-fallback.ts';

/** An answer, who gave it, and who takes its slots back. */
export interface SourcedAnswer {
  readonly answer: CheckAnswer;
  readonly source: DecisionSource;
  readonly release: (leases: readonly Lease[]) => Promise<void>;
}

/** Decides while the store is lost, as `onStoreError` says. */
export class StoreLoss {
  readonly #onStoreError: OnStoreError;
  readonly #instances: number;
  /** The store's clock as far as it is known. */
  readonly #now: () => number;
  /** Kept while the store is there: a store that is lost again and again must not hand out a fresh budget each time. */
  #local: LocalFallback | undefined;

  constructor(onStoreError: OnStoreError, instances: number, now: () => number) {
    this.#onStoreError = onStoreError;
    this.#instances = instances;
    this.#now = now;
  }

  async answer(check: Check): Promise<SourcedAnswer> {
    const now = this.#now();
    if (this.#onStoreError === 'local') {
      this.#local ??= new LocalFallback(this.#instances, this.#now);
      const local = this.#local;
      return {answer: await local.check(check), source: 'local', release: (leases) => local.release(leases)};
    }
    const refuses = this.#onStoreError === 'closed' && check.layers.some(({shadow}) => !shadow);
    return refuses
      ? {answer: fixedAnswer(check, now, 'refuse'), source: 'closed', release: noSlots}
      : {answer: fixedAnswer(check, now, 'allow'), source: 'open', release: noSlots};
  }
}

const noSlots = async (): Promise<void> => undefined;
