import {toRfc3339} from '../../base/micros.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {readOverride, readOverrideNote} from '../../store/override-document.ts';
import type {StoredDocument} from '../../store/port.ts';
import type {OverrideEntry} from '../../view/model/override-list.ts';

/** How a bucket is called: `token bucket 10/s, burst 20`. */
export type DescribeBucket = (bucket: AlgorithmSpec) => string;

/** What a document of the store says, for reports; undefined when it is no override. */
export const overrideEntry = (
  document: StoredDocument,
  now: number,
  describe: DescribeBucket,
): OverrideEntry | undefined => {
  const override = readOverride(document);
  if (override === undefined) return undefined;
  const {limit, key, until, effect} = override;
  const {by, why, at} = readOverrideNote(document);
  const ends = until <= LAST_DATE;
  return {
    limit,
    key,
    effect: effect.kind,
    buckets: effect.kind === 'buckets' ? effect.buckets.map(describe) : [],
    by,
    why,
    at: at > 0 ? toRfc3339(at) : null,
    until: ends ? toRfc3339(until) : null,
    remainingMs: ends ? Math.max(0, Math.ceil((until - now) / 1_000)) : null,
  };
};

/** 2255: what whole microseconds can say. Later is as good as never. */
const LAST_DATE = Number.MAX_SAFE_INTEGER;
