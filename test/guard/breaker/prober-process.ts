/**
 * A process that makes a call through the breaker of `SPEC`, says so, and never ends it.
 *
 *   node prober-process.ts STORE PREFIX
 */
import {writeSync} from 'node:fs';
import {createBreaker} from '../../../src/guard/breaker/create-breaker.ts';

const [store, prefix] = process.argv.slice(2);
const breaker = await createBreaker({
  ...{store, prefix},
  spec: {
    ...{name: 'db', failures: 3, rate: undefined, window: 60_000_000, minimumCalls: 4},
    ...{recovery: 3_000_000, probes: 1},
  },
});
await breaker.run(async () => {
  writeSync(1, 'probing\n');
  setInterval(() => undefined, 1_000);
  await new Promise(() => undefined);
});
