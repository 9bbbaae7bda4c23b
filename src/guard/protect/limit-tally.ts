import {type Check, type CheckAnswer, denierOf} from '../../engine/live/check.ts';
import {Kind} from '../../engine/verdict.ts';
import type {BucketMetrics} from './protection-metrics.ts';

type Sums = {allowed: number; denied: number; shadowDenied: number};

/** Counts what each limit of a policy said. */
export class LimitTally {
  readonly #sums: ReadonlyMap<string, Sums>;

  constructor(limits: readonly string[]) {
    this.#sums = new Map(limits.map((name) => [name, {allowed: 0, denied: 0, shadowDenied: 0}]));
  }

  add(check: Check, {verdicts}: CheckAnswer): void {
    const denier = denierOf(check, verdicts);
    // Limits behind the one that refused were not reached.
    const reached = denier < 0 ? check.layers.length : denier + 1;
    for (let i = 0; i < reached; i++) {
      const {address, shadow} = check.layers[i]!;
      const sums = this.#sums.get(address.limit);
      if (sums === undefined) continue;
      const refused = verdicts[i]!.kind !== Kind.allow;
      if (refused && !shadow) sums.denied++;
      else sums.allowed++;
      if (refused && shadow) sums.shadowDenied++;
    }
  }

  facts(shareOf: (limit: string) => number): readonly BucketMetrics[] {
    return [...this.#sums].map(([limit, sums]) => ({limit, ...sums, share: shareOf(limit)}));
  }
}
