import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import {QUEUE_RECEIPT_SCHEMA, type QueueReceiptHeader} from '../../../src/operate/reset/queue-receipt.ts';
import {ReceiptTurn} from '../../../src/operate/reset/receipt-turn.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {folder} from './stores.ts';

const HEADER: QueueReceiptHeader = {
  schema: QUEUE_RECEIPT_SCHEMA,
  action: 'reset',
  context: null,
  store: 'memory:',
  queue: 'calls',
  state: 'waiting',
  by: 'ada',
  host: 'build-7',
  why: 'a test',
  at: '2026-01-05T12:00:00.000Z',
};

const PLACES: readonly (readonly [string, () => string])[] = [
  ['SQLite', () => `sqlite:${join(folder(), 'state.db')}`],
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`],
];

describe.each(PLACES)('the turn to put back what a receipt holds, in %s', (_, urlOf) => {
  const opened = async (): Promise<Store> => {
    const store = await openStore(parseStoreUrl(urlOf(), {name: 'test'}), {access: 'write'});
    onTestFinished(() => store.close());
    return store;
  };

  test('is one at a time, and the next one has it when it ends', async () => {
    const store = await opened();
    const first = await ReceiptTurn.take(store, HEADER, 'ada@a');
    let taken = false;
    const second = ReceiptTurn.take(store, HEADER, 'bob@b').then((turn) => {
      taken = true;
      return turn;
    });
    await first.keep();
    await sleep(500);
    expect(taken).toBe(false);
    await first.end();
    await (await second).end();
  });

  test('of another receipt is another one', async () => {
    const store = await opened();
    await ReceiptTurn.take(store, HEADER, 'ada@a');
    await (await ReceiptTurn.take(store, {...HEADER, at: '2026-01-05T12:00:01.000Z'}, 'bob@b')).end();
  });

  test('goes on after somebody who was killed, and who was only held up does not go on', {
    timeout: 30_000,
  }, async () => {
    const store = await opened();
    const first = await ReceiptTurn.take(store, HEADER, 'ada@a');
    const second = await ReceiptTurn.take(store, HEADER, 'bob@b');
    await expect(first.keep()).rejects.toMatchObject({code: 'reset/busy', exit: 4});
    await first.end();
    await second.keep();
    await second.end();
  });
});
