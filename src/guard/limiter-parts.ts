import type {LiveOverride} from '../engine/live/live-override.ts';
import {RequestRouter} from '../engine/live/request-router.ts';
import type {Store} from '../store/port.ts';
import {StoreClock} from '../store/store-clock.ts';
import type {StoreError} from '../store/store-error.ts';
import {ChangeWatcher} from './change-watcher.ts';
import {CheckBatcher} from './check-batcher.ts';
import {decidedBeside} from './decided-beside.ts';
import {DenialCache} from './denial-cache.ts';
import {LimitCounts} from './limit-counts.ts';
import {leasesOf} from './limit-decision.ts';
import type {LimiterEvents} from './limiter-events.ts';
import {LimiterMetrics} from './limiter-metrics.ts';
import {LimiterReport} from './limiter-report.ts';
import type {LimiterSettings} from './limiter-settings.ts';
import {SlotReturns} from './slot-returns.ts';
import {StoreGuard} from './store-guard.ts';
import {StoreLoss} from './store-loss.ts';
import {Sweeper} from './sweeper.ts';
import {UsageRecorder} from './usage-recorder.ts';

/** What a limiter is made of. */
export interface LimiterParts {
  readonly settings: LimiterSettings;
  readonly router: RequestRouter;
  readonly clock: StoreClock;
  readonly guard: StoreGuard;
  readonly batcher: CheckBatcher;
  readonly watcher: ChangeWatcher;
  readonly sweeper: Sweeper;
  readonly slots: SlotReturns;
  readonly loss: StoreLoss;
  readonly report: LimiterReport;
  /** Undefined: switched off. */
  readonly cache: DenialCache | undefined;
  readonly usage: UsageRecorder | undefined;
  readonly metrics: LimiterMetrics | undefined;
}

/** Where a limiter's state is, and who closes it. */
export interface GivenStore {
  readonly open: () => Promise<Store>;
  readonly ownership: 'owned' | 'borrowed';
}

/** What a limiter does when its store is lost, is back, or has something new to tell. */
export interface StoreNews {
  readonly onLost: (error: StoreError) => void;
  readonly onBack: (store: Store, lostForMs: number) => void;
  readonly onNews: (overrides: readonly LiveOverride[], news: 'learned' | 'changed') => void;
}

/** Makes the parts and tells them of each other. Nothing begins. */
export const limiterParts = (
  settings: LimiterSettings,
  events: LimiterEvents,
  store: GivenStore,
  {onLost, onBack, onNews}: StoreNews,
): LimiterParts => {
  const {policy, timeoutMs, onStoreError, instances} = settings;
  const clock = new StoreClock(settings.clock, Date.now() * 1_000);
  const now = (): number => clock.now();
  const metrics = settings.metrics ? new LimiterMetrics(policy) : undefined;
  const onError = (kind: string): void => metrics?.storeError(kind);
  const guard = new StoreGuard({...store, timeoutMs, onLost, onBack, onError});
  const slots = new SlotReturns(guard);
  const [told, untold] = [new LimitCounts(policy.limits.length), new LimitCounts(policy.limits.length)];
  const usage = settings.usage
    ? new UsageRecorder(policy, told, (delta) => guard.call((opened) => opened.record(delta)))
    : undefined;
  return {
    settings,
    router: new RequestRouter(policy),
    clock,
    guard,
    batcher: batcherOf(guard, slots, settings),
    watcher: new ChangeWatcher({guard, clock: settings.clock, onNews}),
    sweeper: new Sweeper({guard, now}),
    slots,
    loss: new StoreLoss(onStoreError, instances, now),
    report: new LimiterReport({metrics, usage, events, told, untold}),
    cache: settings.cache ? new DenialCache(settings.clock) : undefined,
    usage,
    metrics,
  };
};

const batcherOf = (guard: StoreGuard, slots: SlotReturns, {clock}: LimiterSettings): CheckBatcher =>
  new CheckBatcher(
    (checks) =>
      guard.decide(
        (opened) => opened.check(checks),
        (late) => void slots.giveBack(checks.flatMap((check, i) => leasesOf(check, late[i]!))),
      ),
    clock,
    decidedBeside,
  );
