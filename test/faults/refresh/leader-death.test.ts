import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, inject, onTestFinished, test} from 'vitest';
import {listInstances} from '../../../src/store/instance-document.ts';
import {readLead} from '../../../src/store/lead-document.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import {expectInTime, msOf, PATIENCE_MS} from '../../support/in-time.ts';
import {FakeOAuthServer} from '../../support/oauth/fake-oauth-server.ts';
import {LEADER_LEASE_MS} from './refresh-rules.ts';
import {spawnWorker} from './spawn-worker.ts';

/** Deaths after which another one leads in time. */
const DEATHS = 2;
const WORKERS = 7;

test('when a leader is killed, another one leads within two leases, with a higher fencing token', {
  timeout: 6 * PATIENCE_MS,
}, async () => {
  const fake = await FakeOAuthServer.start();
  onTestFinished(() => fake.close());
  const url = `${inject('redisUrl')}?prefix=${randomUUID()}:`;
  const store = await openStore(parseStoreUrl(url), {access: 'read'});
  onTestFinished(() => store.close());
  const workers = Array.from({length: WORKERS}, () =>
    spawnWorker({
      does: 'manage',
      store: url,
      tokenUrl: fake.tokenUrl,
      rotation: 'strict',
      skewMs: 0,
      variant: 'right',
    }),
  );
  onTestFinished(() => {
    for (const worker of workers) worker.kill('SIGKILL');
  });
  const leader = async (after: number) => {
    for (;;) {
      const lead = (await readLead(store, 'tokens'))?.lead;
      if (lead !== undefined && lead.fencing > after) return lead;
      await sleep(20);
    }
  };
  // Until all have stood.
  await expect
    .poll(async () => (await listInstances(store)).length, {timeout: 3 * PATIENCE_MS})
    .toBe(WORKERS);
  await sleep(2 * LEADER_LEASE_MS);
  const killLeader = async (): Promise<number> => {
    const lead = await leader(0);
    const worker = workers.find(({pid}) => pid === Number(lead.holder.split(':')[1]))!;
    const dead = once(worker, 'exit');
    worker.kill('SIGKILL');
    await dead;
    return msOf(() => leader(lead.fencing));
  };
  for (let deaths = 0; deaths < DEATHS; deaths++)
    await expectInTime(2 * LEADER_LEASE_MS, killLeader, Math.floor((WORKERS - 1) / DEATHS));
});
