import {Readable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {EVENT_JOURNAL, type StoredEvent} from '../../store/event-journal.ts';
import {listBreakers} from '../../store/stored-breaker.ts';
import {quietContext, refusal} from '../commands/quiet-context.ts';
import type {CliContext} from '../context.ts';
import {type DemoInstance, startInstance} from './demo-instance.ts';
import {DemoMails} from './demo-mails.ts';
import {DemoPayments} from './demo-payments.ts';
import type {DemoPlace} from './demo-place.ts';
import type {DemoProviders} from './demo-providers.ts';
import {requestsIn, TICKS_PER_SECOND} from './demo-traffic.ts';

const INSTANCES = 3;
const TICK_MS = 1_000 / TICKS_PER_SECOND;
/** Between two payments, mails and newsletters, in ticks. */
const PAYMENT = 2;
const MAIL = 8;
const NEWSLETTER = 150;
/** Ticks after which one instance is replaced by a new one, as by a deployment; those that work on mails stay. */
const RESTART = 400;

/** Usage is told twice a second, and a token may be refreshed again a second after it was. */
const SETTLING_MS = 1_500;
const LONGEST_WAIT_MS = 8_000;
const LONGEST_START_MS = 2_000;
const LOOK_MS = 100;

/** The service: three instances on one store, in the background of this process, until they are closed. */
export class DemoApplications {
  readonly #place: DemoPlace;
  readonly #instances: DemoInstance[];
  readonly #payments: DemoPayments;
  readonly #mails: DemoMails;
  readonly #stopping = new AbortController();
  readonly #startedAt = performance.now();
  readonly #done: Promise<void>;
  #replaced = 0;
  readonly #under = new Set<Promise<unknown>>();

  private constructor(
    place: DemoPlace,
    instances: DemoInstance[],
    {payments, mails}: {readonly payments: DemoPayments; readonly mails: DemoMails},
  ) {
    this.#place = place;
    this.#instances = instances;
    this.#payments = payments;
    this.#mails = mails;
    this.#done = this.#run();
  }

  /** The store of the place exists. */
  static async start(place: DemoPlace, providers: DemoProviders): Promise<DemoApplications> {
    await putFirstToken(place.context, providers.firstRefreshToken);
    const instances: DemoInstance[] = [];
    for (let i = 0; i < INSTANCES; i++) instances.push(await startInstance(place));
    const [spec] = place.policy.policy.breakers;
    const payments = new DemoPayments(instances, spec!, providers.paymentsUrl);
    const mails = await DemoMails.start(instances.at(-1)!, place.policy);
    return new DemoApplications(place, instances, {payments, mails});
  }

  /** Resolves when there is something to read in the journals, and after some seconds in any case. */
  begun(): Promise<void> {
    return this.#until(() => this.#hasHappened(['token-refreshed', 'breaker-opened']), LONGEST_START_MS);
  }

  /** Resolves when every part of `status` has something to show, and after some seconds in any case. */
  settled(): Promise<void> {
    const since = (): number => performance.now() - this.#startedAt;
    return this.#until(async () => since() >= SETTLING_MS && (await this.#showsAll()), LONGEST_WAIT_MS);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    await this.#mails.close();
    await Promise.all(this.#instances.map((instance) => instance.close()));
  }

  async #until(holds: () => Promise<boolean>, longestMs: number): Promise<void> {
    while (performance.now() - this.#startedAt < longestMs && !(await holds())) await sleep(LOOK_MS);
  }

  async #hasHappened(kinds: readonly string[]): Promise<boolean> {
    const [{store}] = this.#instances as [DemoInstance];
    const events = await store.latest(EVENT_JOURNAL, 20);
    const seen = new Set(events.map(({value}) => (value as StoredEvent).kind));
    return kinds.every((kind) => seen.has(kind));
  }

  async #showsAll(): Promise<boolean> {
    const [{store, tokens}] = this.#instances as [DemoInstance];
    const [breakers, queues] = await Promise.all([listBreakers(store), store.queues()]);
    const areFresh = await Promise.all(['crm', 'billing'].map((name) => tokens.token(name))).then(
      () => true,
      () => false,
    );
    return areFresh && breakers.some(({state}) => state.kind === 'open') && queues.some(({dead}) => dead > 0);
  }

  async #run(): Promise<void> {
    const {signal} = this.#stopping;
    for (let tick = 0; !signal.aborted; tick++) {
      this.#tick(tick);
      // One that cannot be replaced goes on as it is.
      if (tick % RESTART === RESTART - 1) await this.#replaceNext().catch(() => undefined);
      await sleep(TICK_MS, undefined, {signal}).catch(() => undefined);
    }
    await Promise.all(this.#under);
  }

  /** The new one begins first, and what the old one has begun is waited for. */
  async #replaceNext(): Promise<void> {
    const index = this.#replaced++ % (INSTANCES - 1);
    const old = this.#instances[index]!;
    this.#instances[index] = await startInstance(this.#place);
    await Promise.all(this.#under);
    await old.close();
  }

  #tick(tick: number): void {
    const {limiter} = this.#instances[tick % INSTANCES]!;
    const work: Promise<unknown>[] = requestsIn(tick).map((request) => limiter.check(request));
    if (tick % MAIL === 0) work.push(this.#mails.one());
    if (tick % NEWSLETTER === NEWSLETTER - 1) work.push(this.#mails.newsletter());
    if (tick % PAYMENT === 0) work.push(this.#payments.call());
    // The service goes on whatever happens to a request of it, and what is slow holds up nothing else.
    const settled: Promise<unknown> = Promise.allSettled(work).finally(() => this.#under.delete(settled));
    this.#under.add(settled);
  }
}

/** As an operator does it, with the command. */
const putFirstToken = async (context: CliContext, refreshToken: string): Promise<void> => {
  const {runProgram} = await import('../program.ts');
  const quiet = quietContext(context, 80);
  const typed = {...quiet, streams: {...quiet.streams, stdin: Readable.from([refreshToken])}};
  await runProgram(['token', 'put', 'crm', '--reason', 'authorised in the browser'], typed);
  if (typed.exitCode !== 0) throw refusal(quiet.written);
};
