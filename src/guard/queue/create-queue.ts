import {openStore} from '../../store/open-store.ts';
import {parseStoreUrl} from '../../store/parse-store-url.ts';
import type {QueueOptions} from './queue-options.ts';
import {queueSettings} from './queue-settings.ts';
import {WorkQueue} from './work-queue.ts';

/**
 * A queue for an application: work that waits for its turn and for its limits, and survives restarts.
 *
 * ```ts
 * const queue = await createQueue<Mail>({policy: './ratectl.yaml', queue: 'mail', store: process.env.REDIS_URL});
 * await queue.add({to, text}, {class: 'normal', attributes: {tenant}});
 * const worker = queue.work(async (mail) => send(mail), {concurrency: 4, limiter});
 * ```
 *
 * Each item is handled at least once: again when its worker died, or could not reach the store for the whole of its lease. Rejects
 * with a RatectlError for options, a policy or a store URL that are wrong, and with a StoreError when the store cannot be used.
 */
export const createQueue = async <Payload = unknown>(
  options: QueueOptions = {},
): Promise<WorkQueue<Payload>> => {
  const settings = queueSettings(options);
  const {store = 'sqlite:', prefix, events = {}} = options;
  if (typeof store !== 'string') return new WorkQueue(settings, events, {store, ownership: 'borrowed'});
  const opened = await openStore(parseStoreUrl(store, {name: 'the store of the queue'}), {
    access: 'write',
    connection: 'reconnect',
    clientName: 'ratectl-queue',
    timeoutMs: settings.timeoutMs,
    ...(prefix === undefined ? {} : {prefix}),
  });
  return new WorkQueue(settings, events, {store: opened, ownership: 'owned'});
};
