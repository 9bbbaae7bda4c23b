import {randomUUID} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, inject, onTestFinished, test} from 'vitest';
import {selectorJob} from '../../../src/operate/reset/selector-job.ts';
import {undoJob} from '../../../src/operate/reset/undo-job.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import {addressOf, folder, perform, receiptAt} from './stores.ts';

const A = addressOf('per-ip', 'a');

test.each(['[]', '[1]', '[1,2,3]'])(
  'an undo never leaves %s in Redis, which no row of that shape is: applications could not use the key any more',
  async (words) => {
    const url = `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`;
    const store = await openStore(parseStoreUrl(url, {name: 'test'}), {access: 'write'});
    onTestFinished(() => store.close());
    const now = await store.now();
    const next = {words: [now, 0], expiresAt: now + 3_600_000_000};
    await store.change([{address: A, expected: 'any', next}]);
    const path = join(folder(), 'r');
    await perform(selectorJob({kind: 'all'}, {store, policy: undefined}), store, path);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"words":\[[^\]]*\]/, `"words":${words}`));
    const job = undoJob(receiptAt(path), {store, path, now, inUse: 'leave'});
    await expect(perform(job, store, `${path}u`)).rejects.toMatchObject({
      exit: 2,
      message: expect.stringMatching(/per-ip.* cannot have \d words: its shape is g/),
    });
    expect(await store.read([A])).toEqual([undefined]);
  },
);
