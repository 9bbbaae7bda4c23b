import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import type {Examination, PostgresFacts, Seen, Transport} from '../examination.ts';
import type {ExamineOptions} from '../examine-store.ts';
import {Looking, seen, unseen} from '../looking.ts';
import {redactedUrl} from '../redacted-url.ts';
import {isRemoteHost} from '../remote-host.ts';
import type {PostgresTarget} from '../store-target.ts';
import {sslModeOf} from './client-config.ts';
import {activityFacts, connectionFacts, idleSlots, isReplica, replicaFacts} from './examine-activity.ts';
import {migrationFacts, objectFacts, rightsFacts, tableFacts} from './examine-schema.ts';
import {explainError} from './explain-error.ts';
import {schemaName} from './schema-name.ts';
import {singleConnection} from './single-connection.ts';
import type {Parameter, TextRows} from './statement.ts';

/** Asks one statement; nothing is kept prepared. */
export type Ask = (text: string, values?: readonly Parameter[]) => Promise<TextRows>;

const SETTINGS = [
  'synchronous_commit',
  'fsync',
  'full_page_writes',
  'autovacuum',
  'track_counts',
  'server_version',
  'server_version_num',
];

/** Looks at a schema and its server in read-only transactions, whatever its version. */
export const examinePostgres = async (
  target: PostgresTarget,
  {prefix, timeoutMs, withinMs, localNow, env, clientName}: ExamineOptions,
): Promise<Examination> => {
  const schema = schemaName(target, prefix);
  const connections = singleConnection(target, {access: 'read', timeoutMs, clientName});
  const looking = new Looking(withinMs, (error) => explainError(error, target));
  const ask: Ask = (text, values = []) => connections.query({name: '', text}, values);
  try {
    const session = await connections.use(async (connection) => connection.session);
    const pings = await looking.pings(() => connections.use((connection) => connection.isReplica()));
    const clock = await looking.clock(
      async () => Number((await ask(`select floor(extract(epoch from clock_timestamp()) * 1000000)`))[0]![0]),
      localNow,
    );
    const settings = await looking.at(() => settingsOf(ask));
    const details: PostgresFacts = {
      kind: 'postgres',
      schema,
      session,
      settings,
      asked: {
        unlogged: target.parameters.get('unlogged') === 'true',
        commitOff: target.parameters.get('synchronous_commit') === 'off',
      },
      migrations: await looking.at(() => migrationFacts(ask, schema)),
      objects: await looking.at(() => objectFacts(ask, schema)),
      tables: await looking.at(() => tableFacts(ask, schema)),
      connections: await looking.at(() => connectionFacts(ask)),
      activity: await looking.at(() => activityFacts(ask)),
      isReplica: await looking.at(() => isReplica(ask)),
      replicas: await looking.at(() => replicaFacts(ask)),
      idleSlots: await looking.at(() => idleSlots(ask)),
    };
    return {
      url: redactedUrl(target),
      server: serverOf(settings),
      pings,
      clock,
      transport: await transportOf(target, {ask, env, looking}),
      rights: await rightsOf(looking, ask, schema),
      details,
    };
  } finally {
    await connections.close();
  }
};

const rightsOf = async (looking: Looking, ask: Ask, schema: string): Promise<Examination['rights']> => {
  const rights = await looking.at(() => rightsFacts(ask, schema));
  if (!rights.seen) return rights;
  return rights.value === undefined ? unseen(`there is no schema "${schema}" yet`) : seen(rights.value);
};

const settingsOf = async (ask: Ask): Promise<ReadonlyMap<string, string>> => {
  const rows = await ask('select name, setting from pg_settings where name = any($1::text[])', [
    `{${SETTINGS.join(',')}}`,
  ]);
  return new Map(rows.map(([name, value]): [string, string] => [name!, value ?? '']));
};

const serverOf = (settings: Seen<ReadonlyMap<string, string>>): Examination['server'] =>
  settings.seen
    ? seen({product: 'postgres', version: (settings.value.get('server_version') ?? '').split(' ')[0]!})
    : settings;

interface TransportContext extends Pick<ExamineOptions, 'env'> {
  readonly ask: Ask;
  readonly looking: Looking;
}

const transportOf = async (
  target: PostgresTarget,
  {ask, env, looking}: TransportContext,
): Promise<Transport> => {
  const mode = sslModeOf(target);
  // Behind a pooler it is that of the pooler and the server: what we speak to it is what counts, and is not told.
  const used = await looking.at(async () => {
    const [row] = await ask('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return row?.[0] === 't';
  });
  const encrypted = mode !== 'disable' && (used.seen ? used.value : mode !== 'prefer');
  return {
    remoteHosts: target.hosts.filter(({host}) => isRemoteHost(host)).map(({host}) => host),
    encrypted,
    verified: encrypted && (mode === 'verify-ca' || mode === 'verify-full'),
    authenticated: authenticationOf(target, env),
  };
};

/** The driver takes a password from more places than the URL. */
const authenticationOf = (
  {password, parameters}: PostgresTarget,
  env: ExamineOptions['env'],
): Transport['authenticated'] => {
  if (password !== undefined || parameters.has('sslcert') || (env['PGPASSWORD'] ?? '') !== '') return 'yes';
  return env['PGPASSFILE'] !== undefined || existsSync(join(env['HOME'] ?? homedir(), '.pgpass'))
    ? 'unknown'
    : 'no';
};
