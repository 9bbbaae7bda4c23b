import type {QueueFacts} from '../port.ts';
import {nowSql} from './server.ts';
import type {TextRows} from './statement.ts';

/**
 * A row for each queue and class of what waits, and one each of what is claimed and dead. The names are found by going from one to
 * the next through the primary key, the counts in the index of each state.
 */
export const queueFactsSql = (schema: string): string => `
  with recursive clock as materialized (select ${nowSql(1)} as now),
  names as (
    (select queue from ${schema}.queue_items order by queue limit 1)
    union all
    select (select i.queue from ${schema}.queue_items i where i.queue > names.queue order by i.queue limit 1)
    from names where names.queue is not null
  )
  select names.queue, f.state, f.class, f.items, f.due, f.oldest, f.next
  from names cross join clock cross join lateral (
    select 'waiting' as state, i.class, count(*) as items, count(*) filter (where i.not_before <= clock.now) as due,
      min(i.enqueued_at) as oldest, min(i.not_before) as next
    from ${schema}.queue_items i where i.queue = names.queue and i.state = 'waiting' group by i.class
    union all
    select 'claimed', '', count(*), 0, null, min(i.leased_until)
    from ${schema}.queue_items i where i.queue = names.queue and i.state = 'claimed'
    union all
    select 'dead', '', count(*), 0, null, null
    from ${schema}.queue_items i where i.queue = names.queue and i.state = 'dead'
  ) f
  where names.queue is not null
  order by names.queue, f.state, f.class collate "C"`;

/** The facts of each queue, in the order of the rows. */
export const queueFacts = (rows: TextRows): QueueFacts[] => {
  const facts = new Map<string, FactsInTheMaking>();
  for (const [queue, state, name, items, due, oldest, next] of rows) {
    const of = facts.get(queue!) ?? {
      waiting: new Map(),
      due: 0,
      claimed: 0,
      dead: 0,
      oldestAt: 0,
      nextAt: NEVER,
    };
    facts.set(queue!, of);
    if (next !== null) of.nextAt = Math.min(of.nextAt, Number(next));
    if (state === 'claimed') of.claimed = Number(items);
    else if (state === 'dead') of.dead = Number(items);
    else {
      of.waiting.set(name!, Number(items));
      of.due += Number(due);
      of.oldestAt = of.oldestAt === 0 ? Number(oldest) : Math.min(of.oldestAt, Number(oldest));
    }
  }
  return [...facts].map(([queue, of]) => ({queue, ...of}));
};

const NEVER = Number.POSITIVE_INFINITY;

interface FactsInTheMaking {
  readonly waiting: Map<string, number>;
  due: number;
  claimed: number;
  dead: number;
  oldestAt: number;
  nextAt: number;
}
