import {type Arithmetic, arithmeticOf} from './decide/arithmetic.ts';
import {CYCLE} from './decide/token-bucket.ts';

/** Names and expressions; those of a level may use what the levels before it named. */
type Levels = readonly Readonly<Record<string, string>>[];

/**
 * `check_set_t`, `check_set_g`, `check_set_f`, `check_set_w`: many keys of one limit with one bucket, each asked once, which is
 * what an application under load sends. One query decides them all, several times faster than statements do key by key. The same
 * formulas as in `decide/`, as expressions.
 *
 * `p_bucket`: the bucket's seven numbers. `p_options`: `[lock timeout ms, slack µs, 1: asynchronous commit, clock µs or −1]`.
 * Answers column by column: now, then all kinds, what remains, and so on in the order of `check`; null when a row is not there.
 */
export const checkSetFunctionsSql = (schema: string): string => {
  const arithmetic = arithmeticOf(schema);
  return [
    functionSql(schema, 't', tokenBucketLevels(arithmetic), 'p_bucket[4]'),
    functionSql(schema, 'g', gcraLevels(arithmetic), 'p_bucket[4]'),
    functionSql(schema, 'f', fixedWindowLevels(), 'p_bucket[2]'),
    functionSql(schema, 'w', slidingWindowLevels(arithmetic), 'p_bucket[2]'),
  ].join('\n');
};

/** The last level names `kind`, `remaining`, `retry`, `reset`, `writes` and the state `n0 … n2`. */
const functionSql = (schema: string, letter: string, levels: Levels, capacity: string): string => {
  const words = letter === 'g' || letter === 'f' ? 2 : 3;
  const decided = levels.reduce(
    // `offset 0` keeps a level from being written into all places that use it.
    (query, level) =>
      `select *, ${Object.entries(level)
        .map(([name, expression]) => `${expression} as ${name}`)
        .join(', ')} from (\n${query}\n) q offset 0`,
    `select n, place, ask, now_, ${['w0', 'w1', 'w2']
      .map((word) => `case when known and expires_at > now_ then ${word} else 0 end as ${word}`)
      .join(', ')} from locked, clock offset 0`,
  );
  return `
create or replace function ${schema}.check_set_${letter}(
  p_ids bytea[], p_costs float8[], p_keep float8, p_bucket float8[], p_options float8[]
) returns float8[] language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $ratectl$
declare
  setting text;
  found_ int;
  answer float8[];
  places tid[];
  a0 float8[]; a1 float8[]; a2 float8[]; ends float8[];
  p1 constant float8 := p_bucket[2];
  p2 constant float8 := p_bucket[3];
  p3 constant float8 := p_bucket[4];
  p4 constant float8 := p_bucket[5];
  p5 constant float8 := p_bucket[6];
  p6 constant float8 := p_bucket[7];
begin
  setting := set_config('lock_timeout', p_options[1]::text, true);
  if p_options[3] = 1 then setting := set_config('synchronous_commit', 'off', true); end if;
  with locked as materialized (
    select asked.n, asked.ask, st.ctid as place, st.expires_at,
      cardinality(st.words) = ${words} as known,
      st.words[1] as w0, st.words[2] as w1, st.words[3] as w2
    from unnest(p_ids, p_costs) with ordinality as asked (id, ask, n) join ${schema}.state st on st.id = asked.id
    order by st.id for update of st
  ), clock as materialized (
    -- Read when all rows are locked.
    select case when p_options[4] < 0 then floor(extract(epoch from clock_timestamp()) * 1000000)::float8
      else p_options[4] end as now_
    from (select count(*) as n from locked) counted where n >= 0
  ), decided as materialized (
${decided}
  )
  select count(*),
    array[max(now_)] || array_agg(kind order by n) || array_agg(remaining order by n)
      || array_agg(${capacity} order by n) || array_agg(retry order by n) || array_agg(reset order by n),
    array_agg(place) filter (where writes), array_agg(n0) filter (where writes), array_agg(n1) filter (where writes),
    array_agg(n2) filter (where writes), array_agg(now_ + reset + p_keep + p_options[2]) filter (where writes)
  into found_, answer, places, a0, a1, a2, ends from decided;
  if found_ < cardinality(p_ids) then return null; end if;
  if places is not null then
    update ${schema}.state st
    set words = ${words === 2 ? 'array[u.n0, u.n1]' : 'array[u.n0, u.n1, u.n2]'}, expires_at = u.ends
    from unnest(places, a0, a1, a2, ends) as u (place, n0, n1, n2, ends)
    where st.ctid = u.place;
  end if;
  return answer;
end
$ratectl$;
`;
};

/** What all have in common when they deny. `fits`: whether the cost does; `most`: the largest cost that ever can. */
const kindOf = (most: string): string => `case when fits then 0 when ask > ${most} then 2 else 1 end::float8`;

const gcraLevels = ({mulDivFloor, mulAddDivCeil, remainder}: Arithmetic): Levels => [
  {over: 'case when w1 >= p1 then floor(w1 / p1) else 0 end'},
  {
    tat: 'greatest(w0 + over, now_)',
    numerator: 'case when w0 + over < now_ then 0 else w1 - over * p1 end',
  },
  {ahead: 'tat - now_'},
  {
    x: `case when ahead >= p4 then 0 else greatest(0, p3 - ${mulAddDivCeil('ahead', 'p1', 'numerator', 'p2')}) end`,
  },
  {fits: 'ask <= x', units: 'case when ask <= x then ask else p3 - ask end'},
  {whole: mulDivFloor('units', 'p2', 'p1')},
  {rest: remainder('units', 'p2', 'whole', 'p1')},
  {
    n0: 'case when fits then tat + whole + case when numerator + rest >= p1 then 1 else 0 end else tat end',
    n1: 'case when fits then numerator + rest - case when numerator + rest >= p1 then p1 else 0 end else numerator end',
    n2: '0::float8',
  },
  {
    kind: kindOf('p3'),
    remaining: 'case when fits then x - ask else x end',
    retry: `case when fits or ask > p3 then 0 else ahead - case when rest >= numerator then whole else whole - 1 end end`,
    reset: 'n0 - now_ + case when n1 > 0 then 1 else 0 end',
    writes: 'fits',
  },
];

const tokenBucketLevels = ({mulDivFloor, mulDivCeil}: Arithmetic): Levels => {
  const timeToRefill = (tokens: string): string =>
    `case when p5 = 1 then ${mulDivCeil(tokens, 'p2', 'p1')} else ceil(${mulDivCeil(tokens, 'p2', 'p1')} / p5) * p5 end`;
  return [
    {n2: 'greatest(now_, w2)'},
    {since: 'case when w1 = 0 then n2 else w0 end', missing: 'case when w1 = 0 then p3 - p4 else w1 end'},
    {elapsed: 'n2 - since'},
    {stepped: 'case when p5 <> 1 and elapsed < p6 then floor(elapsed / p5) * p5 else elapsed end'},
    {
      refilled: `case when elapsed >= p6 then 'Infinity'::float8 else ${mulDivFloor('stepped', 'p1', 'p2')} end`,
    },
    {cycle: CYCLE, is_full: 'refilled >= missing'},
    {cycles: 'case when is_full then 0 else floor(elapsed / cycle) end'},
    {owes: 'not is_full and p3 - missing + refilled < -p3'},
    {
      n0: 'case when is_full or owes then n2 when cycles > 0 then since + cycles * cycle else since end',
      taken:
        'case when is_full then 0 when owes then 2 * p3 when cycles > 0 then missing - cycles * (cycle / p2) * p1 else missing end',
      tokens: 'case when is_full then p3 when owes then -p3 else p3 - missing + refilled end',
    },
    {
      fits: 'ask <= tokens',
      n1: 'case when ask <= tokens then taken + ask else taken end',
      needed: 'ask - p3 + taken',
    },
    {
      kind: kindOf('p3'),
      remaining: 'case when fits then tokens - ask else greatest(0, tokens) end',
      retry: `case when fits or ask > p3 then 0 else n0 + ${timeToRefill('needed')} - now_ end`,
      reset: `case when n1 = 0 then n2 else n0 + ${timeToRefill('n1')} end - now_`,
      writes: 'fits or (owes and ask > 0) or (w1 = 0 and taken > 0)',
    },
  ];
};

const fixedWindowLevels = (): Levels => [
  {start: "case when w1 > 0 then w0 else '-Infinity'::float8 end"},
  {n0: 'greatest(floor(now_ / p2) * p2, start)'},
  {used: 'case when n0 > start then 0 else w1 end'},
  {x: 'case when used >= p1 then 0 else p1 - used end'},
  {fits: 'ask <= x', counted: 'ask <= x or p3 = 1'},
  {
    n1: 'case when fits then used + ask when counted then least(used + ask, 9007199254740991::float8) else used end',
    n2: '0::float8',
  },
  {
    kind: kindOf('p1'),
    remaining: 'case when fits then x - ask when counted then 0 else x end',
    retry: 'case when fits or ask > p1 then 0 else n0 + p2 - now_ end',
    reset: 'case when n1 = 0 then 0 else n0 + p2 - now_ end',
    writes: 'counted',
  },
];

const slidingWindowLevels = ({mulDivFloor, mulDivCeil}: Arithmetic): Levels => [
  {t: 'greatest(now_, w0)'},
  {start: 'floor(t / p2) * p2'},
  {
    n0: 'case when start > w0 then start else w0 end',
    n1: 'case when start > w0 then case when start - w0 = p2 then w2 else 0 end else w1 end',
    used: 'case when start > w0 then 0 else w2 end',
  },
  {covered: 'p2 - (t - n0)'},
  {weighted: `used + ${mulDivCeil('n1', 'covered', 'p2')}`},
  {x: 'case when weighted < p1 then p1 - weighted else 0 end', room: 'p1 - used - ask', later: 'p1 - ask'},
  {
    fits: 'ask <= x',
    soon: `case when room < 0 then p2 when n1 <= room then 0 else p2 - ${mulDivFloor('room', 'p2', 'n1')} end`,
    then_: `case when later < 0 or used <= later then 0 else p2 - ${mulDivFloor('later', 'p2', 'used')} end`,
  },
  {n2: 'case when fits then used + ask else used end'},
  {
    kind: kindOf('p1'),
    remaining: 'case when fits then x - ask else x end',
    retry:
      'case when fits or ask > p1 then 0 else n0 + case when soon < p2 then soon else p2 + then_ end - now_ end',
    reset: 'case when n2 > 0 then n0 + 2 * p2 - now_ when n1 > 0 then n0 + p2 - now_ else 0 end',
    writes: 'fits',
  },
];
