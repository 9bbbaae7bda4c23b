import {decideBucketSql} from './decide-bucket.ts';

/**
 * `check_one()`: the same decision for the commonest call there is, one check of one layer with one bucket that is a few words:
 * what `check` needs to set up costs more than the decision. Answers as `check` does; null when there is no row yet.
 *
 * `p_sets`: the seven numbers of the bucket. `p_options`: `[lock timeout ms, slack µs, 1: asynchronous commit, clock µs or −1]`.
 */
export const checkOneFunctionSql = (schema: string): string => `
create or replace function ${schema}.check_one(
  p_id bytea, p_words int, p_keep float8, p_sets float8[], ask float8, p_options float8[]
) returns float8[] language plpgsql volatile
set enable_seqscan = off
as $ratectl$
declare
  now_ float8;
  setting text;
  place tid;
  known boolean;
  c constant int := 1;
  bucket_kind constant int := p_sets[1];
  w0 float8; w1 float8; w2 float8;
  p1 constant float8 := p_sets[2];
  p2 float8; p3 float8; p5 float8;
  kind float8 := 0; remaining float8; retry float8 := 0; reset float8 := 0; delay float8 := 0; cap float8;
  writes boolean := false;
  n0 float8; n1 float8; n2 float8;
  t float8; e float8; x float8; y float8; z float8; g float8;
begin
  setting := set_config('lock_timeout', p_options[1]::text, true);
  if p_options[3] = 1 then setting := set_config('synchronous_commit', 'off', true); end if;
  select st.ctid, cardinality(st.words) = p_words, st.expires_at, st.words[1], st.words[2], st.words[3]
  into place, known, e, w0, w1, w2
  from ${schema}.state st where st.id = p_id for update;
  if place is null then return null; end if;
  now_ := p_options[4];
  if now_ < 0 then now_ := floor(extract(epoch from clock_timestamp()) * 1000000); end if;
  if not known or e <= now_ then w0 := 0; w1 := 0; w2 := 0; end if;
${decideBucketSql(schema, 'plain')}
  if writes then
    update ${schema}.state st
    set expires_at = now_ + reset + p_keep + p_options[2],
      words = case p_words when 2 then array[n0, n1] else array[n0, n1, n2] end
    where st.ctid = place;
  end if;
  return array[now_, kind, remaining, cap, retry, reset, delay, 0];
end
$ratectl$;
`;
