/** What every store does: `src/store/port.ts` by example. A store's test says where an empty one can be had. */
import {describe, vi} from 'vitest';
import {PATIENCE_MS} from '../support/in-time.ts';
import {describeChecks} from './contract/check-contract.ts';
import {describeDocuments} from './contract/document-contract.ts';
import {describeHandles} from './contract/handle-contract.ts';
import {describeJournals} from './contract/journal-contract.ts';
import {describeLeases} from './contract/lease-contract.ts';
import {describeNews} from './contract/news-contract.ts';
import {describeQueues} from './contract/queue-contract.ts';
import {describeRows} from './contract/row-contract.ts';
import {type StorePlace, sceneOf} from './contract/scene.ts';
import {describeUsage} from './contract/usage-contract.ts';

vi.setConfig({testTimeout: 4 * PATIENCE_MS});

/**
 * Declares the tests. `newPlace` gives an empty place for each of them: a file, a key prefix, a schema. A store that lives in its
 * handle has `one` handle; all others `many` (the default).
 */
export const describeStore = (
  name: string,
  newPlace: () => Promise<StorePlace>,
  {handles = 'many'}: {readonly handles?: 'one' | 'many'} = {},
): void => {
  const on = sceneOf(newPlace);
  describe(name, () => {
    describeChecks(on);
    describeLeases(on);
    describeRows(on);
    describeDocuments(on);
    describeJournals(on);
    describeUsage(on);
    describeQueues(on, handles);
    describeNews(on);
    describeHandles(on, handles);
  });
};
