import type {Limit} from '../engine/limit.ts';
import {Outcome} from '../engine/limit.ts';
import {keyText, tieredKeyText} from '../trace/key-text.ts';
import type {KeySummary, LimitSummary} from '../view/model/simulate-report.ts';
import {describeLimit} from './describe-limit.ts';
import {compareKeys, TOP_KEYS, TopList} from './top-keys.ts';

/** Counts what one limit did, in total and per key. */
export class LimitTally {
  readonly #limit: Limit;
  #allowedTotal = 0;
  #deniedTotal = 0;
  #skipped = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** `outcome` and `limit.keyId` are those of the request just decided. */
  add(outcome: Outcome): void {
    if (outcome === Outcome.allowed) this.#allowedTotal++;
    else if (outcome === Outcome.denied) this.#deniedTotal++;
    else {
      if (outcome === Outcome.skipped) this.#skipped++;
      return;
    }
    this.#limit.count(outcome);
  }

  summary(): LimitSummary {
    const {spec, resolver} = this.#limit;
    const textOf = spec.plan.kind === 'tiered' ? tieredKeyText : keyText;
    let keys = 0;
    let deniedKeys = 0;
    // Two passes' worth in one: keys are named only when they may be among the first.
    const top = new TopList<KeySummary>(TOP_KEYS, compareKeys);
    for (let id = 0; id < resolver.keys.size; id++) {
      const requests = this.#limit.requestsOf(id);
      if (requests === 0) continue;
      keys++;
      const denied = this.#limit.refusalsOf(id);
      if (denied === 0) continue;
      deniedKeys++;
      const worst = top.items[TOP_KEYS - 1];
      if (worst === undefined || denied >= worst.denied)
        top.offer({key: textOf(resolver.keys.bytesOf(id)), requests, denied});
    }
    return {
      name: spec.name,
      mode: spec.mode,
      description: describeLimit(spec),
      requests: this.#allowedTotal + this.#deniedTotal,
      allowed: this.#allowedTotal,
      denied: this.#deniedTotal,
      skipped: this.#skipped,
      keys,
      deniedKeys,
      top: top.items,
    };
  }
}
