import type {Arithmetic} from './arithmetic.ts';

/** Twin of `algorithms/gcra.ts`; `w0` TAT, `w1` its numerator. */
export const gcraSql = ({mulDivFloor, mulAddDivCeil, remainder}: Arithmetic): string => `
          p2 := p_sets[c + 2]; p3 := p_sets[c + 3];
          n0 := w0; n1 := w1;
          if n1 >= p1 then x := floor(n1 / p1); n0 := n0 + x; n1 := n1 - x * p1; end if;
          if n0 < now_ then n0 := now_; n1 := 0; end if;
          e := n0 - now_;
          -- x: what is left.
          if e >= p_sets[c + 4] then
            x := 0;
          else
            x := greatest(0, p3 - ${mulAddDivCeil('e', 'p1', 'n1', 'p2')});
          end if;
          cap := p3;
          if ask <= x then
            remaining := x - ask;
            y := ${mulDivFloor('ask', 'p2', 'p1')};
            n1 := n1 + ${remainder('ask', 'p2', 'y', 'p1')};
            n0 := n0 + y;
            if n1 >= p1 then n1 := n1 - p1; n0 := n0 + 1; end if;
            writes := ask > 0;
          else
            remaining := x;
            if ask > p3 then
              kind := 2;
            else
              kind := 1;
              x := p3 - ask;
              y := ${mulDivFloor('x', 'p2', 'p1')};
              retry := e - case when ${remainder('x', 'p2', 'y', 'p1')} >= n1 then y else y - 1 end;
            end if;
          end if;
          reset := n0 - now_ + case when n1 > 0 then 1 else 0 end;`;
