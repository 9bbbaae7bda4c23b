import {quoted} from '../../base/safe-text.ts';
import {redactedUrl} from '../redacted-url.ts';
import {StoreError} from '../store-error.ts';
import type {PostgresTarget} from '../store-target.ts';

const DEFAULT = 'ratectl';

/** The schema that holds everything: `?schema=`, else the name in the options, else `ratectl`. Refuses names Postgres keeps for itself. */
export const schemaName = (target: PostgresTarget, prefix: string | undefined): string => {
  const name = target.parameters.get('schema') ?? prefix ?? DEFAULT;
  if (
    /^[\p{L}_][\p{L}\p{N}_$-]*$/u.test(name) &&
    Buffer.byteLength(name) <= 63 &&
    !/^pg_|^information_schema$/.test(name)
  )
    return name;
  throw new StoreError(`${quoted(name)} cannot be the name of a schema`, {
    kind: 'wrong-database',
    url: redactedUrl(target),
    hint: 'letters, digits, "_" and "-", at most 63 bytes, not beginning with a digit or "pg_"; for example ?schema=ratectl',
  });
};

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
