/**
 * Receipts of drained queues (JSONL). After the header each line is one of:
 *
 * - `{item: {id, class, rank, notBefore, enqueuedAt, attempts, error, payload}}`: it is about to be taken out, or was.
 * - `{drained: [ids]}`: these were taken out. Items before it that it does not name were not.
 * - `{restored: [ids]}`: an undo has put these back.
 * - `{done, items}`: the end of the run. Without it the run was cut short.
 *
 * Items are written before they are taken out: a run that is killed at any instant leaves nothing out.
 */

import {safeJson} from '../../base/safe-text.ts';
import {isMapping} from '../../base/untrusted-json.ts';
import type {QueueItem} from '../../store/port.ts';
import {LineFile} from './line-file.ts';

export const QUEUE_RECEIPT_SCHEMA = 'ratectl.queue-receipt/1';

export type DrainedState = 'waiting' | 'dead';

/** First line of the file. */
export interface QueueReceiptHeader {
  readonly schema: typeof QUEUE_RECEIPT_SCHEMA;
  readonly action: 'reset';
  /** Name of the context; null where the store was named directly. */
  readonly context: string | null;
  /** The store's URL without any secret. */
  readonly store: string;
  readonly queue: string;
  readonly state: DrainedState;
  readonly by: string;
  readonly host: string;
  readonly why: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

export type QueueLine =
  | {readonly kind: 'item'; readonly item: QueueItem}
  | {readonly kind: 'drained' | 'restored'; readonly ids: readonly string[]}
  | {readonly kind: 'end'; readonly done: boolean; readonly items: number};

/** A receipt while it is written. */
export type QueueReceipt = LineFile<QueueLine>;

export const formatQueueLine = (line: QueueLine): string => {
  switch (line.kind) {
    case 'item':
      return safeJson({item: line.item});
    case 'drained':
    case 'restored':
      return safeJson({[line.kind]: line.ids});
    case 'end':
      return safeJson({done: line.done, items: line.items});
  }
};

/** Opens a receipt to write down what an undo has put back. */
export const extendQueueReceipt = (path: string, resolve: (path: string) => string): QueueReceipt =>
  LineFile.extend(path, resolve, formatQueueLine);

type Json = Readonly<Record<string, unknown>>;

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** The line of a JSON value; undefined when it is none. */
export const readQueueLine = (value: unknown): QueueLine | undefined => {
  if (!isMapping(value)) return undefined;
  const {item, drained, restored, done, items} = value;
  if (typeof done === 'boolean' && isCount(items)) return {kind: 'end', done, items};
  if (isMapping(item)) return readItem(item);
  const kind = drained === undefined ? 'restored' : 'drained';
  const ids = drained ?? restored;
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) return undefined;
  return {kind, ids};
};

const readItem = (item: Json): QueueLine | undefined => {
  const {id, class: name, rank, notBefore, enqueuedAt, attempts, error, payload} = item;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof error !== 'string') return undefined;
  if (typeof rank !== 'number' || !isCount(notBefore) || !isCount(enqueuedAt) || !isCount(attempts))
    return undefined;
  if (payload === undefined) return undefined;
  return {kind: 'item', item: {id, class: name, rank, notBefore, enqueuedAt, attempts, error, payload}};
};

/** The header in a JSON value; undefined when it is none. */
export const readQueueReceiptHeader = (value: unknown): QueueReceiptHeader | undefined => {
  if (!isMapping(value) || value['schema'] !== QUEUE_RECEIPT_SCHEMA) return undefined;
  const {context, store, queue, state} = value;
  if (typeof store !== 'string' || typeof queue !== 'string') return undefined;
  if (state !== 'waiting' && state !== 'dead') return undefined;
  const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : '');
  return {
    schema: QUEUE_RECEIPT_SCHEMA,
    action: 'reset',
    context: typeof context === 'string' ? context : null,
    store,
    queue,
    state,
    by: text('by'),
    host: text('host'),
    why: text('why'),
    at: text('at'),
  };
};
