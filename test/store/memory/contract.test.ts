import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import {describeStore} from '../contract.ts';

describeStore(
  'the memory store',
  async () => {
    const stores = new Map<unknown, MemoryStore>();
    return {
      // Handles with the same clock, which all of a test have, are the same store.
      open: async (options = {}) => {
        const key = options.clock === undefined ? Symbol('own clock') : 'clock';
        const store = stores.get(key) ?? new MemoryStore({access: 'write', ...options});
        stores.set(key, store);
        return store;
      },
      remove: async () => {},
    };
  },
  {handles: 'one'},
);
