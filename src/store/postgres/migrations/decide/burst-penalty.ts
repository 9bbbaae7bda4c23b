import type {Arithmetic} from './arithmetic.ts';

/** Twin of `algorithms/burst-penalty.ts`; `w0` missing, `w1` last. Doubles in the order written there. */
export const burstPenaltySql = ({firstInstant}: Arithmetic): string => {
  const slopeAt = (missing: string): string => `((p1 / p2) * (1 - (0.5 * ${missing}) / p3))`;
  const gain = (missing: string, elapsed: string): string =>
    `(((${elapsed} * p1) / p2) * (1 - (0.5 * ${missing}) / p3))`;
  const tokensAfter = (missing: string, elapsed: string): string =>
    `(case when ${gain(missing, elapsed)} >= ${missing} then p3 else p3 - ${missing} + ${gain(missing, elapsed)} end)`;
  return `
          p2 := p_sets[c + 2]; p3 := p_sets[c + 3];
          -- x: missing; y: last.
          if w0 = 0 then
            x := p3 - p_sets[c + 4]; y := now_;
          else
            x := least(w0, p3); y := w1;
          end if;
          t := greatest(now_, y);
          e := t - y;
          z := ${tokensAfter('x', 'e')};
          cap := p3;
          if ask <= z then
            writes := ask > 0;
            remaining := floor(z - ask);
            n0 := p3 - z + ask; n1 := t;
          else
            remaining := floor(z);
            if ask > p3 then
              kind := 2;
            else
              kind := 1;${firstInstant(`(ask - (p3 - x)) / ${slopeAt('x')}`, (elapsed) => `${tokensAfter('x', elapsed)} >= ask`)}
              retry := y + e - now_;
            end if;
            writes := w0 = 0 and x > 0;
            n0 := x; n1 := y;
          end if;
          if writes then x := n0; y := t; end if;${firstInstant(`x / ${slopeAt('x')}`, (elapsed) => `${tokensAfter('x', elapsed)} >= p3`)}
          reset := greatest(y + e - now_, 0);`;
};
