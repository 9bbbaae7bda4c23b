/**
 * `change()`: each row is replaced when it still is what was expected; `release` and `sweep` beside it.
 *
 * `p_expected`: `any`, `none` or `row` for each id; `p_before`, `p_next`: their words as text of a float8[]; a `p_next` of
 * null removes the row. Rows past their expiry are not there. Like `check` it makes the rows that it will fill
 * first and locks all of them in ascending order, so that the two never wait for each other in a circle.
 */
export const changeFunctionSql = (schema: string): string => `
create or replace function ${schema}.change(
  p_ids bytea[], p_cuts int[], p_long bytea[], p_expected text[],
  p_before text[], p_next text[], p_next_expires float8[], p_lock_timeout int, p_clock float8
) returns table (done boolean, words float8[], expires_at float8) language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $ratectl$
#variable_conflict use_column
declare
  now_ float8;
  r record;
  i int;
begin
  perform set_config('lock_timeout', p_lock_timeout::text, true);
  perform ${schema}.make_rows(
    array(select id from unnest(p_ids, p_next) as u (id, next) where next is not null),
    array(
      select p_cuts[o] from unnest(p_ids, p_next) with ordinality as u (id, next, n), generate_series(3 * n - 2, 3 * n) o
      where next is not null order by o
    ),
    p_long);
  perform from ${schema}.state st where st.id = any(p_ids) order by st.id for update;
  now_ := p_clock;
  if now_ < 0 then now_ := floor(extract(epoch from clock_timestamp()) * 1000000); end if;
  for i in 1 .. cardinality(p_ids) loop
    select st.words, st.expires_at, st.expires_at > now_ as live into r
    from ${schema}.state st where st.id = p_ids[i];
    if not coalesce(r.live, false) then
      words := null; expires_at := null;
    else
      words := r.words; expires_at := r.expires_at;
    end if;
    done := case p_expected[i]
      when 'any' then true
      when 'none' then words is null
      -- By their text: 0 and -0 are unlike, and so is every bit.
      else coalesce(words::text = p_before[i]::float8[]::text, false)
    end;
    if done and p_next[i] is not null then
      update ${schema}.state st
      set words = p_next[i]::float8[], expires_at = p_next_expires[i]
      where st.id = p_ids[i];
      if not found then
        raise exception 'a row was swept in between' using errcode = 'serialization_failure';
      end if;
    elsif (done or words is null) and r.words is not null then
      delete from ${schema}.state st where st.id = p_ids[i];
    end if;
    return next;
  end loop;
end
$ratectl$;

create or replace function ${schema}.sweep(p_after bytea, p_rows int, p_clock float8)
returns table (last bytea, removed int) language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $ratectl$
declare
  now_ float8 := p_clock;
  idle bytea[];
begin
  if now_ < 0 then now_ := floor(extract(epoch from clock_timestamp()) * 1000000); end if;
  select array_agg(id order by id) filter (where expires_at <= now_), (array_agg(id order by id desc))[1] into idle, last
  from (select id, expires_at from ${schema}.state where id > p_after order by id limit p_rows) page;
  -- Rows that are in use are not idle: no waiting for them.
  with locked as (
    select id from ${schema}.state where id = any(idle) and expires_at <= now_ order by id for update skip locked
  )
  delete from ${schema}.state st using locked where st.id = locked.id;
  get diagnostics removed = row_count;
  return next;
end
$ratectl$;
`;
