import type {Arithmetic} from './arithmetic.ts';

/** Twin of `algorithms/leaky-bucket.ts`; `w0` excess, `w1` last + 1, in milliseconds. */
export const leakyBucketSql = ({mulDivCeil}: Arithmetic): string => `
          p2 := p_sets[c + 2]; p3 := p_sets[c + 3];
          -- t: now in ms; y: last; e: ms since; x: excess after one more request; z: room.
          t := floor(now_ / 1000);
          n0 := w0;
          y := case when w1 > 0 then w1 - 1 else t end;
          e := t - y;
          if e < 0 then e := case when e < -60000 then 1 else 0 end; end if;
          x := case when w1 > 0 then greatest(0, n0 - floor((p1 * e) / 1000) + 1000) else 0 end;
          z := case when x > p2 then 0 else floor((p2 - x) / 1000) + 1 end;
          cap := p2 / 1000 + 1;
          remaining := z;
          if ask <= z then
            if ask > 0 then
              writes := true;
              remaining := z - ask;
              n0 := x + (ask - 1) * 1000;
              if e <> 0 then y := t; end if;
              if n0 > p3 then delay := floor(((n0 - p3) * 1000) / p1) * 1000; end if;
            end if;
          elsif ask > cap then
            kind := 2;
          else
            kind := 1;
            x := n0 + ask * 1000 - p2;
            retry := (y + ${mulDivCeil('x', '1000', 'p1')}) * 1000 - now_;
          end if;
          x := n0 + 1000;
          x := (y + ${mulDivCeil('x', '1000', 'p1')}) * 1000 - now_;
          if x > 0 and (w1 > 0 or writes) then reset := x; end if;
          n1 := y + 1;`;
