import type {Arithmetic} from './arithmetic.ts';

/** Twin of `algorithms/sliding-window.ts`; `w0` window start, `w1` previous, `w2` current. */
export const slidingWindowSql = ({mulDivFloor, mulDivCeil}: Arithmetic): string => {
  const elapsedUntil = (units: string, room: string): string =>
    `(case when ${units} <= ${room} then 0 else p2 - ${mulDivFloor(room, 'p2', units)} end)`;
  return `
          p2 := p_sets[c + 2];
          n0 := w0; n1 := w1; n2 := w2;
          t := greatest(now_, n0);
          x := floor(t / p2) * p2;
          if x > n0 then
            n1 := case when x - n0 = p2 then n2 else 0 end;
            n2 := 0; n0 := x;
          end if;
          e := p2 - (t - n0);
          x := n2 + ${mulDivCeil('n1', 'e', 'p2')};
          x := case when x < p1 then p1 - x else 0 end;
          cap := p1;
          if ask <= x then
            remaining := x - ask; n2 := n2 + ask; writes := ask > 0;
          else
            remaining := x;
            if ask > p1 then
              kind := 2;
            else
              kind := 1;
              x := p1 - n2 - ask;
              e := case when x < 0 then p2 else ${elapsedUntil('n1', 'x')} end;
              if e >= p2 then
                x := p1 - ask;
                e := p2 + ${elapsedUntil('n2', 'x')};
              end if;
              retry := n0 + e - now_;
            end if;
          end if;
          if n2 > 0 then reset := n0 + 2 * p2 - now_;
          elsif n1 > 0 then reset := n0 + p2 - now_;
          end if;`;
};
