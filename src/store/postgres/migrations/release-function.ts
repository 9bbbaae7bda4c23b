/**
 * `release()`: takes the leases whose tokens are in (token − count, token] and that have not ended out of a row, as
 * `withoutLeases` does. False when there is none, or the words are not those of such buckets. `p_letters`: one per bucket.
 */
export const releaseFunctionSql = (schema: string): string => `
create or replace function ${schema}.release(
  p_id bytea, p_letters text, p_token float8, p_count float8, p_lock_timeout int, p_clock float8
) returns boolean language plpgsql volatile as $ratectl$
declare
  now_ float8;
  old float8[];
  kept float8[] := '{}';
  pairs float8[];
  letter text;
  width int;
  b int := 0;
  held boolean := false;
begin
  perform set_config('lock_timeout', p_lock_timeout::text, true);
  select st.words into old from ${schema}.state st where st.id = p_id for update;
  if not found then return false; end if;
  now_ := p_clock;
  if now_ < 0 then now_ := floor(extract(epoch from clock_timestamp()) * 1000000); end if;
  foreach letter in array string_to_array(p_letters, null) loop
    width := case when letter in ('t', 'w') then 3
      when letter in ('l', 'k') then 2 + 2 * least(old[b + 1], cardinality(old))::int else 2 end;
    if width < 2 or b + width > cardinality(old) then return false; end if;
    if letter = 'k' then
      pairs := array(
        select v from (
          select i, h, old[b + 1 + 2 * i + h] as v from generate_series(1, (width - 2) / 2) i, generate_series(0, 1) h
          where old[b + 1 + 2 * i] <= now_ or old[b + 2 + 2 * i] > p_token or old[b + 2 + 2 * i] <= p_token - p_count
        ) pairs order by i, h
      );
      held := held or cardinality(pairs) < width - 2;
      kept := kept || array[cardinality(pairs) / 2, old[b + 2]]::float8[] || pairs;
    else
      kept := kept || old[b + 1 : b + width];
    end if;
    b := b + width;
  end loop;
  if b <> cardinality(old) then return false; end if;
  if held then update ${schema}.state st set words = kept where st.id = p_id; end if;
  return held;
end
$ratectl$;
`;
