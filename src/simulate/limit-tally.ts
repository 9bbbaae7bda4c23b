import {tierCut} from '../engine/key-resolver.ts';
import type {Limit} from '../engine/limit.ts';
import {Outcome} from '../engine/outcome.ts';
import {keyText, tieredKeyText} from '../trace/key-text.ts';
import type {KeySummary, LimitSummary} from '../view/model/simulate-report.ts';
import {describeLimit} from './describe-limit.ts';
import {onlyCountsFor} from './rollout-keys.ts';
import {compareKeys, TOP_KEYS, TopList} from './top-keys.ts';

/** Counts what one limit did, in total and per key. */
export class LimitTally {
  readonly #limit: Limit;
  /** Requests by outcome. */
  readonly #totals = new Float64Array(Object.keys(Outcome).length);

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** Takes the requests of a slice, `count` outcomes from `from` on. */
  add(outcomes: Uint8Array, from: number, count: number): void {
    const totals = this.#totals;
    for (let i = from; i < from + count; i++) totals[outcomes[i]!]!++;
    this.#limit.countSlice(outcomes, from, count);
  }

  summary(): LimitSummary {
    const {spec, resolver} = this.#limit;
    const allowed = this.#totals[Outcome.allowed]!;
    const refused = this.#totals[Outcome.denied]!;
    const textOf = spec.plan.kind === 'tiered' ? tieredKeyText : keyText;
    const onlyCounts = onlyCountsFor(spec);
    let keys = 0;
    let deniedKeys = 0;
    let shadowDenied = 0;
    // Two passes' worth in one: keys are named only when they may be among the first.
    const top = new TopList<KeySummary>(TOP_KEYS, compareKeys);
    for (let id = 0; id < resolver.keys.size; id++) {
      const requests = this.#limit.requestsOf(id);
      if (requests === 0) continue;
      keys++;
      const denied = this.#limit.refusalsOf(id);
      if (denied === 0) continue;
      deniedKeys++;
      const bytes = resolver.keys.bytesOf(id);
      const isShadow =
        onlyCounts?.(spec.plan.kind === 'tiered' ? bytes.subarray(0, tierCut(bytes)) : bytes) === true;
      if (isShadow) shadowDenied += denied;
      const worst = top.items[TOP_KEYS - 1];
      if (worst === undefined || denied >= worst.denied)
        top.offer({key: textOf(bytes), requests, denied, ...(isShadow ? {shadow: true} : {})});
    }
    return {
      name: spec.name,
      mode: spec.mode,
      description: describeLimit(spec),
      requests: allowed + refused,
      allowed,
      denied: refused,
      ...(onlyCounts === undefined ? {} : {shadowDenied}),
      skipped: this.#totals[Outcome.skipped]!,
      keys,
      deniedKeys,
      top: top.items,
    };
  }
}
