import type {MessagePort} from 'node:worker_threads';
import type {RequestBatch} from '../../engine/request-batch.ts';
import {adoptBatch} from '../../trace/row-sink.ts';
import type {PeerMessage} from './fleet-protocol.ts';

interface Sent {
  readonly batch: RequestBatch;
  /** What of it the other thread knows: a batch that grew has others. */
  times: Float64Array | undefined;
  bytes: Uint8Array | undefined;
}

/**
 * Another thread of the fleet. Batches lie in memory that both threads see: each crosses once, and then only its number
 * does, to and fro.
 */
export class Peer {
  readonly #port: MessagePort;
  readonly #sent: Sent[] = [];
  readonly #received: RequestBatch[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** Lends the other thread the requests of a block whose keys it decides. */
  lend(block: number, batch: RequestBatch): void {
    let number = this.#sent.findIndex((sent) => sent.batch === batch);
    if (number < 0) number = this.#sent.push({batch, times: undefined, bytes: undefined}) - 1;
    const sent = this.#sent[number]!;
    const isKnown = sent.times === batch.times && sent.bytes === batch.bytes;
    sent.times = batch.times;
    sent.bytes = batch.bytes;
    const message: PeerMessage = {
      kind: 'requests',
      block,
      number,
      count: batch.count,
      batch: isKnown ? undefined : batch,
    };
    this.#port.postMessage(message);
  }

  /** The batch of a message; it is the other thread's again after `giveBack`. */
  borrowed({number, count, batch}: Extract<PeerMessage, {kind: 'requests'}>): RequestBatch {
    if (batch !== undefined) this.#received[number] = adoptBatch(batch);
    const known = this.#received[number]!;
    known.count = count;
    return known;
  }

  giveBack(batch: RequestBatch): void {
    this.#port.postMessage({kind: 'used', number: this.#received.indexOf(batch)} satisfies PeerMessage);
  }

  /** A batch that was lent and came back. */
  returned(number: number): RequestBatch {
    return this.#sent[number]!.batch;
  }
}
