import type {Arithmetic} from './arithmetic.ts';

/** Twin of `algorithms/smoothed-refill.ts`; `w0` missing, `w1` last. Doubles in the order written there. */
export const smoothedRefillSql = ({firstInstant}: Arithmetic): string => {
  const gainIn = (elapsed: string): string => `least((${elapsed} * p1) / p2, y)`;
  const enough = (elapsed: string): string =>
    `(${gainIn(elapsed)} >= y or p3 - (x - ${gainIn(elapsed)}) >= g)`;
  return `
          p2 := p_sets[c + 2]; p3 := p_sets[c + 3];
          y := 0.1 * p3;
          -- x: missing; z: tokens.
          if w0 = 0 then
            x := p3 - p_sets[c + 4]; t := now_; e := 0;
          else
            x := least(w0, p3); t := greatest(now_, w1); e := t - w1;
          end if;
          x := greatest(0, x - ${gainIn('e')});
          z := p3 - x;
          cap := p3;
          writes := ask > 0;
          n1 := t;
          if ask <= z then
            remaining := floor(z - ask);
            n0 := x + ask;
          else
            remaining := floor(z);
            -- A key that is full but known: the smallest double in place of 0.
            n0 := case when x = 0 then 5e-324::float8 else x end;
            if ask > p3 then
              kind := 2;
            else
              kind := 1;
              g := least(ask, z + y);${firstInstant('((g - z) * p2) / p1', enough)}
              retry := t + e - now_;
            end if;
          end if;
          if ask > 0 then x := n0; end if;
          reset := case when x < 1e-9 then 0 else t - now_ + ceil((x * p2) / p1) end;`;
};
