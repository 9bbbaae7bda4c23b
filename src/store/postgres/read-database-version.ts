import type {SchemaVersion} from '../schema-version.ts';
import type {PostgresTarget, StoreOptions} from '../store-target.ts';
import {migrationFacts} from './examine-schema.ts';
import {MIGRATIONS} from './migrations/migrations.ts';
import {schemaName} from './schema-name.ts';
import {singleConnection} from './single-connection.ts';

const TIMEOUT_MS = 5_000;

/** What the schema is at, in a read-only transaction. Rejects with a `StoreError`. */
export const readDatabaseVersion = async (
  target: PostgresTarget,
  {prefix, timeoutMs = TIMEOUT_MS}: Pick<StoreOptions, 'prefix' | 'timeoutMs'>,
): Promise<SchemaVersion> => {
  const schema = schemaName(target, prefix);
  const connections = singleConnection(target, {access: 'read', timeoutMs});
  try {
    const facts = await migrationFacts(
      (text, values = []) => connections.query({name: '', text}, values),
      schema,
    );
    const pending = MIGRATIONS.filter(({version}) => version > facts.version);
    return {
      place: `the schema "${schema}"`,
      ...facts,
      pending: pending.map(({version, name}) => ({version, name})),
    };
  } finally {
    await connections.close();
  }
};
