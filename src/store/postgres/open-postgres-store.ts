import {quoted} from '../../base/safe-text.ts';
import type {Store} from '../port.ts';
import {redactedUrl} from '../redacted-url.ts';
import {StoreError} from '../store-error.ts';
import type {PostgresTarget, StoreOptions} from '../store-target.ts';
import {Connections} from './connections.ts';
import {migrate} from './migrate.ts';
import {PostgresStore} from './postgres-store.ts';
import {quotedName, schemaName} from './schema-name.ts';

const TIMEOUT_MS = 5_000;
/** Connecting of an application may take longer than an answer: over TLS, or through another region. */
const CONNECT_MS = 2_000;
const SLACK = 5_000_000;
const POOL = 4;

/**
 * Opens state in Postgres 14 or newer. Parameters of the URL:
 *
 * | parameter | meaning | default |
 * |---|---|---|
 * | `schema` | where everything is kept | `ratectl` |
 * | `sslmode`, `sslrootcert`, `sslcert`, `sslkey` | TLS, as libpq has it | `prefer` |
 * | `unlogged` | `true`: counters in an UNLOGGED table when it is made; a crash of the server forgets them; queues are kept in any case | `false` |
 * | `synchronous_commit` | `off`: checks do not wait for the disk; a crash of the server forgets the last moments | the server's |
 * | `migrate` | `never`: refuse in place of making or changing the schema | |
 * | `pool` | connections of an application | 4 |
 * | `pgbouncer` | `true`, `false`: whether a pooler in transaction mode is in between | found out |
 *
 * Works through PgBouncer in transaction mode: nothing depends on a session, and statements are prepared only where the server
 * itself answers. Whoever listens for announcements takes one connection more where the server can push them.
 * Rejects with a StoreError. Which rights a role needs: see `migrate`.
 */
export const openPostgresStore = async (target: PostgresTarget, options: StoreOptions): Promise<Store> => {
  const {access, timeoutMs = TIMEOUT_MS, clientName = 'ratectl', connection = 'once', clock} = options;
  const {slack = SLACK} = options;
  const schema = schemaName(target, options.prefix);
  const size = poolSize(target);
  const connectTimeoutMs = connection === 'reconnect' ? Math.max(timeoutMs, CONNECT_MS) : timeoutMs;
  const connections = new Connections(target, {
    access,
    timeoutMs,
    connectTimeoutMs,
    clientName,
    connection,
    size,
  });
  try {
    await migrate(connections, {target, schema, access, timeoutMs: connectTimeoutMs});
  } catch (error) {
    await connections.close();
    throw error;
  }
  const commit = target.parameters.get('synchronous_commit') === 'off' ? 'asynchronous' : 'default';
  return new PostgresStore(
    {
      connections,
      schema: quotedName(schema),
      // Twice in the time of a call: what does not need a locked row is asked again without it.
      lockTimeoutMs: Math.max(1, Math.floor(timeoutMs * 0.4)),
      now: () => clock?.() ?? -1,
      query: (statement, values) => connections.query(statement, values),
    },
    redactedUrl(target),
    {slack, commit},
  );
};

const poolSize = (target: PostgresTarget): number => {
  const text = target.parameters.get('pool');
  if (text === undefined) return POOL;
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= 100) return size;
  throw new StoreError(`?pool=${quoted(text)} is not a number of connections`, {
    kind: 'wrong-database',
    url: redactedUrl(target),
    hint: 'a whole number from 1 to 100; 4 is the default',
  });
};
