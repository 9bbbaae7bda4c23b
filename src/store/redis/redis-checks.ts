import {BucketKind} from '../../engine/bucket-code.ts';
import type {Check, CheckAnswer, Layer, LayerVerdict, RowAddress} from '../../engine/live/check.ts';
import {denierOf} from '../../engine/live/check.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {Kind} from '../../engine/verdict.ts';
import {StoreError} from '../store-error.ts';
import {Foreign, failedOf, isDecided, type Outcome, undecidedError} from './check-outcome.ts';
import {keySlot} from './key-slot.ts';
import {RELEASE_LUA} from './lua/release.lua.ts';
import type {RedisConnection} from './redis-connection.ts';
import {Again, type Answered, type Ask, Charge, decodeAnswer, RequestCodec} from './request-codec.ts';
import type {RowKeys} from './row-key.ts';
import {headOf} from './row-value.ts';
import {COMPLEX, type Script, ScriptLibrary, scriptOf} from './script-library.ts';
import type {ServerClock} from './server-clock.ts';

/** Checks in one call of a script: a server does nothing else meanwhile. */
const CHECKS_PER_CALL = 128;
/** How often more than there are checks a call is repeated because its calendar windows were not those of the server's clock. */
const EDGE_ATTEMPTS = 8;

export interface RedisChecksOptions {
  readonly connection: RedisConnection;
  readonly keys: RowKeys;
  readonly clock: ServerClock;
  /** µs. */
  readonly slack: number;
  readonly topology: 'single' | 'sentinel' | 'cluster';
}

/**
 * Decides checks by scripts inside the server, with the server's clock: one call for all of them on one server.
 *
 * In a Cluster there is one call per slot, and keys with the same text are in the same slot. A check whose layers are in
 * several slots takes two steps: all are asked, and when none denies, all are charged. When in between another request took
 * what was left, the check is refused; what its other layers were charged stays charged. So a limit is never exceeded, and
 * under contention a little of it may be lost.
 */
export class RedisChecks {
  readonly #options: RedisChecksOptions;
  readonly #codec = new RequestCodec();
  readonly #scripts = new ScriptLibrary();
  /** Features whose script the server knows, unless it forgot. */
  readonly #loaded = new Set<number>();
  readonly #release: Script = scriptOf(RELEASE_LUA);

  constructor(options: RedisChecksOptions) {
    this.#options = options;
  }

  check(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    const {topology} = this.#options;
    if (topology === 'cluster' || checks.length > CHECKS_PER_CALL || checks.some(hasNoLayers))
      return this.#checkApart(checks);
    // What nearly all checks are: one call for all, decided in one go.
    const asks = checks.map(askOf);
    return this.#send(asks, 0, (answers) => {
      if (answers.every(isAnswer)) return answers;
      return this.#finish(asks, answers).then((outcomes) => this.#decided(outcomes));
    });
  }

  async #checkApart(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    const {clock, topology} = this.#options;
    const asked = checks.filter((check) => !hasNoLayers(check));
    const answered =
      topology === 'cluster' ? await this.#bySlot(asked) : await this.#decide(asked.map(askOf));
    let next = 0;
    return this.#decided(
      checks.map((check) => (hasNoLayers(check) ? {now: clock.estimate(), verdicts: []} : answered[next++]!)),
    );
  }

  #decided(outcomes: readonly Outcome[]): readonly CheckAnswer[] {
    if (outcomes.every(isDecided)) return outcomes;
    const {connection, keys} = this.#options;
    throw undecidedError(outcomes, keys, connection.url);
  }

  async release(address: RowAddress, fencingToken: number, count: number): Promise<boolean> {
    const {connection, keys, clock} = this.#options;
    const now = clock.given === undefined ? '' : String(clock.given());
    const name = keys.nameOf(address);
    const args = [headOf(address.shape), String(fencingToken), String(count), now];
    return Number(await connection.evaluate(this.#release, [name], args)) === 1;
  }

  /** Decides what is on one server (in a Cluster: in one slot), in as few calls as there may be. */
  async #decide(asks: readonly Ask[]): Promise<(CheckAnswer | Foreign)[]> {
    if (asks.length <= CHECKS_PER_CALL) return this.#call(asks);
    const parts: Ask[][] = [];
    for (let from = 0; from < asks.length; from += CHECKS_PER_CALL)
      parts.push(asks.slice(from, from + CHECKS_PER_CALL));
    // Calls of which one may have to be repeated wait for one another: checks are decided in their order.
    const features = featuresOf(asks);
    const answers: (CheckAnswer | Foreign)[] = [];
    if (!this.#loaded.has(features) || (features & (1 << BucketKind.calendarWindow)) !== 0)
      for (const part of parts) answers.push(...(await this.#call(part, features)));
    else answers.push(...(await Promise.all(parts.map((part) => this.#call(part, features)))).flat());
    return answers;
  }

  /** `features`: more that the script shall know. */
  async #call(asks: readonly Ask[], features = 0): Promise<(CheckAnswer | Foreign)[]> {
    if (asks.length === 0) return [];
    return this.#finish(asks, await this.#send(asks, features, asTheyAre), features);
  }

  /** Asks once more what could not be decided because of its calendar windows. */
  async #finish(
    asks: readonly Ask[],
    answers: readonly Answered[],
    features = 0,
  ): Promise<(CheckAnswer | Foreign)[]> {
    const all = [...answers];
    for (let attempt = 0; all.some((answer) => answer instanceof Again); attempt++) {
      if (attempt === EDGE_ATTEMPTS + asks.length) throw this.#noEdges();
      const places = [...all.keys()].filter((i) => all[i] instanceof Again);
      const open = places.map((i) => ({...asks[i]!, around: (all[i] as Again).around}));
      const next = await this.#send(open, features, asTheyAre);
      for (const [n, i] of places.entries()) all[i] = next[n]!;
    }
    return all as (CheckAnswer | Foreign)[];
  }

  #send<T>(
    asks: readonly Ask[],
    more: number,
    use: (answers: readonly Answered[]) => T | Promise<T>,
  ): Promise<T> {
    const {connection, keys, clock, slack} = this.#options;
    const now = clock.given?.();
    const request = this.#codec.encode(asks, {slack, now, estimate: clock.estimate()});
    const features = request.features | more;
    const names: string[] = [];
    for (const {check} of asks) for (const {address} of check.layers) names.push(keys.nameOf(address));
    return connection.ask(this.#scripts.forFeatures(features), names, request.bytes, (reply) => {
      this.#loaded.add(features);
      clock.learn(reply.readDoubleLE(0));
      return use(decodeAnswer(reply, asks));
    });
  }

  /** Checks in one slot go together; those of several each by itself. When a primary is down, the others still decide. */
  async #bySlot(checks: readonly Check[]): Promise<Outcome[]> {
    const {keys} = this.#options;
    const answers: Outcome[] = [];
    const together = new Map<number, number[]>();
    const calls: Promise<void>[] = [];
    for (const [i, check] of checks.entries()) {
      const groups = new Map<number, number[]>();
      check.layers.forEach(({address}, layer) => {
        const slot = keySlot(keys.nameOf(address));
        groups.set(slot, [...(groups.get(slot) ?? []), layer]);
      });
      const [slot] = groups.keys();
      if (groups.size === 1) {
        together.set(slot!, [...(together.get(slot!) ?? []), i]);
        continue;
      }
      const decided = this.#acrossSlots(check, [...groups.values()]);
      calls.push(
        decided.catch(failedOf).then((answer) => {
          answers[i] = answer;
        }),
      );
    }
    for (const places of together.values()) {
      const asks = places.map((i) => askOf(checks[i]!));
      calls.push(
        this.#decide(asks)
          .catch((error: unknown) => asks.map(() => failedOf(error)))
          .then((decided) => {
            for (const [n, i] of places.entries()) answers[i] = decided[n]!;
          }),
      );
    }
    await Promise.all(calls);
    return answers;
  }

  async #acrossSlots(check: Check, groups: readonly (readonly number[])[]): Promise<CheckAnswer | Foreign> {
    if (check.charge === 'always') return this.#step(check, groups, Charge[check.charge]);
    const asked = await this.#step(check, groups, Charge.ask);
    if (asked instanceof Foreign) return asked;
    const denier = denierOf(check, asked.verdicts);
    if (denier < 0) return this.#step(check, groups, Charge['all-or-nothing']);
    if (!check.layers[denier]!.buckets.buckets.some(({spec}) => keepsRefusals(spec))) return asked;
    const kept = await this.#step(check, [[denier]], Charge.refusals);
    if (kept instanceof Foreign) return kept;
    const verdict = kept.verdicts[denier]!;
    if (verdict.kind === Kind.allow) return asked;
    return {now: asked.now, verdicts: asked.verdicts.map((said, i) => (i === denier ? verdict : said))};
  }

  /** One call per group of layers; the verdicts of the others are left out. */
  async #step(
    {layers, hold}: Check,
    groups: readonly (readonly number[])[],
    charge: Charge,
  ): Promise<CheckAnswer | Foreign> {
    const answers = await Promise.all(
      groups.map((group) =>
        this.#call([{check: {layers: group.map((i): Layer => layers[i]!), hold}, charge}]),
      ),
    );
    const verdicts: LayerVerdict[] = [];
    let now = 0;
    for (const [g, [answer]] of answers.entries()) {
      if (answer instanceof Foreign) return answer;
      now = Math.max(now, answer!.now);
      groups[g]!.forEach((layer, i) => {
        verdicts[layer] = answer!.verdicts[i]!;
      });
    }
    return {now, verdicts};
  }

  #noEdges(): StoreError {
    return new StoreError('the clock of the server jumps', {
      kind: 'server',
      url: this.#options.connection.url,
      hint: 'check the clock of the server: TIME',
    });
  }
}

const hasNoLayers = ({layers}: Check): boolean => layers.length === 0;

const asTheyAre = (answers: readonly Answered[]): readonly Answered[] => answers;

const askOf = (check: Check): Ask => ({check, charge: Charge[check.charge]});

const isAnswer = (answer: Answered): answer is CheckAnswer =>
  !(answer instanceof Foreign || answer instanceof Again);

/** A script that can do all of it. */
const featuresOf = (asks: readonly Ask[]): number => {
  let features = COMPLEX;
  for (const {check} of asks)
    for (const {buckets} of check.layers) for (const {code} of buckets.buckets) features |= 1 << code.kind;
  return features;
};

/** Whether a refusal leaves something behind. */
const keepsRefusals = (spec: AlgorithmSpec): boolean =>
  (spec.kind === 'fixed-window' && spec.countDenied) ||
  (spec.kind === 'token-bucket' && (spec.initial < spec.burst || spec.refill.kind === 'smoothed'));
