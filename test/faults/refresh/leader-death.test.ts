import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, inject, onTestFinished, test} from 'vitest';
import {readLead} from '../../../src/store/lead-document.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import {FakeOAuthServer} from '../../support/oauth/fake-oauth-server.ts';
import {LEADER_LEASE_MS} from './refresh-rules.ts';
import {spawnWorker} from './spawn-worker.ts';

test('when a leader is killed, another one leads within two leases, with a higher fencing token', {
  timeout: 60_000,
}, async () => {
  const fake = await FakeOAuthServer.start();
  onTestFinished(() => fake.close());
  const url = `${inject('redisUrl')}?prefix=${randomUUID()}:`;
  const store = await openStore(parseStoreUrl(url), {access: 'read'});
  onTestFinished(() => store.close());
  const workers = Array.from({length: 4}, () =>
    spawnWorker({
      does: 'manage',
      store: url,
      tokenUrl: fake.tokenUrl,
      rotation: 'strict',
      skewMs: 0,
      variant: 'right',
      at: 0,
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
  let lead = await leader(0);
  // Until all have stood.
  await sleep(2 * LEADER_LEASE_MS);
  for (let deaths = 0; deaths < 2; deaths++) {
    const pid = Number(lead.holder.split(':')[1]);
    const worker = workers.find((one) => one.pid === pid)!;
    const dead = once(worker, 'exit');
    worker.kill('SIGKILL');
    await dead;
    const died = performance.now();
    lead = await leader(lead.fencing);
    expect(performance.now() - died).toBeLessThan(2 * LEADER_LEASE_MS);
  }
});
