/**
 * `make_rows()`: makes the rows that are missing, empty, in ascending order of their ids. Their other columns are cut out of the
 * id, or are given where the id is shortened (see `checkFunctionSql`, `p_cuts` and `p_long`). A row without a shape is none.
 */
export const makeRowsFunctionSql = (schema: string): string => `
create or replace function ${schema}.make_rows(p_ids bytea[], p_cuts int[], p_long bytea[]) returns void
language sql volatile as $ratectl$
  insert into ${schema}.state (id, limit_name, key, tier, shape, words, expires_at)
  select id,
    convert_from(case when name < 0 then p_long[-3 * name - 2] else substring(id from 1 for name) end, 'UTF8'),
    case when name < 0 then p_long[-3 * name - 1] else substring(id from name + 2 for key) end,
    case when name < 0 then p_long[-3 * name] else substring(id from name + key + 3) end,
    '', '{}', '-Infinity'
  from (
    select id, p_cuts[2 * i - 1] as name, p_cuts[2 * i] as key from unnest(p_ids) with ordinality as ids (id, i)
  ) as rows
  order by id
  on conflict do nothing
$ratectl$;
`;
