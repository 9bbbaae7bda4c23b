import {DENIED_KEYS, HOT_KEYS, USAGE_KEPT} from '../../usage-window.ts';

/**
 * `record()`: one statement for what a limiter saw, in sums of bounded size (the arithmetic of `usage-window.ts`). Rows are
 * written in the order of their keys, so that calls do not wait for each other in a circle. What is too old or too much goes in
 * small steps; calls that find somebody else at it leave it to them.
 */
export const usageFunctionsSql = (schema: string): string => `
create or replace function ${schema}.record(
  p_limits text[], p_allowed float8[], p_denied float8[], p_shadow_denied float8[],
  p_ids bytea[], p_names text[], p_keys bytea[], p_tiers bytea[], p_refused float8[], p_shadow boolean[], p_until float8[],
  p_clock float8
) returns void language plpgsql volatile as $ratectl$
declare
  now_ float8 := p_clock;
  minute_ float8;
  hour_ float8;
begin
  if now_ < 0 then now_ := floor(extract(epoch from clock_timestamp()) * 1000000); end if;
  minute_ := floor(now_ / 60000000) * 60000000;
  hour_ := floor(now_ / 3600000000) * 3600000000;

  insert into ${schema}.minutes as m (at, limit_name, allowed, denied, shadow_denied)
  select minute_, name, sum(allowed), sum(denied), sum(shadow_denied)
  from unnest(p_limits, p_allowed, p_denied, p_shadow_denied) as u (name, allowed, denied, shadow_denied)
  group by name order by name
  on conflict (at, limit_name) do update set
    allowed = m.allowed + excluded.allowed, denied = m.denied + excluded.denied,
    shadow_denied = m.shadow_denied + excluded.shadow_denied;

  if cardinality(p_ids) > 0 then
    -- A clock that steps back stays in the minute it knows.
    insert into ${schema}.hot as h (id, limit_name, key, tier, shadow, until, minute, current, previous)
    select id, name, key, tier, bool_or(shadow), max(until), minute_, sum(refused), 0
    from unnest(p_ids, p_names, p_keys, p_tiers, p_refused, p_shadow, p_until) as u (id, name, key, tier, refused, shadow, until)
    group by id, name, key, tier order by id
    on conflict (id) do update set
      shadow = excluded.shadow, until = greatest(h.until, excluded.until), minute = greatest(h.minute, excluded.minute),
      current = excluded.current + case when h.minute >= excluded.minute then h.current else 0 end,
      previous = case
        when h.minute >= excluded.minute then h.previous
        when excluded.minute - h.minute = 60000000 then h.current
        else 0
      end;

    insert into ${schema}.hours as h (at, id, limit_name, key, tier, denied)
    select hour_, id, name, key, tier, sum(refused)
    from unnest(p_ids, p_names, p_keys, p_tiers, p_refused) as u (id, name, key, tier, refused)
    where refused > 0
    group by id, name, key, tier order by id
    on conflict (at, id) do update set denied = h.denied + excluded.denied;
    perform ${schema}.trim_usage(now_);
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
  if (select count(*) from (
    select from ${schema}.hours where at = floor(p_now / 3600000000) * 3600000000 limit ${2 * DENIED_KEYS + 1}) counted
  ) > ${2 * DENIED_KEYS} then
    delete from ${schema}.hours where (at, id) in (
      select at, id from ${schema}.hours where at = floor(p_now / 3600000000) * 3600000000
      order by denied desc offset ${DENIED_KEYS} for update skip locked);
    get diagnostics n = row_count; removed := removed + n;
  end if;
  delete from ${schema}.hours where (at, id) in (
    select at, id from ${schema}.hours where at <= p_now - ${USAGE_KEPT} order by at limit 1000 for update skip locked);
  get diagnostics n = row_count; removed := removed + n;
  delete from ${schema}.minutes where (at, limit_name) in (
    select at, limit_name from ${schema}.minutes where at <= p_now - ${USAGE_KEPT} order by at limit 1000 for update skip locked);
  get diagnostics n = row_count; removed := removed + n;
  return removed;
end
$ratectl$;
`;
