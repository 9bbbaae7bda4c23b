/** What all stores share about queues: bounds, texts and the form of what they keep. */
import type {ClaimedItem, NewQueueItem} from './port.ts';

/** What names a claim. */
export type ClaimKey = Pick<ClaimedItem, 'id' | 'fencingToken'>;

export interface ClaimOptions {
  readonly count: number;
  /** µs. */
  readonly leaseFor: number;
}

export type QueueState = 'waiting' | 'claimed' | 'dead';

/** Items that wait or are claimed in one queue, at most. */
export const MOST_QUEUE_ITEMS = 1_000_000;
/** Dead items that are kept of one queue; the oldest go first. */
export const DEAD_KEPT = 10_000;
/** Items that `drain` takes out in a call when nothing else is said. */
export const DRAINED_AT_ONCE = 1_000;
/** The error of an item whose lease ended before its worker said anything. */
export const LEASE_ENDED = 'the worker died or took too long';

/** Bytes of a payload as JSON, at most. */
const MOST_PAYLOAD_BYTES = 256 * 1024;
/** Characters of an error that are kept. */
const MOST_ERROR = 1_000;

/** Throws a RangeError when a queue of `held` items (waiting and claimed) cannot take `more`. */
export const checkQueueRoom = (queue: string, held: number, more: number): void => {
  if (held + more > MOST_QUEUE_ITEMS)
    throw new RangeError(
      `queue ${JSON.stringify(queue)} holds ${held} items and cannot take ${more} more: at most ${MOST_QUEUE_ITEMS}`,
    );
};

/** A payload as JSON. Throws a RangeError when JSON cannot hold it, or when it is too long. */
export const payloadJson = ({payload}: Pick<NewQueueItem, 'payload'>): string => {
  const json = JSON.stringify(payload) as string | undefined;
  if (json === undefined)
    throw new RangeError(`a payload of type ${typeof payload}, expected something that JSON can hold`);
  const bytes = Buffer.byteLength(json);
  if (bytes > MOST_PAYLOAD_BYTES)
    throw new RangeError(`a payload of ${bytes} bytes as JSON, expected at most ${MOST_PAYLOAD_BYTES}`);
  return json;
};

/** An error as every store can keep it: well-formed Unicode without NUL, cut to 1,000 characters. */
export const keptError = (error: string): string =>
  error.slice(0, MOST_ERROR).replaceAll('\u0000', '\ufffd').toWellFormed();

/** Ids are compared as text, so they have all the same length. */
export const queueItemId = (number: number): string => String(number).padStart(16, '0');
