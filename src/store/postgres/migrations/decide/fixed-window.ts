export type WindowAlignment = 'epoch' | 'first-hit' | 'calendar';

/** Twin of `algorithms/fixed-window.ts`; `w0` window start, `w1` used. */
export const fixedWindowSql = (align: WindowAlignment): string => `
          n1 := w1;
          -- x: start of the window that is known; y: where the window ends.
          x := case when n1 > 0 then w0 else '-Infinity'::float8 end;${GRID[align]}
          if n0 > x then n1 := 0; end if;
          z := case when n1 >= p1 then 0 else p1 - n1 end;
          cap := p1;
          if ask <= z then
            remaining := z - ask; n1 := n1 + ask; writes := ask > 0;
          else
            remaining := z;
            if ask > p1 then
              kind := 2;
            else
              kind := 1; retry := y - now_;
            end if;
            writes := ${align === 'calendar' ? 'p_sets[c + 2]' : 'p_sets[c + 3]'} = 1;
            if writes then n1 := least(n1 + ask, 9007199254740991::float8); remaining := 0; end if;
          end if;
          reset := case when n1 = 0 then 0 else y - now_ end;`;

const GRID: Readonly<Record<WindowAlignment, string>> = {
  epoch: `
          p2 := p_sets[c + 2];
          n0 := greatest(floor(now_ / p2) * p2, x);
          y := n0 + p2;`,
  'first-hit': `
          p2 := p_sets[c + 2];
          n0 := case when now_ >= x + p2 then now_ else x end;
          y := n0 + p2;`,
  // Windows between four edges that the caller knows; outside of them it has to ask again (see ask_again).
  calendar: `
          t := greatest(now_, x);
          if t < p_sets[c + 3] or t >= p_sets[c + 6] then
            kind := 3; retry := t; writes := false;
            exit;
          end if;
          if t < p_sets[c + 4] then n0 := p_sets[c + 3]; y := p_sets[c + 4];
          elsif t < p_sets[c + 5] then n0 := p_sets[c + 4]; y := p_sets[c + 5];
          else n0 := p_sets[c + 5]; y := p_sets[c + 6];
          end if;
          n0 := greatest(n0, x);`,
};
