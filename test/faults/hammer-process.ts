/**
 * A process that asks one store for the same two keys as often as it can, with a wall clock of its own.
 *
 *   node hammer-process.ts URL SKEW_MS TIMEOUT_MS
 *
 * It says `ready`, begins when it is told anything, and ends when its input does. After each call it prints
 * `NOW BUCKET_ADMITTED WINDOW_ADMITTED`, at once; a call that failed prints `0 0 0`.
 */
import {once} from 'node:events';
import {writeSync} from 'node:fs';
import {setTimeout as sleep, setImmediate as turn} from 'node:timers/promises';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import {isStoreError} from '../../src/store/store-error.ts';
import {policyOf} from '../support/policies.ts';
import {ASKED_OF_BUCKET, HAMMERED_BUCKET, HAMMERED_WINDOW} from './hammered-limits.ts';

const [url, skew, timeoutMs] = process.argv.slice(2) as [string, string, string];
const wall = Date.now.bind(Date);
Date.now = () => wall() + Number(skew);

const store = await openStore(parseStoreUrl(url), {
  access: 'write',
  connection: 'reconnect',
  timeoutMs: Number(timeoutMs),
});
const request = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};
const [toBucket, toWindow] = [HAMMERED_BUCKET, HAMMERED_WINDOW].map((bucket, i) =>
  new RequestRouter(policyOf([{name: i === 0 ? 'bucket' : 'window', buckets: [bucket]}])).route(
    {key: 'k'},
    request,
  ),
);
const asked = [...Array.from({length: ASKED_OF_BUCKET}, () => toBucket!), toWindow!];
let over = false;
process.stdin.once('end', () => {
  over = true;
});
writeSync(1, 'ready\n');
await once(process.stdin, 'data');
while (!over) {
  try {
    const answers = await store.check(asked);
    const admitted = answers.map(({verdicts}) => Number(verdicts[0]!.kind === 0));
    const window = admitted.pop();
    writeSync(1, `${answers[0]!.now} ${admitted.reduce((sum, one) => sum + one, 0)} ${window}\n`);
    await turn();
  } catch (error) {
    if (!isStoreError(error)) throw error;
    writeSync(1, '0 0 0\n');
    await sleep(10);
  }
}
await store.close();
