import {quoted} from '../../base/safe-text.ts';
import {redactedUrl} from '../redacted-url.ts';
import {StoreError} from '../store-error.ts';
import type {RedisTarget} from '../store-target.ts';

const DEFAULT_PREFIX = 'rl:';

/** What all names begin with: `?prefix=`, else the name in the options, else `rl:`. Refuses braces. */
export const prefixOf = (target: RedisTarget, given: string | undefined): string => {
  const prefix = target.parameters.get('prefix') ?? given ?? DEFAULT_PREFIX;
  if (!/[{}]/.test(prefix)) return prefix;
  throw new StoreError(`the prefix ${quoted(prefix)} holds a brace`, {
    kind: 'wrong-database',
    url: redactedUrl(target),
    hint: 'braces mark what keys of a Redis Cluster have in common: use another prefix',
  });
};
