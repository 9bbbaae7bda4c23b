import {DEAD_KEPT, LEASE_ENDED, MOST_QUEUE_ITEMS} from '../../queue-rules.ts';

/** Ended leases that a claim takes back: more are left to the next ones. */
const TAKEN_BACK = 10_000;
/** Up to so many due items are found by when they became due, and sorted. */
const FEW = 1_000;

const now = (clock: string): string =>
  `case when ${clock} < 0 then floor(extract(epoch from clock_timestamp()) * 1000000) else ${clock} end`;

/**
 * Each statement finds its rows by an index, whatever the planner knows of the table. What is switched off counts as very dear
 * where there is no other way (a sort): without `jit = off` the server would compile such a statement each time.
 */
const BY_INDEX =
  'set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off';

/** The state of a row that is found by its id: written so that no index of a state is taken for that, which may hold thousands. */
export const isState = (state: 'waiting' | 'claimed'): string => `i.state || '' = '${state}'`;

/**
 * `queue_enqueue()`, `queue_claim()`, `queue_settle()` and `queue_drain()`: a call each. Rows that somebody else is at are passed
 * over, and only `queue_settle` waits for one, so that no two calls wait for each other in a circle.
 */
export const queueFunctionsSql = (schema: string): string => `
-- Answers the ids in the order given; or, when there is no room, one negative number: how many are held.
create or replace function ${schema}.queue_enqueue(
  p_queue text, p_classes text[], p_ranks float8[], p_not_before float8[], p_payloads text[], p_clock float8
) returns bigint[] language plpgsql volatile ${BY_INDEX} as $ratectl$
declare
  now_ constant float8 := ${now('p_clock')};
  span bigint;
  held bigint;
  ids bigint[];
begin
  -- Ids only grow, so there are never more items than numbers from the first id to the last: most calls need not count.
  span := (select i.id from ${schema}.queue_items i where i.queue = p_queue order by i.queue desc, i.id desc limit 1)
    - (select i.id from ${schema}.queue_items i where i.queue = p_queue order by i.queue, i.id limit 1) + 1;
  if span + cardinality(p_payloads) > ${MOST_QUEUE_ITEMS} then
    held := (select count(*) from ${schema}.queue_items i where i.queue = p_queue and i.state = 'waiting')
      + (select count(*) from ${schema}.queue_items i where i.queue = p_queue and i.state = 'claimed');
    if held + cardinality(p_payloads) > ${MOST_QUEUE_ITEMS} then return array[-held]; end if;
  end if;
  with added as (
    insert into ${schema}.queue_items (queue, class, rank, not_before, enqueued_at, payload)
    select p_queue, u.class, u.rank, u.not_before, now_, u.payload
    from unnest(p_classes, p_ranks, p_not_before, p_payloads) with ordinality as u (class, rank, not_before, payload, n)
    order by u.n
    returning queue_items.id
  )
  select array_agg(added.id order by added.id) into ids from added;
  return ids;
end
$ratectl$;

create or replace function ${schema}.queue_claim(p_queue text, p_count int, p_lease float8, p_clock float8)
returns setof ${schema}.queue_items language plpgsql volatile ${BY_INDEX} set enable_sort = off as $ratectl$
declare
  now_ constant float8 := ${now('p_clock')};
  picked bigint[];
begin
  picked := array(
    select i.id from ${schema}.queue_items i
    where i.queue = p_queue and i.state = 'claimed' and i.leased_until <= now_
    order by i.leased_until limit ${TAKEN_BACK} for update skip locked
  );
  update ${schema}.queue_items i
  set state = 'waiting', not_before = least(i.not_before, now_), attempts = i.attempts + 1, error = '${LEASE_ENDED}'
  where i.queue = p_queue and i.id = any(picked);

  -- By rank many that are not due may stand before the first that is; by the time they became due, many that are not the first.
  picked := array(
    select i.id from ${schema}.queue_items i
    where i.queue = p_queue and i.state = 'waiting' and i.not_before <= now_
    order by i.not_before limit ${FEW + 1}
  );
  if cardinality(picked) <= ${FEW} then
    picked := array(
      select i.id from ${schema}.queue_items i
      where i.queue = p_queue and i.id = any(picked) and ${isState('waiting')} and i.not_before <= now_
      order by i.rank, i.id limit p_count for update skip locked
    );
  else
    picked := array(
      select i.id from ${schema}.queue_items i
      where i.queue = p_queue and i.state = 'waiting' and i.not_before <= now_
      order by i.rank, i.id limit p_count for update skip locked
    );
  end if;
  return query
  with claimed as (
    update ${schema}.queue_items i set state = 'claimed', leased_until = now_ + p_lease, fencing_token = default
    where i.queue = p_queue and i.id = any(picked)
    returning i.*
  )
  select * from claimed order by claimed.rank, claimed.id;
end
$ratectl$;

create or replace function ${schema}.queue_settle(
  p_queue text, p_id bigint, p_token bigint, p_kind text, p_not_before float8, p_error text
) returns boolean language plpgsql volatile ${BY_INDEX} as $ratectl$
declare
  surplus bigint;
begin
  if p_kind = 'done' then
    delete from ${schema}.queue_items i
    where i.queue = p_queue and i.id = p_id and ${isState('claimed')} and i.fencing_token = p_token;
    return found;
  end if;
  if p_kind in ('park', 'retry') then
    update ${schema}.queue_items i set
      state = 'waiting', not_before = p_not_before,
      attempts = i.attempts + case p_kind when 'retry' then 1 else 0 end,
      error = case p_kind when 'retry' then p_error else i.error end
    where i.queue = p_queue and i.id = p_id and ${isState('claimed')} and i.fencing_token = p_token;
    return found;
  end if;
  -- One at a time among those who bury, so that exactly the surplus goes. Taken before any row, and by nobody who has one.
  perform pg_advisory_xact_lock(hashtext('${schema.replaceAll("'", "''")} dead'), hashtext(p_queue));
  update ${schema}.queue_items i
  set state = 'dead', attempts = i.attempts + 1, error = p_error, fencing_token = default
  where i.queue = p_queue and i.id = p_id and ${isState('claimed')} and i.fencing_token = p_token;
  if not found then return false; end if;
  surplus := (
    select i.fencing_token from ${schema}.queue_items i where i.queue = p_queue and i.state = 'dead'
    order by i.queue desc, i.fencing_token desc offset ${DEAD_KEPT} limit 1
  );
  if surplus is not null then
    delete from ${schema}.queue_items i where i.queue = p_queue and i.state = 'dead' and i.fencing_token <= surplus;
  end if;
  return true;
end
$ratectl$;

-- Waiting ones in order of rank, dead ones latest first.
create or replace function ${schema}.queue_drain(p_queue text, p_state text, p_count int)
returns setof ${schema}.queue_items language plpgsql volatile ${BY_INDEX} set enable_sort = off as $ratectl$
declare
  picked bigint[];
begin
  if p_state = 'waiting' then
    picked := array(
      select i.id from ${schema}.queue_items i where i.queue = p_queue and i.state = 'waiting'
      order by i.rank, i.id limit p_count for update skip locked
    );
  else
    picked := array(
      select i.id from ${schema}.queue_items i where i.queue = p_queue and i.state = 'dead'
      order by i.queue desc, i.fencing_token desc limit p_count for update skip locked
    );
  end if;
  return query
  with gone as (
    delete from ${schema}.queue_items i where i.queue = p_queue and i.id = any(picked) returning i.*
  )
  select * from gone order by case p_state when 'waiting' then gone.rank else -gone.fencing_token end, gone.id;
end
$ratectl$;
`;
