import type {QueueItem} from '../port.ts';
import {queueItemId} from '../queue-rules.ts';
import {storedJson} from '../stored-json.ts';
import type {SqlRow} from './sqlite-handle.ts';

/**
 * `state` of an item. It waits in 0 until `not_before` is past; then a claim moves it to 1, where items lie in the order of their
 * ranks, so that no claim looks at items that are not due. `number` is the fencing token of one that is claimed, and orders
 * the dead ones. Literals in the statements, because partial indexes are used only for those.
 */
export const LATER = 0;
export const DUE = 1;
export const CLAIMED = 2;
export const DEAD = 3;

/** For `queue_items AS i JOIN queue_payloads AS p`. */
export const ITEM_COLUMNS =
  'i.id, i.class, i.rank, i.not_before, i.enqueued_at, i.attempts, i.error, p.payload';

export const itemOf = (row: SqlRow): QueueItem => {
  const [id, name, rank, notBefore, enqueuedAt, attempts, error, json] = row as readonly [
    ...[number, string, number, number, number, number, string, string],
  ];
  const payload = storedJson(json);
  return {id: queueItemId(id), class: name, rank, notBefore, payload, enqueuedAt, attempts, error};
};
