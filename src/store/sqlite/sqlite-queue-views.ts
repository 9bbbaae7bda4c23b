import type {QueueFacts, QueueItem} from '../port.ts';
import type {QueueState} from '../queue-rules.ts';
import type {SqliteAccess} from './sqlite-access.ts';
import type {SqliteHandle} from './sqlite-handle.ts';
import {CLAIMED, DEAD, DUE, ITEM_COLUMNS, itemOf, LATER} from './sqlite-queue-item.ts';
import {removeItem} from './sqlite-queues.ts';

export const queueFacts = (access: SqliteAccess): Promise<readonly QueueFacts[]> =>
  access.read((handle, now) =>
    handle
      .all('SELECT queue FROM queues ORDER BY queue')
      .map(([queue]) => factsOf(handle, String(queue), now))
      .filter(({waiting, claimed, dead}) => waiting.size + claimed + dead > 0),
  );

/** Everything is counted in the indexes alone. */
const factsOf = (handle: SqliteHandle, queue: string, now: number): QueueFacts => {
  const classes = handle.all(
    `SELECT class, count(*), sum(state), min(enqueued_at) FROM queue_items
     WHERE queue = ? AND state < ${CLAIMED} GROUP BY class`,
    queue,
  ) as unknown as readonly (readonly [string, number, number, number])[];
  const count = (where: string, ...values: readonly number[]): number =>
    handle.number(`SELECT count(*) FROM queue_items WHERE queue = ? AND ${where}`, queue, ...values);
  // The state of those that are due is 1, of the others 0.
  const due = classes.reduce((sum, [, , inClass]) => sum + inClass, 0);
  return {
    queue,
    waiting: new Map(classes.map(([name, inClass]) => [name, inClass])),
    due: due + count(`state = ${LATER} AND not_before <= ?`, now),
    claimed: count(`state = ${CLAIMED}`),
    dead: count(`state = ${DEAD}`),
    oldestAt: classes.reduce((oldest, [, , , at]) => Math.min(oldest || at, at), 0),
    nextAt: due > 0 ? now : nextOf(handle, queue),
  };
};

const nextOf = (handle: SqliteHandle, queue: string): number => {
  const [later, lease] = handle.get(
    `SELECT (SELECT min(not_before) FROM queue_items WHERE queue = ?1 AND state = ${LATER}),
            (SELECT min(leased_until) FROM queue_items WHERE queue = ?1 AND state = ${CLAIMED})`,
    queue,
  ) as readonly (number | null)[];
  return Math.min(later ?? Number.POSITIVE_INFINITY, lease ?? Number.POSITIVE_INFINITY);
};

const LISTED: Readonly<Record<QueueState, string>> = {
  waiting: `i.state < ${CLAIMED} ORDER BY i.rank, i.id`,
  claimed: `i.state = ${CLAIMED} ORDER BY i.rank, i.id`,
  dead: `i.state = ${DEAD} ORDER BY i.number DESC`,
};

export const listItems = (
  access: SqliteAccess,
  queue: string,
  state: QueueState,
  count: number,
): Promise<readonly QueueItem[]> => access.read((handle) => listed(handle, queue, LISTED[state], count));

/** Those that are due go first: they are at hand, the others would all have to be sorted. */
export const drainItems = (
  access: SqliteAccess,
  queue: string,
  state: 'waiting' | 'dead',
  count: number,
): Promise<readonly QueueItem[]> =>
  access.write((handle) => {
    const drained =
      state === 'dead' ? listed(handle, queue, LISTED.dead, count) : nextWaiting(handle, queue, count);
    for (const {id} of drained) removeItem(handle, [queue, Number(id)]);
    if (state === 'waiting')
      handle.run('UPDATE queues SET held = held - ? WHERE queue = ?', drained.length, queue);
    return drained;
  });

const nextWaiting = (handle: SqliteHandle, queue: string, count: number): readonly QueueItem[] => {
  const due = listed(handle, queue, `i.state = ${DUE} ORDER BY i.rank, i.id`, count);
  const later = `i.state = ${LATER} ORDER BY i.not_before, i.id`;
  return [...due, ...listed(handle, queue, later, count - due.length)];
};

const listed = (handle: SqliteHandle, queue: string, where: string, count: number): readonly QueueItem[] =>
  handle
    .all(
      `SELECT ${ITEM_COLUMNS} FROM queue_items AS i JOIN queue_payloads AS p USING (queue, id)
       WHERE i.queue = ? AND ${where} LIMIT ?`,
      queue,
      count,
    )
    .map(itemOf);
