/**
 * Where everything is kept. `state` is written by every check: half of each page stays free and no column but the primary key
 * is indexed, so that its updates stay within a page (heap-only tuples) and vacuum has little to do.
 */
export const tablesSql = (schema: string, durability: 'logged' | 'unlogged'): string => `
create ${durability === 'unlogged' ? 'unlogged ' : ''}table ${schema}.state (
  id bytea primary key,
  limit_name text not null,
  key bytea not null,
  tier bytea not null,
  shape text not null,
  words float8[] not null,
  expires_at float8 not null
) with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.1,
  autovacuum_vacuum_cost_delay = 0
);
comment on table ${schema}.state is 'ratectl: one row per limit, key, tier and shape of the buckets; instants are microseconds since the epoch';
comment on column ${schema}.state.expires_at is 'the row means nothing from then on; -Infinity: made and not used yet';

create table ${schema}.generation (one boolean primary key default true check (one), value bigint not null);
insert into ${schema}.generation (value) values (0);

create table ${schema}.documents (
  kind text not null,
  id bytea not null,
  version bigint not null,
  expires_at float8 not null,
  value text not null,
  primary key (kind, id)
);

create table ${schema}.journals (
  journal text not null,
  id bigint generated always as identity,
  at float8 not null,
  value text not null,
  primary key (journal, id)
);

create table ${schema}.hot (
  id bytea primary key,
  limit_name text not null,
  key bytea not null,
  tier bytea not null,
  shape text not null,
  shadow boolean not null,
  until float8 not null,
  minute float8 not null,
  current float8 not null,
  previous float8 not null
);
create index hot_until on ${schema}.hot (until);

create table ${schema}.usage_minutes (
  at float8 not null,
  limit_name text not null,
  allowed float8 not null,
  denied float8 not null,
  shadow_denied float8 not null,
  primary key (at, limit_name)
);

create table ${schema}.usage_hours (
  at float8 not null,
  limit_name text not null,
  allowed float8 not null,
  denied float8 not null,
  shadow_denied float8 not null,
  primary key (at, limit_name)
);

create table ${schema}.denied_by_hour (
  at float8 not null,
  id bytea not null,
  limit_name text not null,
  key bytea not null,
  tier bytea not null,
  shape text not null,
  denied float8 not null,
  primary key (at, id)
);

create table ${schema}.denied_by_day (
  at float8 not null,
  id bytea not null,
  limit_name text not null,
  key bytea not null,
  tier bytea not null,
  shape text not null,
  denied float8 not null,
  primary key (at, id)
);
`;
