import type {Arithmetic} from './arithmetic.ts';

/** µs in which whole periods (p2) and whole steps (p5) go by. */
export const CYCLE = `case when p5 = 1 then p2 else lcm(p2::bigint::numeric, p5::bigint::numeric)::float8 end`;

/** Twin of `algorithms/token-bucket.ts`; `w0` since, `w1` taken, `w2` last. */
export const tokenBucketSql = ({mulDivFloor, mulDivCeil}: Arithmetic): string => {
  const timeToRefill = (tokens: string): string => {
    const time = mulDivCeil(tokens, 'p2', 'p1');
    return `(case when p5 = 1 then ${time} else ceil(${time} / p5) * p5 end)`;
  };
  return `
          p2 := p_sets[c + 2]; p3 := p_sets[c + 3]; p5 := p_sets[c + 5];
          t := greatest(now_, w2);
          n0 := w0; n1 := w1; n2 := t;
          if n1 = 0 then n0 := t; n1 := p3 - p_sets[c + 4]; end if;
          e := t - n0;
          if e >= p_sets[c + 6] then
            n0 := t; n1 := 0; x := 0;
          else
            if p5 <> 1 then e := floor(e / p5) * p5; end if;
            x := ${mulDivFloor('e', 'p1', 'p2')};
            if x >= n1 then
              n0 := t; n1 := 0; x := 0;
            else
              y := ${CYCLE};
              e := floor((t - n0) / y);
              if e > 0 then
                n0 := n0 + e * y;
                e := e * (y / p2) * p1;
                n1 := n1 - e; x := x - e;
              end if;
            end if;
          end if;
          x := p3 - n1 + x;
          cap := p3;
          y := 0;
          if x < -p3 then
            y := 1; n0 := t; n1 := 2 * p3;
          end if;
          x := greatest(0, x);
          if ask <= x then
            remaining := x - ask; writes := ask > 0; n1 := n1 + ask;
          else
            remaining := x; writes := (w1 = 0 and n1 > 0) or y = 1;
            if ask > p3 then
              kind := 2;
            else
              kind := 1;
              x := ask - p3 + n1;
              retry := n0 + ${timeToRefill('x')} - now_;
            end if;
          end if;
          reset := (case when n1 = 0 then t else n0 + ${timeToRefill('n1')} end) - now_;`;
};
