/**
 * Charges the layer of set `s` on row `ri`: what `BucketSet.commit` does, in the pool. Leaves in `token` the fencing token of the
 * last lease of the first concurrency bucket, or 0.
 */
export const commitBucketSql = (): string => `
      token := 0;
      if expires[ri] <= now_ then
        -- A key never seen: zeros.
        base[ri] := top;
        for j in 1 .. buckets loop
          bucket_kind := p_sets[s + 3 + 7 * (j - 1)];
          pool[top + 1] := 0; pool[top + 2] := 0; top := top + 2;
          if bucket_kind = 1 or bucket_kind = 8 then pool[top + 1] := 0; top := top + 1; end if;
        end loop;
        len[ri] := top - base[ri];
      end if;
      b := base[ri];
      for j in 1 .. buckets loop
        bucket_kind := p_sets[s + 3 + 7 * (j - 1)];
        width := case bucket_kind when 1 then 3 when 8 then 3 when 9 then 2 + 2 * pool[b + 1]::int
          when 11 then 2 + 2 * pool[b + 1]::int else 2 end;
        if layers > 1 or buckets > 1 then
          at_ := 64 * (l - 1) + 4 * (j - 1);
          writes := proposed[at_ + 1] = 1; n0 := proposed[at_ + 2]; n1 := proposed[at_ + 3]; n2 := proposed[at_ + 4];
        else
          writes := true;
        end if;
        if writes then
          if bucket_kind = 9 or bucket_kind = 11 then
            segment := null;
            if bucket_kind = 9 then
              k := n1;
              if width > 2 and pool[b + width - 1] = n0 then
                -- The same instant: added to the newest entry.
                pool[b + width] := pool[b + width] + cost;
                if k > 0 then segment := array[(width - 2) / 2 - k, n2]::float8[] || pool[b + 3 + 2 * k : b + width]; end if;
              else
                segment := array[(width - 2) / 2 - k + 1, n2]::float8[] || pool[b + 3 + 2 * k : b + width] || array[n0, cost];
              end if;
              pool[b + 2] := n2;
            else
              -- Leases that have ended go; those granted have consecutive tokens.
              x := greatest(pool[b + 2] + 1, now_);
              if token = 0 then token := x + cost - 1; end if;
              segment := array(
                select v from (
                  select i, h, pool[b + 1 + 2 * i + h] as v from generate_series(1, (width - 2) / 2) i, generate_series(0, 1) h
                  where pool[b + 1 + 2 * i] > now_
                  union all
                  select width + i, h, case h when 0 then n0 else x + i - 1 end
                  from generate_series(1, cost::int) i, generate_series(0, 1) h
                ) pairs order by i, h
              );
              segment := array[cardinality(segment) / 2, x + cost - 1]::float8[] || segment;
            end if;
            if segment is not null then
              -- The row in its new length, at the end of the pool.
              segment := pool[base[ri] + 1 : b] || segment || pool[b + width + 1 : base[ri] + len[ri]];
              width := width + cardinality(segment) - len[ri];
              b := top + b - base[ri];
              base[ri] := top;
              len[ri] := cardinality(segment);
              pool := pool || segment;
              top := top + len[ri];
            end if;
          else
            pool[b + 1] := n0; pool[b + 2] := n1;
            if width = 3 then pool[b + 3] := n2; end if;
          end if;
        end if;
        b := b + width;
      end loop;`;
