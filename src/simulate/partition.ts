import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {AttributeColumns} from '../engine/attribute-columns.ts';
import {templateAttributes} from '../engine/key-template.ts';
import type {Policy} from '../engine/policy-model.ts';
import type {RequestBatch} from '../engine/request-batch.ts';

/** One of `of` shards; `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Parses `2/8`. */
export const parseShard = (text: string): Shard => {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const index = Number(match?.[1]);
  const of = Number(match?.[2]);
  if (match === null || index < 1 || index > of) {
    throw new RatectlError(
      `--shard: expected i/n with 1 ≤ i ≤ n ≤ 9999, such as 2/8, got ${quoted(text, 20)}`,
      {code: 'usage/shard'},
    );
  }
  return {index, of};
};

/**
 * The column by which requests can be dealt out so that no state is shared between shards: an attribute that is part of
 * the key of every limit of every policy. `key` is preferred. Without one, shards would each allow the full limit.
 */
export const partitionColumn = (policies: readonly Policy[], columns: AttributeColumns): number => {
  const keys = policies.flatMap((policy) =>
    policy.limits.map((limit) => new Set(templateAttributes(limit.key).map((name) => columns.of(name)))),
  );
  const common = [...(keys[0] ?? [])].filter((column) => keys.every((key) => key.has(column)));
  const found = common.includes(columns.of('key')) ? columns.of('key') : common[0];
  if (found !== undefined) return found;
  const names = policies.flatMap((policy) => policy.limits.map((limit) => `${limit.name} by ${limit.key}`));
  throw new RatectlError(
    `--shard: the limits have no key attribute in common (${names.join('; ')}), so their requests cannot be dealt out to independent shards`,
    {
      code: 'usage/shard',
      hint: 'simulate such a policy in one run, or one limit at a time',
    },
  );
};

/** Whether a request belongs to a shard, by the hash of its value in the partition column. */
export const inShard = (batch: RequestBatch, row: number, column: number, shard: Shard): boolean =>
  (batch.hashes[row * batch.columns + column]! >>> 0) % shard.of === shard.index - 1;
