/**
 * A process with a wall clock of its own that says, over a store, that it is overloaded, and does so until it is killed.
 *
 *   node control-process.ts URL SKEW_MS CPU
 *
 * Prints its share whenever that changes.
 */
import {writeSync} from 'node:fs';
import {NO_SAMPLE} from '../../../src/engine/control/pressure.ts';
import {ControlLoop} from '../../../src/guard/control/control-loop.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import {PROCESS_POLICY} from './process-policy.ts';

const [url, skew, cpu] = process.argv.slice(2) as [string, string, string];
const wall = Date.now.bind(Date);
Date.now = () => wall() + Number(skew);

const store = await openStore(parseStoreUrl(url), {access: 'write'});
const loop = new ControlLoop({
  policy: PROCESS_POLICY,
  call: (ask) => ask(store),
  load: {start() {}, observe() {}, sample: () => ({...NO_SAMPLE, cpu: Number(cpu)}), close() {}},
  onChange: () => writeSync(1, `${loop.shareOfLimit('per-tenant')}\n`),
});
await loop.start();
writeSync(1, 'started\n');
setInterval(() => undefined, 60_000);
