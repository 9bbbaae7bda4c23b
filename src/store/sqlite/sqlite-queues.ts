import type {ClaimedItem, NewQueueItem, QueueSettlement} from '../port.ts';
import {
  type ClaimKey,
  type ClaimOptions,
  checkQueueRoom,
  DEAD_KEPT,
  keptError,
  LEASE_ENDED,
  payloadJson,
  queueItemId,
} from '../queue-rules.ts';
import type {SqliteAccess} from './sqlite-access.ts';
import type {SqliteHandle} from './sqlite-handle.ts';
import {CLAIMED, DEAD, DUE, ITEM_COLUMNS, itemOf, LATER} from './sqlite-queue-item.ts';

export const enqueueItems = async (
  access: SqliteAccess,
  queue: string,
  items: readonly NewQueueItem[],
): Promise<readonly string[]> => {
  checkQueueRoom(queue, 0, items.length);
  const texts = items.map(payloadJson);
  return access.write((handle, now) => {
    if (items.length === 0) return [];
    const [lastId = 0, held = 0] = (handle.get('SELECT last_id, held FROM queues WHERE queue = ?', queue) ??
      []) as readonly number[];
    checkQueueRoom(queue, held, items.length);
    handle.run(
      `INSERT INTO queues (queue, last_id, last_token, held) VALUES (?1, ?2, 0, ?2)
       ON CONFLICT DO UPDATE SET last_id = last_id + ?2, held = held + ?2`,
      queue,
      items.length,
    );
    return items.map((item, i) => {
      insertItem(handle, queue, lastId + i + 1, {item, json: texts[i]!, now});
      return queueItemId(lastId + i + 1);
    });
  });
};

const insertItem = (
  handle: SqliteHandle,
  queue: string,
  id: number,
  {item, json, now}: {readonly item: NewQueueItem; readonly json: string; readonly now: number},
): void => {
  const {class: name, rank, notBefore} = item;
  handle.run(
    `INSERT INTO queue_items
       (queue, id, state, class, rank, not_before, enqueued_at, attempts, error, leased_until, number)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', 0, 0)`,
    ...[queue, id, notBefore <= now ? DUE : LATER, name, rank, notBefore, now],
  );
  handle.run('INSERT INTO queue_payloads (queue, id, payload) VALUES (?, ?, ?)', queue, id, json);
};

export const claimItems = (
  access: SqliteAccess,
  queue: string,
  {count, leaseFor}: ClaimOptions,
): Promise<readonly ClaimedItem[]> =>
  access.write((handle, now) => {
    makeDue(handle, queue, now);
    const rows = handle.all(
      `SELECT ${ITEM_COLUMNS} FROM queue_items AS i JOIN queue_payloads AS p USING (queue, id)
       WHERE i.queue = ? AND i.state = ${DUE} ORDER BY i.rank, i.id LIMIT ?`,
      queue,
      count,
    );
    if (rows.length === 0) return [];
    let fencingToken = handle.number('SELECT last_token FROM queues WHERE queue = ?', queue);
    const claimed = rows.map((row) => ({
      ...itemOf(row),
      leasedUntil: now + leaseFor,
      fencingToken: ++fencingToken,
    }));
    for (const item of claimed)
      handle.run(
        `UPDATE queue_items SET state = ${CLAIMED}, leased_until = ?, number = ? WHERE queue = ? AND id = ?`,
        ...[item.leasedUntil, item.fencingToken, queue, Number(item.id)],
      );
    handle.run('UPDATE queues SET last_token = ? WHERE queue = ?', fencingToken, queue);
    return claimed;
  });

/** Items whose lease has ended, or whose time has come, lie among those that are due. */
const makeDue = (handle: SqliteHandle, queue: string, now: number): void => {
  handle.run(
    `UPDATE queue_items SET state = ${DUE}, attempts = attempts + 1, error = ?
     WHERE queue = ? AND state = ${CLAIMED} AND leased_until <= ?`,
    LEASE_ENDED,
    queue,
    now,
  );
  handle.run(
    `UPDATE queue_items SET state = ${DUE} WHERE queue = ? AND state = ${LATER} AND not_before <= ?`,
    queue,
    now,
  );
};

export const extendClaim = (
  access: SqliteAccess,
  queue: string,
  {id, fencingToken}: ClaimKey,
  leaseFor: number,
): Promise<boolean> =>
  access.write(
    (handle, now) =>
      handle.run(
        `UPDATE queue_items SET leased_until = ? WHERE queue = ? AND id = ? AND state = ${CLAIMED} AND number = ?`,
        ...[now + leaseFor, queue, Number(id), fencingToken],
      ) > 0,
  );

export const settleClaim = (
  access: SqliteAccess,
  queue: string,
  {id, fencingToken}: ClaimKey,
  settlement: QueueSettlement,
): Promise<boolean> =>
  access.write((handle, now) => {
    const key = [queue, Number(id)] as const;
    const inForce = handle.get(
      `SELECT 1 FROM queue_items WHERE queue = ? AND id = ? AND state = ${CLAIMED} AND number = ?`,
      ...key,
      fencingToken,
    );
    if (inForce === undefined) return false;
    settle(handle, key, settlement, now);
    return true;
  });

const settle = (
  handle: SqliteHandle,
  key: readonly [queue: string, id: number],
  settlement: QueueSettlement,
  now: number,
): void => {
  if (settlement.kind === 'park' || settlement.kind === 'retry') {
    const {notBefore} = settlement;
    const failure = settlement.kind === 'retry' ? keptError(settlement.error) : null;
    handle.run(
      `UPDATE queue_items SET state = ?, not_before = ?, attempts = attempts + ?, error = coalesce(?, error)
       WHERE queue = ? AND id = ?`,
      ...[notBefore <= now ? DUE : LATER, notBefore, failure === null ? 0 : 1, failure, ...key],
    );
    return;
  }
  handle.run('UPDATE queues SET held = held - 1 WHERE queue = ?', key[0]);
  if (settlement.kind === 'done') removeItem(handle, key);
  else bury(handle, key, settlement.error);
};

export const removeItem = (handle: SqliteHandle, key: readonly [queue: string, id: number]): void => {
  handle.run('DELETE FROM queue_items WHERE queue = ? AND id = ?', ...key);
  handle.run('DELETE FROM queue_payloads WHERE queue = ? AND id = ?', ...key);
};

const bury = (handle: SqliteHandle, key: readonly [queue: string, id: number], error: string): void => {
  const [queue] = key;
  const last = handle.number(
    `SELECT max(number) FROM queue_items WHERE queue = ? AND state = ${DEAD}`,
    queue,
  );
  handle.run(
    `UPDATE queue_items SET state = ${DEAD}, number = ?, attempts = attempts + 1, error = ?
     WHERE queue = ? AND id = ?`,
    ...[last + 1, keptError(error), ...key],
  );
  // Drained are the latest ones, so the numbers have no gaps.
  const old = handle.all(
    `SELECT id FROM queue_items WHERE queue = ? AND state = ${DEAD} AND number <= ?`,
    queue,
    last + 1 - DEAD_KEPT,
  );
  for (const [id] of old) removeItem(handle, [queue, Number(id)]);
};
