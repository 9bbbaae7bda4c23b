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
import {HAMMERED_BUCKET, HAMMERED_WINDOW} from './hammered-limits.ts';

const [path, skew, span] = process.argv.slice(2) as [string, string, string];
const wall = Date.now.bind(Date);
Date.now = () => wall() + Number(skew);

const store = await openSqliteStore({kind: 'sqlite', path}, {access: 'write'});
const bucket = new RequestRouter(policyOf([{name: 'bucket', buckets: [HAMMERED_BUCKET]}]));
const window = new RequestRouter(policyOf([{name: 'window', buckets: [HAMMERED_WINDOW]}]));
const request = {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY};
const toBucket = bucket.route({key: 'k'}, request);
const toWindow = window.route({key: 'k'}, request);

const end = wall() + Number(span);
while (wall() < end) {
  const answers = await store.check([toBucket, toBucket, toBucket, toWindow]);
  const admitted = answers.map(({verdicts}) => Number(verdicts[0]!.kind === 0));
  const ofBucket = admitted[0]! + admitted[1]! + admitted[2]!;
  writeSync(1, `${answers[0]!.now} ${ofBucket} ${admitted[3]}\n`);
}
await store.close();
