/**
 * A process that asks for the same keys as often as it can, with a wall clock of its own.
 *
 *   node hammer-process.ts FILE SKEW_MS FOR_MS
 *
 * After each call it prints `NOW BUCKET_ADMITTED WINDOW_ADMITTED`, at once, so that what a killed process was granted is known.
 */
import {writeSync} from 'node:fs';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {openSqliteStore} from '../../../src/store/sqlite/open-sqlite-store.ts';
import {policyOf} from '../../support/policies.ts';
import {ASKED_OF_BUCKET, HAMMERED_BUCKET, HAMMERED_WINDOW} from './hammered-limits.ts';

const [path, skew, span] = process.argv.slice(2) as [string, string, string];
const wall = Date.now.bind(Date);
Date.now = () => wall() + Number(skew);

const store = await openSqliteStore({kind: 'sqlite', path}, {access: 'write', timeoutMs: 60_000});
const bucket = new RequestRouter(policyOf([{name: 'bucket', buckets: [HAMMERED_BUCKET]}]));
const window = new RequestRouter(policyOf([{name: 'window', buckets: [HAMMERED_WINDOW]}]));
const request = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};
const toBucket = bucket.route({key: 'k'}, request);
const toWindow = window.route({key: 'k'}, request);

const call = [...Array.from({length: ASKED_OF_BUCKET}, () => toBucket), toWindow];
const end = wall() + Number(span);
let drained = false;
// The last call has to find the bucket empty: what flowed in before it would be left over.
while (wall() < end || !drained) {
  const answers = await store.check(call);
  const admitted = answers.map(({verdicts}) => Number(verdicts[0]!.kind === 0));
  const ofWindow = admitted.pop();
  const ofBucket = admitted.reduce((sum, one) => sum + one, 0);
  drained = ofBucket < admitted.length;
  writeSync(1, `${answers[0]!.now} ${ofBucket} ${ofWindow}\n`);
}
await store.close();
