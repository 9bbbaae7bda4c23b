import {setTimeout as sleep} from 'node:timers/promises';
import {createBreaker} from '../../src/guard/breaker/create-breaker.ts';
import {createProtection} from '../../src/guard/protect/create-protection.ts';
import type {Protection} from '../../src/guard/protect/protection.ts';
import {createQueue} from '../../src/guard/queue/create-queue.ts';

const MAILS = [
  ['ada', 'interactive'],
  ['bob', 'batch'],
  ['eve', 'batch'],
] as const;

/** A running application of the deployment example that had a bad hour; `close` ends it. */
export interface TroubledShop {
  close(): Promise<void>;
}

/**
 * acme has used up its plan, an address scans, the pool is full and somebody waits, calls to the payment provider failed, mails wait
 * and some are dead. All of it is done with the library, as an application does it.
 */
export const troubledShop = async (
  policy: string,
  store: string,
  queueNames: readonly string[] = ['mails'],
): Promise<TroubledShop> => {
  const protection = await createProtection({policy, store, timeoutMs: 5_000});
  const ask = async (request: Readonly<Record<string, string>>, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await (await protection.check(request)).release();
  };
  await ask({ip: '198.51.100.7', tenant: 'acme', plan: 'free', path: '/api/orders'}, 130);
  await ask({ip: '198.51.100.8', tenant: 'umbrella', plan: 'pro', path: '/api/orders'}, 40);
  await ask({ip: '203.0.113.7', path: '/'}, 3);
  await ask({ip: '203.0.113.66', path: '/.env'}, 420);
  const breaker = await createBreaker({policy, breaker: 'payments', store});
  for (let i = 0; i < 5; i++)
    await breaker.run(() => Promise.reject(new Error('502'))).catch(() => undefined);
  const queues = await Promise.all(queueNames.map((queue) => createQueue({policy, queue, store})));
  for (const queue of queues)
    for (const [to, urgency] of MAILS) await queue.add({to: `${to}@example.com`}, {class: urgency});
  const slots = await Promise.all(
    Array.from({length: 10}, (_, i) =>
      protection.check({ip: `192.0.2.${i}`, tenant: `t${i % 2}`, path: '/reports/all'}),
    ),
  );
  const over = new AbortController();
  const waiting = keepOneWaiting(protection, over.signal);
  // What happened is told to the store twice a second.
  await sleep(1_200);
  return {
    async close() {
      over.abort();
      await waiting;
      for (const slot of slots) await slot.release();
      await Promise.all([protection.close(), breaker.close(), ...queues.map((queue) => queue.close())]);
    },
  };
};

/** Somebody who comes again as soon as the wait for a slot was too long. */
const keepOneWaiting = async (protection: Protection, over: AbortSignal): Promise<void> => {
  const request = {ip: '192.0.2.77', tenant: 't3', plan: 'pro', path: '/reports/all'};
  while (!over.aborted) {
    const decision = await protection.check(request, {signal: over}).catch(() => undefined);
    await decision?.release();
    await sleep(20);
  }
};
