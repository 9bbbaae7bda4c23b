import type {KeyAddress} from '../../engine/live/check.ts';
import type {LimitSpec} from '../../engine/policy-model.ts';
import type {KeySummary, LimitSummary} from '../../view/model/simulate-report.ts';
import {describeLimit} from '../describe-limit.ts';
import {onlyCountsFor} from '../rollout-keys.ts';
import {compareKeys, TOP_KEYS, TopList} from '../top-keys.ts';

const encoder = new TextEncoder();

/** Counts what one limit did, in total and per key. */
export class LimitCounts {
  readonly #spec: LimitSpec;
  readonly #keys = new Map<string, {requests: number; denied: number; readonly shadow: boolean}>();
  readonly #onlyCounts: ((key: Uint8Array) => boolean) | undefined;
  #requests = 0;
  #denied = 0;
  #shadowDenied = 0;
  #skipped = 0;

  constructor(spec: LimitSpec) {
    this.#spec = spec;
    this.#onlyCounts = onlyCountsFor(spec);
  }

  add({key, tier}: KeyAddress, denied: boolean): void {
    const name = this.#spec.plan.kind === 'tiered' && tier !== '' ? `${key} (${tier})` : key;
    let counts = this.#keys.get(name);
    if (counts === undefined) {
      counts = {requests: 0, denied: 0, shadow: this.#onlyCounts?.(encoder.encode(key)) === true};
      this.#keys.set(name, counts);
    }
    this.#requests++;
    counts.requests++;
    if (!denied) return;
    this.#denied++;
    counts.denied++;
    if (counts.shadow) this.#shadowDenied++;
  }

  /** A request without an attribute of the key, or without a tier. */
  skip(): void {
    this.#skipped++;
  }

  summary(): LimitSummary {
    const {name, mode} = this.#spec;
    const top = new TopList<KeySummary>(TOP_KEYS, compareKeys);
    let deniedKeys = 0;
    for (const [key, {requests, denied, shadow}] of this.#keys) {
      if (denied === 0) continue;
      deniedKeys++;
      top.offer({key, requests, denied, ...(shadow ? {shadow} : {})});
    }
    return {
      name,
      mode,
      description: describeLimit(this.#spec),
      requests: this.#requests,
      allowed: this.#requests - this.#denied,
      denied: this.#denied,
      ...(this.#onlyCounts === undefined ? {} : {shadowDenied: this.#shadowDenied}),
      skipped: this.#skipped,
      keys: this.#keys.size,
      deniedKeys,
      top: top.items,
    };
  }
}
