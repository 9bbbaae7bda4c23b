import {DENIED_GRAINS, DENIED_KEYS, type Grain, HOT_KEYS, SLOT_GRAINS} from '../../usage-window.ts';

/** What is kept, and for how long: sums by limit, refusals by key. */
const SLOT_TABLES: readonly (readonly [table: string, grain: Grain])[] = [
  ['usage_minutes', SLOT_GRAINS.minute],
  ['usage_hours', SLOT_GRAINS.hour],
];
const DENIED_TABLES: readonly (readonly [table: string, grain: Grain])[] = [
  ['denied_by_hour', DENIED_GRAINS.hour],
  ['denied_by_day', DENIED_GRAINS.day],
];

const startSql = (instant: string, {length}: Grain): string => `floor(${instant} / ${length}) * ${length}`;

const countSql = (schema: string, table: string, grain: Grain): string => `
  insert into ${schema}.${table} as m (at, limit_name, allowed, denied, shadow_denied)
  select ${startSql('now_', grain)}, name, sum(allowed), sum(denied), sum(shadow_denied)
  from unnest(p_limits, p_allowed, p_denied, p_shadow_denied) as u (name, allowed, denied, shadow_denied)
  group by name order by name
  on conflict (at, limit_name) do update set
    allowed = m.allowed + excluded.allowed, denied = m.denied + excluded.denied,
    shadow_denied = m.shadow_denied + excluded.shadow_denied;
`;

const countDeniedSql = (schema: string, table: string, grain: Grain): string => `
    insert into ${schema}.${table} as h (at, id, limit_name, key, tier, shape, denied)
    select ${startSql('now_', grain)}, id, name, key, tier, shape, sum(refused)
    from unnest(p_ids, p_names, p_keys, p_tiers, p_shapes, p_refused) as u (id, name, key, tier, shape, refused)
    where refused > 0
    group by id, name, key, tier, shape order by id
    on conflict (at, id) do update set denied = h.denied + excluded.denied;
`;

/** Of the hour or day that runs, the most refused keys; of all before it, what is not too old. */
const trimDeniedSql = (schema: string, table: string, grain: Grain): string => `
  if (select count(*) from (
    select from ${schema}.${table} where at = ${startSql('p_now', grain)} limit ${2 * DENIED_KEYS + 1}) counted
  ) > ${2 * DENIED_KEYS} then
    delete from ${schema}.${table} where (at, id) in (
      select at, id from ${schema}.${table} where at = ${startSql('p_now', grain)}
      order by denied desc offset ${DENIED_KEYS} for update skip locked);
    get diagnostics n = row_count; removed := removed + n;
  end if;
  delete from ${schema}.${table} where (at, id) in (
    select at, id from ${schema}.${table} where at <= p_now - ${grain.kept} order by at limit 1000 for update skip locked);
  get diagnostics n = row_count; removed := removed + n;
`;

const trimSlotsSql = (schema: string, table: string, {kept}: Grain): string => `
  delete from ${schema}.${table} where (at, limit_name) in (
    select at, limit_name from ${schema}.${table} where at <= p_now - ${kept} order by at limit 1000 for update skip locked);
  get diagnostics n = row_count; removed := removed + n;
`;

/**
 * `record()`: one statement for what a limiter saw, in sums of bounded size (the arithmetic of `usage-window.ts`). Rows are
 * written in the order of their keys, so that calls do not wait for each other in a circle. What is too old or too much goes in
 * small steps; calls that find somebody else at it leave it to them.
 */
export const usageFunctionsSql = (schema: string): string => `
create or replace function ${schema}.record(
  p_limits text[], p_allowed float8[], p_denied float8[], p_shadow_denied float8[],
  p_ids bytea[], p_names text[], p_keys bytea[], p_tiers bytea[], p_shapes text[], p_refused float8[], p_shadow boolean[],
  p_until float8[], p_clock float8
) returns void language plpgsql volatile as $ratectl$
declare
  now_ float8 := p_clock;
  minute_ float8;
begin
  if now_ < 0 then now_ := floor(extract(epoch from clock_timestamp()) * 1000000); end if;
  minute_ := floor(now_ / 60000000) * 60000000;
${SLOT_TABLES.map(([table, grain]) => countSql(schema, table, grain)).join('')}
  if cardinality(p_ids) > 0 then
    -- A clock that steps back stays in the minute it knows.
    insert into ${schema}.hot as h (id, limit_name, key, tier, shape, shadow, until, minute, current, previous)
    select id, name, key, tier, shape, bool_or(shadow), max(until), minute_, sum(refused), 0
    from unnest(p_ids, p_names, p_keys, p_tiers, p_shapes, p_refused, p_shadow, p_until)
      as u (id, name, key, tier, shape, refused, shadow, until)
    group by id, name, key, tier, shape order by id
    on conflict (id) do update set
      shadow = excluded.shadow, until = greatest(h.until, excluded.until), minute = greatest(h.minute, excluded.minute),
      current = excluded.current + case when h.minute >= excluded.minute then h.current else 0 end,
      previous = case
        when h.minute >= excluded.minute then h.previous
        when excluded.minute - h.minute = 60000000 then h.current
        else 0
      end;
${DENIED_TABLES.map(([table, grain]) => countDeniedSql(schema, table, grain)).join('')}    perform ${schema}.trim_usage(now_);
  end if;
end
$ratectl$;

-- Keeps the tables small. Answers how many rows went.
create or replace function ${schema}.trim_usage(p_now float8) returns int language plpgsql volatile as $ratectl$
declare
  removed int := 0;
  n int;
begin
  -- Somebody else is at it: for this transaction only, so that poolers do no harm.
  if not pg_try_advisory_xact_lock(hashtext('ratectl'), hashtext('${schema.replaceAll("'", "''")}')) then return 0; end if;
  delete from ${schema}.hot where id in (
    select id from ${schema}.hot where until <= p_now order by until limit 1000 for update skip locked);
  get diagnostics n = row_count; removed := removed + n;
  delete from ${schema}.hot where id in (
    select id from ${schema}.hot order by until desc offset ${HOT_KEYS} limit 1000 for update skip locked);
  get diagnostics n = row_count; removed := removed + n;
${DENIED_TABLES.map(([table, grain]) => trimDeniedSql(schema, table, grain)).join('')}${SLOT_TABLES.map(([table, grain]) => trimSlotsSql(schema, table, grain)).join('')}  return removed;
end
$ratectl$;
`;
