import {scaledMax} from '../../engine/control/scaled-spec.ts';
import {prioritiesOf} from '../../engine/live/priority.ts';
import type {Store} from '../../store/port.ts';
import {BehaviourBook} from '../behaviour/behaviour-book.ts';
import {RequestBreakers} from '../breaker/request-breakers.ts';
import {ControlLoop} from '../control/control-loop.ts';
import {Limiter} from '../limiter.ts';
import {limiterSettings} from '../limiter-settings.ts';
import type {ConcurrencyChange} from '../pool/concurrency-events.ts';
import {ConcurrencyLimiter} from '../pool/concurrency-limiter.ts';
import {StoreGuard} from '../store-guard.ts';
import {metricsInterval} from './metrics-interval.ts';
import {partsOf} from './parts-of.ts';
import {PoolGate} from './pool-gate.ts';
import {Protection} from './protection.ts';
import type {ProtectionOptions} from './protection-options.ts';
import {ProtectionReport} from './protection-report.ts';
import {RememberedLoad} from './remembered-load.ts';
import {RequestTally} from './request-tally.ts';
import {sharedStore} from './shared-store.ts';

/** That the store is lost, the limiter says for all parts. */
const SILENT = {onStoreLost: () => undefined};
/** What is shared in the background may take its time, ms. */
const BACKGROUND_MS = 5_000;

/**
 * Everything that a policy says, before each request: limits, priorities, breakers, pools with their queues, adaptive control,
 * behaviour and degradation. Adapters take it in place of a limiter.
 *
 * ```ts
 * const protection = await createProtection({policy: './ratectl.yaml', store: process.env.REDIS_URL});
 * app.use(expressLimiter(protection));
 * ```
 *
 * Rejects with a RatectlError for options, a policy or a store URL that are wrong. A store that cannot be reached is no reason to
 * reject, unless `failFast` says so: `onStoreError` decides until it is there, and the rest goes on with what this process knows.
 */
export const createProtection = async (options: ProtectionOptions = {}): Promise<Protection> => {
  const {events = {}, parts} = options;
  const settings = limiterSettings(options);
  const policy = partsOf(settings.policy, parts, settings.enabled);
  const report = new ProtectionReport(events, metricsInterval(options));
  const shared = sharedStore(options, settings.timeoutMs);
  const store = {open: shared.open, ownership: 'borrowed'} as const;

  const limiter = new Limiter({...settings, policy}, events, store);
  try {
    await limiter.start();
  } catch (error) {
    await shared.close();
    throw error;
  }

  const background = new StoreGuard({
    ...store,
    timeoutMs: BACKGROUND_MS,
    onLost: () => undefined,
    onBack: () => undefined,
    onError: () => undefined,
  });
  const call = <T>(ask: (opened: Store) => Promise<T>): Promise<T> => background.call(ask);
  const load = new RememberedLoad();
  const {priorities} = policy;
  const {enabled, timeoutMs, onStoreError, instances} = settings;
  const pools = policy.pools.map((spec) => {
    const poolSettings = {spec, priorities, enabled, timeoutMs, onStoreError, instances};
    const poolEvents = {onChange: (change: ConcurrencyChange) => report.queueChanged(change), ...SILENT};
    return new PoolGate(spec, new ConcurrencyLimiter(poolSettings, poolEvents, store));
  });
  const control =
    policy.adaptive.length === 0 && policy.degradation === undefined
      ? undefined
      : new ControlLoop({
          ...{policy, load, call},
          onChange: (news) => {
            report.controlChanged(news);
            applyShares();
          },
        });
  const breakers = new RequestBreakers({
    policy,
    store: {...store, timeoutMs, onLost: () => undefined},
    onChange: (change) => report.breakerChanged(change),
  });
  const behaviour =
    policy.behaviour.length === 0
      ? undefined
      : new BehaviourBook({
          ...{specs: policy.behaviour, call, now: () => limiter.now()},
          onChange: () => limiter.adjust({}),
        });

  const applyShares = (): void => {
    if (control === undefined) return;
    limiter.adjust({shares: control.limitShares()});
    for (const {spec, pool} of pools) pool.setMax(scaledMax(spec.max, control.shareOfPool(spec.name)));
  };
  limiter.adjust({
    tierOf: behaviour?.tierOf,
    onDecided:
      behaviour &&
      ((check, {answer, source}) => {
        // A fixed answer says nothing of how a key behaves.
        if (source !== 'open' && source !== 'closed') behaviour.observe(check, answer);
      }),
  });

  if (enabled) {
    await background.start();
    await Promise.all([control?.start(), breakers.start(), ...pools.map(({pool}) => pool.start())]);
    behaviour?.start();
    applyShares();
  }
  const tally = new RequestTally();
  report.start({limiter, requests: tally, pools, control, breakers, load});
  return new Protection({
    ...{limiter, control, pools, tally, report},
    breakers: breakers.isEmpty ? undefined : breakers,
    rankOf: priorities.length === 0 ? undefined : prioritiesOf(policy),
    shadow: options.mode === 'shadow',
    isExempt: settings.isExempt,
    clock: settings.clock,
    close: async () => {
      report.close();
      await Promise.all(pools.map(({pool}) => pool.close()));
      await Promise.all([control?.close(), breakers.close(), behaviour?.close()]);
      await limiter.close();
      await background.close();
      await shared.close();
    },
  });
};
