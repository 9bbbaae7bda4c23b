/**
 * Twin of `algorithms/concurrency.ts`. `w0` leases, `w1` the last fencing token; pairs of expiry and token begin at
 * `pool[b + 3]`. `n0` becomes the expiry of a lease that is granted.
 */
export const concurrencySql = (): string => `
          p2 := p_sets[c + 2];
          -- x: live leases; y: the latest expiry; z: what is left.
          x := 0; y := 0;
          for k in 0 .. w0::int - 1 loop
            z := pool[b + 3 + 2 * k];
            if z > now_ then x := x + 1; end if;
            if z > y then y := z; end if;
          end loop;
          z := greatest(0, p1 - x);
          cap := p1;
          remaining := z;
          if ask <= z then
            if ask > 0 then
              writes := true;
              remaining := z - ask;
              n0 := now_ + least(hold, p2);
              if n0 > y then y := n0; end if;
            end if;
          elsif ask > p1 then
            kind := 2;
          else
            kind := 1;
            retry := (
              select pool[b + 3 + 2 * i] from generate_series(0, w0::int - 1) i
              where pool[b + 3 + 2 * i] > now_ order by 1 offset (x + ask - p1 - 1)::int limit 1
            ) - now_;
          end if;
          reset := case when y > now_ then y - now_ else 0 end;`;
