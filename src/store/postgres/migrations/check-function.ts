import {commitBucketSql} from './commit-bucket.ts';
import {arithmeticFunctions} from './decide/arithmetic.ts';
import {decideBucketSql} from './decide-bucket.ts';
import {makeRowsFunctionSql} from './make-rows-function.ts';

/**
 * `check()`: decides and charges a whole array of checks in one statement; the twin of `CheckDecider` and `BucketSet`.
 *
 * - `p_ids`: the rows of the call, ascending, each once. `p_cuts`: three numbers for each, how long the limit's name, the key and
 *   the tier are within the id; −j, 0, 0 when the id is shortened: then they and the shape are the j-th four of `p_long`.
 * - `p_sets`: bucket sets: `[buckets, keep, words (−1: it varies)]`, then seven numbers per bucket.
 * - `p_layers`: the checks: `[layers, 1: charge always, hold]`, then for each layer
 *   `[row, position of its set or 0, cost, 1: shadow, blocked until]`.
 * - `p_options`: `[lock timeout ms, slack µs, 1: asynchronous commit, clock µs or −1: the server's, 1: nothing is charged,
 *   1: the rows are there as far as is known: answers null when they are not]`.
 *
 * Answers `[now]`, then for each layer `[kind, remaining, capacity, retryAfter, resetAfter, delay, fencingToken]`. Kind 3: the
 * check was not decided because a calendar window lies outside the edges; bucket in `remaining`, instant in `retryAfter`. Kind 4:
 * nor was this one, which is behind it.
 *
 * No two calls wait for each other in a circle: rows that are missing are made first, in ascending order and with nothing else
 * locked; then all are locked in ascending order. Whoever waits for a row to be made waits for a call that has made its rows.
 * The clock is read when all rows are locked.
 */
export const checkFunctionSql = (schema: string): string => `
${arithmeticFunctions(schema)}

${makeRowsFunctionSql(schema)}
create or replace function ${schema}.check(
  p_ids bytea[], p_cuts int[], p_long bytea[], p_sets float8[], p_layers float8[], p_options float8[]
) returns float8[] language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $ratectl$
declare
  now_ float8;
  slack constant float8 := p_options[2];
  rows_ constant int := cardinality(p_ids);
  end_ constant int := cardinality(p_layers);
  -- Rows: the words of all in one pool; where each begins, and how many it has.
  pool float8[] := '{}';
  top int := 0;
  base int[] := '{}';
  len int[] := '{}';
  expires float8[] := '{}';
  dirty boolean[] := '{}';
  r record;
  made boolean := false;
  setting text;
  -- A check and its layer.
  p int := 1;
  pl int;
  layers int;
  charge_always boolean;
  hold float8;
  denier int;
  again boolean;
  stopped boolean := false;
  l int;
  ri int;
  s int;
  cost float8;
  asked boolean;
  fresh boolean;
  out_ float8[] := '{}';
  q int := 1;
  q0 int;
  -- Layers and buckets while a check with several is decided.
  asked_of boolean[];
  writes_of boolean[];
  kinds float8[];
  said float8[];
  proposed float8[];
  places int[];
  at_ int;
  -- The layer's verdict.
  buckets int;
  all_kind float8;
  all_remaining float8;
  all_cap float8;
  all_retry float8;
  all_reset float8;
  all_delay float8;
  all_writes boolean;
  token float8;
  -- One bucket.
  step int;
  j int;
  b int;
  c int;
  width int;
  bucket_kind int;
  ask float8;
  w0 float8; w1 float8; w2 float8;
  p1 float8; p2 float8; p3 float8; p5 float8;
  kind float8; remaining float8; retry float8; reset float8; delay float8; cap float8; writes boolean;
  n0 float8; n1 float8; n2 float8;
  t float8; e float8; x float8; y float8; z float8; g float8;
  k int;
  segment float8[];
begin
  -- As expressions: a statement costs ten times as much.
  setting := set_config('lock_timeout', p_options[1]::text, true);
  if p_options[3] = 1 then setting := set_config('synchronous_commit', 'off', true); end if;

  if p_options[5] = 1 then
    base := array_fill(0, array[rows_]); len := base;
    expires := array_fill('-Infinity'::float8, array[rows_]);
    for r in
      select i::int as i, st.words, st.expires_at
      from unnest(p_ids) with ordinality as ids (id, i) join ${schema}.state st on st.id = ids.id
    loop
      base[r.i] := top; len[r.i] := cardinality(r.words); expires[r.i] := r.expires_at;
      pool := pool || r.words; top := top + len[r.i];
    end loop;
  else
    if p_options[6] <> 1 then
      if (select count(*) from ${schema}.state st where st.id = any(p_ids)) < rows_ then
        perform ${schema}.make_rows(p_ids, p_cuts, p_long);
        made := true;
      end if;
    end if;
    l := 0;
    for r in
      select st.words, st.expires_at, cardinality(st.words) as size
      from ${schema}.state st where st.id = any(p_ids) order by st.id for update
    loop
      l := l + 1;
      base[l] := top; len[l] := r.size; expires[l] := r.expires_at;
      if r.size <= 3 then
        if r.size >= 2 then
          pool[top + 1] := r.words[1]; pool[top + 2] := r.words[2];
          if r.size = 3 then pool[top + 3] := r.words[3]; end if;
        elsif r.size = 1 then
          pool[top + 1] := r.words[1];
        end if;
      else
        pool := pool || r.words;
      end if;
      top := top + r.size;
    end loop;
    if l < rows_ then
      if p_options[6] = 1 then return null; end if;
      raise exception 'a row was swept in between' using errcode = 'serialization_failure';
    end if;
  end if;

  now_ := p_options[4];
  if now_ < 0 then now_ := floor(extract(epoch from clock_timestamp()) * 1000000); end if;
  out_[1] := now_;

  while p <= end_ loop
    layers := p_layers[p]; charge_always := p_layers[p + 1] = 1; hold := p_layers[p + 2];
    p := p + 3;
    denier := 0;
    again := false;
    q0 := q;
    for l in 1 .. layers loop
      pl := p + 5 * (l - 1);
      s := p_layers[pl + 1];
      x := p_layers[pl + 4];
      asked := false;
      if x > now_ then
        x := x - now_;
        all_kind := case when x = 'Infinity' then 2 else 1 end;
        all_remaining := 0; all_cap := 0; all_delay := 0; all_writes := false;
        all_retry := case when x = 'Infinity' then 0 else x end;
        all_reset := all_retry;
      elsif s = 0 then
        all_kind := 0; all_remaining := 9007199254740991; all_cap := 9007199254740991;
        all_retry := 0; all_reset := 0; all_delay := 0; all_writes := false;
      else
        asked := true;
        ri := p_layers[pl]; cost := p_layers[pl + 2];
        buckets := p_sets[s];
        b := base[ri];
        if expires[ri] > now_ then
          -- Words of another length are not these buckets': as never seen.
          k := p_sets[s + 2];
          if k < 0 then
            k := 0;
            for j in 1 .. buckets loop
              bucket_kind := p_sets[s + 7 * j - 4];
              -- Pairs of a list: not more than there are words.
              x := case when bucket_kind in (9, 11) then least(pool[b + k + 1], len[ri]) else 0 end;
              k := case when x < 0 then -1 when bucket_kind in (1, 8) then k + 3 else k + 2 + 2 * x::int end;
              exit when k < 0 or k > len[ri];
            end loop;
          end if;
          if k <> len[ri] then expires[ri] := now_; end if;
        end if;
        fresh := expires[ri] <= now_;
        all_kind := 0;
        all_writes := false;
        for step in 1 .. case when buckets = 1 then 1 else 2 * buckets end loop
          if step <= buckets then
            c := s + 3 + 7 * (step - 1);
            ask := cost;
            if buckets > 1 then places[step] := b; end if;
          else
            j := step - buckets;
            at_ := 64 * (l - 1) + 4 * (j - 1);
            if step = buckets + 1 then
              all_remaining := 'Infinity'; all_retry := 0; all_reset := 0; all_delay := 0;
            end if;
            if all_kind = 0 or kinds[j] <> 0 then
              -- It stands.
              k := 5 * j;
              if said[k - 4] < all_remaining then all_remaining := said[k - 4]; all_cap := said[k]; end if;
              if said[k - 3] > all_retry then all_retry := said[k - 3]; end if;
              if said[k - 2] > all_reset then all_reset := said[k - 2]; end if;
              if said[k - 1] > all_delay then all_delay := said[k - 1]; end if;
              if proposed[at_ + 1] = 1 then all_writes := true; end if;
              continue;
            end if;
            -- Another bucket refuses: what this one holds uncharged.
            ask := 0;
            c := s + 3 + 7 * (j - 1);
            b := places[j];
          end if;
          bucket_kind := p_sets[c];
          p1 := p_sets[c + 1];
          if fresh then
            w0 := 0; w1 := 0; w2 := 0;
          else
            w0 := pool[b + 1]; w1 := pool[b + 2];
            if bucket_kind = 1 or bucket_kind = 8 then w2 := pool[b + 3]; end if;
          end if;
          kind := 0; retry := 0; reset := 0; delay := 0; writes := false;
${decideBucketSql(schema)}
          if buckets = 1 then
            all_kind := kind; all_remaining := remaining; all_cap := cap;
            all_retry := retry; all_reset := reset; all_delay := delay; all_writes := writes;
          elsif step <= buckets then
            kinds[step] := kind;
            if kind > all_kind then all_kind := kind; end if;
            k := 5 * step;
            said[k - 4] := remaining; said[k - 3] := retry; said[k - 2] := reset; said[k - 1] := delay; said[k] := cap;
            at_ := 64 * (l - 1) + 4 * (step - 1);
            proposed[at_ + 1] := case when writes then 1 else 0 end;
            proposed[at_ + 2] := n0; proposed[at_ + 3] := n1; proposed[at_ + 4] := n2;
            if not fresh then
              b := b + case bucket_kind when 1 then 3 when 8 then 3 when 9 then 2 + 2 * w0::int
                when 11 then 2 + 2 * w0::int else 2 end;
            end if;
          else
            proposed[at_ + 1] := 0;
            if remaining < all_remaining then all_remaining := remaining; all_cap := cap; end if;
            if retry > all_retry then all_retry := retry; end if;
            if reset > all_reset then all_reset := reset; end if;
            if delay > all_delay then all_delay := delay; end if;
            if writes then all_writes := true; proposed[at_ + 1] := 1; end if;
          end if;
        end loop;
        if kind = 3 then
          again := true;
          all_kind := 3; all_remaining := (c - s - 3) / 7; all_cap := 0; all_retry := retry; all_reset := 0; all_delay := 0;
        elsif all_kind = 2 then
          all_retry := 0;
        end if;
      end if;
      if denier = 0 and all_kind <> 0 and p_layers[pl + 3] = 0 then denier := l; end if;
      if layers > 1 then
        asked_of[l] := asked; writes_of[l] := all_writes;
        if buckets = 1 then
          at_ := 64 * (l - 1);
          proposed[at_ + 1] := 1; proposed[at_ + 2] := n0; proposed[at_ + 3] := n1; proposed[at_ + 4] := n2;
        end if;
      end if;
      out_[q + 1] := all_kind; out_[q + 2] := all_remaining; out_[q + 3] := all_cap; out_[q + 4] := all_retry;
      out_[q + 5] := all_reset; out_[q + 6] := all_delay; out_[q + 7] := 0;
      q := q + 7;
    end loop;

    -- Checks are decided in their order: behind one that has to be asked again all are.
    stopped := stopped or again;
    if stopped and not again then out_[q0 + 1] := 4; end if;
    for l in 1 .. case when stopped then 0 else layers end loop
      if layers > 1 then
        asked := asked_of[l] and (denier = 0 or charge_always or denier = l);
        all_writes := writes_of[l];
      end if;
      continue when not (asked and all_writes);
      if layers > 1 then
        pl := p + 5 * (l - 1);
        ri := p_layers[pl]; s := p_layers[pl + 1]; cost := p_layers[pl + 2];
        buckets := p_sets[s];
        all_kind := out_[q0 + 7 * l - 6]; all_reset := out_[q0 + 7 * l - 2];
      end if;
${commitBucketSql()}
      expires[ri] := now_ + all_reset + p_sets[s + 1] + slack;
      dirty[ri] := true;
      if token > 0 and all_kind = 0 then out_[q0 + 7 * l] := token; end if;
    end loop;
    p := p + 5 * layers;
  end loop;

  if p_options[5] <> 1 then
    update ${schema}.state st
    set expires_at = expires[i],
      words = case len[i]
        when 2 then array[pool[base[i] + 1], pool[base[i] + 2]]
        when 3 then array[pool[base[i] + 1], pool[base[i] + 2], pool[base[i] + 3]]
        else pool[base[i] + 1 : base[i] + len[i]]
      end
    from generate_series(1, rows_) i
    where dirty[i] and st.id = p_ids[i];
    if made then
      delete from ${schema}.state st using generate_series(1, rows_) i
      where dirty[i] is null and expires[i] = '-Infinity' and st.id = p_ids[i];
    end if;
  end if;
  return out_;
end
$ratectl$;
`;
