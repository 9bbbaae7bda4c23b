import {MessageChannel, receiveMessageOnPort} from 'node:worker_threads';
import {expect, onTestFinished, test} from 'vitest';
import type {RequestBatch} from '../../../src/engine/request-batch.ts';
import type {PeerMessage} from '../../../src/simulate/fleet/fleet-protocol.ts';
import {Peer} from '../../../src/simulate/fleet/peer.ts';
import {emptyBatch, RowSink} from '../../../src/trace/row-sink.ts';

const pair = () => {
  const {port1, port2} = new MessageChannel();
  onTestFinished(() => {
    port1.close();
    port2.close();
  });
  const lender = new Peer(port1);
  const borrower = new Peer(port2);
  const next = (port: typeof port1): PeerMessage =>
    (receiveMessageOnPort(port) as {message: PeerMessage}).message;
  return {
    lender,
    borrower,
    atBorrower: () => next(port2) as Extract<PeerMessage, {kind: 'requests'}>,
    atLender: () => next(port1) as Extract<PeerMessage, {kind: 'used'}>,
  };
};

const KEY = Buffer.from('a key of some length');

const fill = (batch: RequestBatch, rows: number): void => {
  const sink = new RowSink(1);
  batch.count = 0;
  for (let i = 0; i < rows; i++) {
    sink.begin();
    sink.time = i;
    sink.set(0, KEY, 0, KEY.length);
    sink.appendTo(batch);
  }
};

test('a batch crosses once; then its number does, to and fro, and both see the same requests', () => {
  const {lender, borrower, atBorrower, atLender} = pair();
  const batch = emptyBatch(1, 64, SharedArrayBuffer);
  fill(batch, 10);
  lender.lend(0, batch);
  const first = borrower.borrowed(atBorrower());
  expect(first).toEqual(batch);
  borrower.giveBack(first);
  expect(lender.returned(atLender().number)).toBe(batch);

  fill(batch, 7);
  lender.lend(5, batch);
  const message = atBorrower();
  expect(message).toMatchObject({block: 5, count: 7, batch: undefined});
  expect(borrower.borrowed(message)).toBe(first);
  expect(first).toEqual(batch);
});

test('a batch that grew crosses again', () => {
  const {lender, borrower, atBorrower} = pair();
  const batch = emptyBatch(1, 64, SharedArrayBuffer);
  fill(batch, 10);
  lender.lend(0, batch);
  borrower.borrowed(atBorrower());
  for (const rows of [60, 1000]) {
    fill(batch, rows);
    lender.lend(1, batch);
    const grown = borrower.borrowed(atBorrower());
    expect(grown.count).toBe(rows);
    expect(grown.times.subarray(0, rows)).toEqual(batch.times.subarray(0, rows));
    expect(grown.bytes.subarray(0, rows * KEY.length)).toEqual(batch.bytes.subarray(0, rows * KEY.length));
    expect(grown.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

test('several batches are under way at a time', () => {
  const {lender, borrower, atBorrower, atLender} = pair();
  const batches = [1, 2, 3].map((rows) => {
    const batch = emptyBatch(1, 64, SharedArrayBuffer);
    fill(batch, rows);
    lender.lend(rows, batch);
    return batch;
  });
  const borrowed = batches.map(() => borrower.borrowed(atBorrower()));
  expect(borrowed.map(({count}) => count)).toEqual([1, 2, 3]);
  borrower.giveBack(borrowed[2]!);
  borrower.giveBack(borrowed[0]!);
  expect(lender.returned(atLender().number)).toBe(batches[2]);
  expect(lender.returned(atLender().number)).toBe(batches[0]);
});
