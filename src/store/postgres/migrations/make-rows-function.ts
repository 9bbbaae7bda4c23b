/**
 * `make_rows()`: makes the rows that are missing, without words, in ascending order of their ids. Their other columns are cut out
 * of the id, or are given where the id is shortened (see `checkFunctionSql`, `p_cuts` and `p_long`). A row that has expired since
 * ever is none.
 */
export const makeRowsFunctionSql = (schema: string): string => `
create or replace function ${schema}.make_rows(p_ids bytea[], p_cuts int[], p_long bytea[]) returns void
language sql volatile as $ratectl$
  insert into ${schema}.state (id, limit_name, key, tier, shape, words, expires_at)
  select id,
    convert_from(case when name < 0 then p_long[-4 * name - 3] else substring(id from 1 for name) end, 'UTF8'),
    case when name < 0 then p_long[-4 * name - 2] else substring(id from name + 2 for key) end,
    case when name < 0 then p_long[-4 * name - 1] else substring(id from name + key + 3 for tier) end,
    convert_from(case when name < 0 then p_long[-4 * name] else substring(id from name + key + tier + 4) end, 'UTF8'),
    '{}', '-Infinity'
  from (
    select id, p_cuts[3 * i - 2] as name, p_cuts[3 * i - 1] as key, p_cuts[3 * i] as tier
    from unnest(p_ids) with ordinality as ids (id, i)
  ) as rows
  order by id
  on conflict do nothing
$ratectl$;
`;
