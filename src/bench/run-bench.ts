import {availableParallelism, release} from 'node:os';
import {RatectlError} from '../base/ratectl-error.ts';
import {RequestRouter} from '../engine/live/request-router.ts';
import {parsePolicy} from '../policy/load-policy.ts';
import type {
  BenchAccuracy,
  BenchMachine,
  BenchReport,
  BenchSettings,
  BenchSweepStep,
} from '../view/model/bench-report.ts';
import {accuracyShare, judgeAccuracy} from './accuracy.ts';
import type {BenchedStore, BenchHooks, BenchOptions} from './bench-options.ts';
import {ACCURACY, ACCURACY_BUDGET, ACCURACY_OFFERED} from './built-in-policy.ts';
import {judgedLatency, type MeasuredRun} from './figures.ts';
import {findKnee, type StepVerdict} from './knee-search.ts';
import type {Loop} from './load-plan.ts';
import {listenToMachine} from './machine-noise.ts';
import {type OpenedPlace, openPlace, type RunPlan} from './measure-store.ts';
import {benchReport, type MeasuredStore} from './report-of-bench.ts';
import {requestAttributes} from './request-attributes.ts';
import {settingsOf} from './settings-of-bench.ts';
import {storeNames} from './store-names.ts';
import {sweepOf, verdictOf} from './sweep-verdict.ts';

/** Steps of the series at most. */
const MOST_STEPS = 120;
const SECOND = 1_000_000;
/** Requests under way in a process, when nobody says how many may be: enough for a second's stall at a high rate. */
export const MOST_UNDER_WAY = 4_096;
const SWEEP = {precision: 0.05, steps: 24, most: 5_000_000};
/** Processes that share the key whose accuracy is judged, unless there are more. */
const ACCURACY_PROCESSES = 4;

/** Measures the stores, one after the other. Rejects with a RatectlError; an abort of the signal ends it with what there is. */
export const runBench = async (options: BenchOptions, hooks: BenchHooks): Promise<BenchReport> => {
  checkPolicy(options);
  const bench = new Bench(options, hooks, machineOf(await listenToMachine()));
  return bench.run();
};

/** Refuses a policy that lets the requests pass unseen: nothing would be measured. */
const checkPolicy = ({policy, attributes, policyFile}: BenchOptions): void => {
  const loaded = parsePolicy(policy.source, policy.file).policy;
  const request = requestAttributes(loaded, attributes)(1);
  const check = new RequestRouter(loaded).route(request, {
    cost: 1,
    hold: Number.POSITIVE_INFINITY,
    now: Date.now() * 1_000,
  });
  if (check.layers.length > 0) return;
  throw new RatectlError(
    `no limit of ${policyFile ?? 'the policy'} applies to the requests of the benchmark`,
    {
      code: 'bench/no-limit',
      hint: `they have ${Object.keys(request).join(', ')}; --attribute NAME=VALUE gives them what "when" and tiers ask for`,
    },
  );
};

const machineOf = ({p99, max}: {readonly p99: number; readonly max: number}): BenchMachine => ({
  node: process.versions.node,
  platform: `${process.platform} ${process.arch} ${release()}`,
  cpus: availableParallelism(),
  pauseP99Us: p99,
  pauseMaxUs: max,
});

class Bench {
  readonly #options: BenchOptions;
  readonly #hooks: BenchHooks;
  readonly #machine: BenchMachine;
  readonly #settings: BenchSettings;
  readonly #stores: MeasuredStore[] = [];

  constructor(options: BenchOptions, hooks: BenchHooks, machine: BenchMachine) {
    this.#options = options;
    this.#hooks = hooks;
    this.#machine = machine;
    this.#settings = settingsOf(options);
  }

  async run(): Promise<BenchReport> {
    const names = storeNames(this.#options.stores.map(({target}) => target.kind));
    for (const [i, store] of this.#options.stores.entries()) {
      if (this.#hooks.signal.aborted) break;
      await this.#store(store, names[i]!);
    }
    return this.#report();
  }

  #report(): BenchReport {
    return benchReport(this.#settings, this.#machine, this.#stores, this.#hooks.signal.aborted);
  }

  async #store(store: BenchedStore, name: string): Promise<void> {
    const {load, timeoutMs, accuracy} = this.#options;
    const place = await openPlace(store, timeoutMs, {
      ...this.#hooks,
      onPlace: (line) => this.#hooks.onPlace(`${store.url}: ${line}`),
      onWarning: (text) => this.#hooks.onWarning(`${store.url}: ${text}`),
    });
    const at =
      this.#stores.push({
        ...place.facts,
        name,
        url: store.url,
        loop: load.kind === 'closed' ? 'closed' : 'open',
        runs: [],
        sweep: null,
        accuracy: null,
      }) - 1;
    const learn = (more: Partial<MeasuredStore>): void => {
      this.#stores[at] = {...this.#stores[at]!, ...more};
      this.#hooks.onResult(this.#report());
    };
    try {
      if (load.kind === 'sweep') await this.#sweep(place, name, load, learn);
      else await this.#runs(place, name, load, learn);
      if (accuracy && !this.#hooks.signal.aborted)
        learn({accuracy: await this.#accuracy(place, name, store.target.kind === 'memory')});
    } finally {
      await place.remove();
    }
  }

  async #runs(
    place: OpenedPlace,
    name: string,
    load: Exclude<BenchOptions['load'], {kind: 'sweep'}>,
    learn: (more: Partial<MeasuredStore>) => void,
  ): Promise<void> {
    const {runs: count, connections} = this.#options;
    const loop: Loop =
      load.kind === 'closed' ? {kind: 'closed', callers: connections} : {...load, mostUnderWay: connections};
    const runs: MeasuredRun[] = [];
    for (let i = 1; i <= count && !this.#hooks.signal.aborted; i++) {
      runs.push(await this.#measure(place, name, count === 1 ? '' : `run ${i} of ${count}`, {loop}));
      learn({runs: [...runs]});
    }
  }

  async #sweep(
    place: OpenedPlace,
    name: string,
    {from, arrivals, p99}: Extract<BenchOptions['load'], {kind: 'sweep'}>,
    learn: (more: Partial<MeasuredStore>) => void,
  ): Promise<void> {
    const {connections, processes} = this.#options;
    const steps: BenchSweepStep[] = [];
    let best: MeasuredRun | undefined;
    const measure = async (rate: number): Promise<StepVerdict | undefined> => {
      if (this.#hooks.signal.aborted) return undefined;
      const loop: Loop = {kind: 'open', rate, arrivals, mostUnderWay: connections};
      const measured = await this.#measure(place, name, `${rate.toLocaleString('en-US')}/s`, {loop});
      if (this.#hooks.signal.aborted) return undefined;
      const verdict = verdictOf(measured, p99);
      if (verdict === 'holds') best = measured;
      const {decisionsPerSecond, clientCpu} = measured.run;
      const {p50Us, p99Us} = judgedLatency(measured.run);
      const latenessP99Us = measured.run.lateness?.p99Us ?? 0;
      steps.push({ratePerSecond: rate, verdict, decisionsPerSecond, p50Us, p99Us, latenessP99Us, clientCpu});
      learn({sweep: sweepOf(steps, null, processes), runs: best === undefined ? [] : [best]});
      return verdict;
    };
    const knee = await findKnee({from, ...SWEEP, measure});
    learn({sweep: sweepOf(steps, knee.rate ?? null, processes)});
  }

  /** Several processes ask for three times what one key may have, and every decision is judged. */
  async #accuracy(place: OpenedPlace, name: string, isAlone: boolean): Promise<BenchAccuracy | null> {
    const processes = isAlone ? 1 : Math.max(ACCURACY_PROCESSES, this.#options.processes);
    const loop: Loop = {
      kind: 'open',
      rate: ACCURACY_OFFERED,
      arrivals: 'poisson',
      mostUnderWay: MOST_UNDER_WAY,
    };
    const {result} = await this.#measure(place, name, 'accuracy', {
      loop,
      processes,
      policy: ACCURACY,
      attributes: {},
      keys: 1,
      distribution: 'hot',
      warmup: 0,
      pacing: 'timer',
      keepDecisions: true,
    });
    if (result.decisions === undefined || result.decisions.now.length === 0) return null;
    const judged = judgeAccuracy(result.decisions, ACCURACY_BUDGET);
    return {
      processes,
      ratePerSecond: ACCURACY_BUDGET.rate,
      burst: ACCURACY_BUDGET.burst,
      offeredPerSecond: ACCURACY_OFFERED,
      ...judged,
      accuracy: accuracyShare(judged),
      falsePositiveRate: judged.falsePositives / judged.requests,
    };
  }

  async #measure(
    place: OpenedPlace,
    store: string,
    what: string,
    more: Pick<RunPlan, 'loop'> & Partial<RunPlan>,
  ): Promise<MeasuredRun> {
    const {policy, attributes, keys, distribution, seed, warmup, duration, timeoutMs, processes} =
      this.#options;
    const step = stepOf(duration);
    const plan: RunPlan = {
      ...{policy, attributes, keys, distribution, seed, warmup, duration, timeoutMs, processes, step},
      pacing: this.#settings.pacing,
      keepDecisions: false,
      ...more,
    };
    const began = performance.now();
    const whole = (plan.warmup + plan.duration) / 1_000;
    const tell = (answers: number): void =>
      this.#hooks.onProgress({store, what, answers, share: Math.min(1, (performance.now() - began) / whole)});
    tell(0);
    return place.run(plan, tell);
  }
}

/** A second, or so much more that the series stays short. */
const stepOf = (duration: number): number =>
  Math.max(SECOND, Math.ceil(duration / SECOND / MOST_STEPS) * SECOND);
