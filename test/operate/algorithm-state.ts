import {RequestRouter} from '../../src/engine/live/request-router.ts';
import type {StatusSource} from '../../src/operate/status/read-status.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {factsOf} from '../../src/simulate/algorithm-facts.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {S} from '../support/instants.ts';
import {NOON} from './live-state.ts';

const POLICY = `version: 1
limits:
  - {name: continuous, key: "{key}", algorithm: token-bucket, rate: 2/s, burst: 5}
  - {name: stepped, key: "{key}", algorithm: token-bucket, rate: 2/s, burst: 5, refill: {every: 1s}}
  - {name: penalty, key: "{key}", algorithm: token-bucket, rate: 2/s, burst: 5, refill: burst-penalty}
  - {name: smoothed, key: "{key}", algorithm: token-bucket, rate: 2/s, burst: 5, refill: smoothed}
  - {name: gcra, key: "{key}", algorithm: gcra, rate: 2/s, burst: 5}
  - {name: epoch, key: "{key}", algorithm: fixed-window, limit: 5, window: 10s}
  - {name: first-hit, key: "{key}", algorithm: fixed-window, limit: 5, window: 10s, align: first-hit, countDenied: true}
  - {name: month, key: "{key}", algorithm: fixed-window, limit: 5, window: month, align: calendar, tz: Europe/Berlin}
  - {name: sliding, key: "{key}", algorithm: sliding-window, limit: 5, window: 10s}
  - {name: log, key: "{key}", algorithm: sliding-log, limit: 5, window: 10s}
  - {name: leaky, key: "{key}", algorithm: leaky-bucket, rate: 1/s, burst: 4, delay: 2}
  - {name: leases, key: "{key}", algorithm: concurrency, max: 5, timeout: 30s}
`;

/** The key `k`, used four times in a second in a limit of every algorithm, half a second ago. */
export const algorithmState = async (): Promise<StatusSource> => {
  const {policy} = parsePolicy(POLICY, 'ratectl.yaml');
  let now = NOON - 1_500_000;
  const store = new MemoryStore({access: 'write', clock: () => now});
  const router = new RequestRouter(policy);
  for (let i = 0; i < 4; i++) {
    now += 250_000;
    await store.check([router.route({key: 'k'}, {cost: 1, now, hold: 20 * S})]);
  }
  now = NOON;
  return {
    store,
    policy,
    localNow: () => now,
    policyFile: {file: 'ratectl.yaml', from: 'ratectl.yaml'},
    describe: (spec) => factsOf(spec).describe(spec),
  };
};
