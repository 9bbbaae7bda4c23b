/**
 * Twin of `algorithms/sliding-log.ts`. `w0` entries, `w1` units in them; the pairs begin at `pool[b + 3]`. `n0` becomes the
 * instant, `n1` how many have expired, `n2` the units.
 */
export const slidingLogSql = (): string => `
          p2 := p_sets[c + 2];
          y := case when w0 > 0 then pool[b + 1 + 2 * w0::int] else 0 end;
          t := greatest(now_, y);
          k := 0;
          x := w1;
          while k < w0 and pool[b + 3 + 2 * k] + p2 <= t loop
            x := x - pool[b + 4 + 2 * k];
            k := k + 1;
          end loop;
          z := p1 - x;
          cap := p1;
          remaining := greatest(0, z);
          reset := case when x = 0 then 0 else y + p2 - now_ end;
          if ask <= remaining then
            if ask > 0 then
              writes := true; remaining := z - ask; reset := t + p2 - now_;
            end if;
            n0 := t; n1 := k; n2 := x + ask;
          elsif ask > p1 then
            kind := 2;
          else
            kind := 1;
            while z < ask loop
              z := z + pool[b + 4 + 2 * k];
              k := k + 1;
            end loop;
            retry := pool[b + 1 + 2 * k] + p2 - now_;
          end if;`;
