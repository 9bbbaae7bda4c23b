import type {ActivityFacts, PostgresFacts, ReplicaFacts} from '../examination.ts';
import type {Ask} from './examine-postgres.ts';

type Value<T> = T extends {readonly seen: true; readonly value: infer V} ? V : never;

export const connectionFacts = async (ask: Ask): Promise<Value<PostgresFacts['connections']>> => {
  const [row] = await ask(
    // Of sessions of others a role may not see the type; processes of the server itself are in no database.
    `select (select count(*) from pg_stat_activity
        where datname is not null and coalesce(backend_type, 'client backend') = 'client backend'),
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int`,
  );
  return {used: Number(row![0]), usable: Number(row![1])};
};

/** Transactions hold back vacuum in their own database. Of sessions of others a role without pg_read_all_stats sees no times. */
export const activityFacts = async (ask: Ask): Promise<ActivityFacts> => {
  const [oldest] = await ask(
    `select floor(extract(epoch from clock_timestamp() - xact_start) * 1000000), coalesce(state, ''),
       coalesce(nullif(application_name, ''), 'pid ' || pid)
     from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
     order by xact_start limit 1`,
  );
  const [counts] = await ask(
    `select (select count(*) from pg_prepared_xacts where database = current_database()),
       (select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_start is null)`,
  );
  return {
    oldestAge: Math.max(0, Number(oldest?.[0] ?? 0)),
    oldestState: oldest?.[1] ?? '',
    oldestName: oldest?.[2] ?? '',
    prepared: Number(counts![0]),
    hidden: Number(counts![1]),
  };
};

export const isReplica = async (ask: Ask): Promise<boolean> =>
  (await ask('select pg_is_in_recovery()'))[0]![0] === 't';

export const replicaFacts = async (ask: Ask): Promise<readonly ReplicaFacts[]> => {
  if (await isReplica(ask)) return [];
  const rows = await ask(
    `select coalesce(nullif(application_name, ''), 'pid ' || pid), coalesce(state, 'not shown to this role'),
       floor(extract(epoch from replay_lag) * 1000000), pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)
     from pg_stat_replication order by 1`,
  );
  const known = (text: string | null | undefined): number | undefined =>
    text === null || text === undefined ? undefined : Number(text);
  return rows.map(([name, state, lag, lagBytes]) => ({
    name: name!,
    state: state!,
    lag: known(lag),
    lagBytes: known(lagBytes),
  }));
};

export const idleSlots = async (ask: Ask): Promise<Value<PostgresFacts['idleSlots']>> => {
  if (await isReplica(ask)) return [];
  const rows = await ask(
    `select slot_name, greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))
     from pg_replication_slots where not active and restart_lsn is not null order by 1`,
  );
  return rows.map(([name, bytes]) => ({name: name!, retainedBytes: Number(bytes)}));
};
