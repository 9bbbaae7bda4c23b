import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {installToken} from '../../../src/engine/refresh/refresh-transitions.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {AUDIT_JOURNAL, readAuditEntry} from '../../../src/store/audit-entry.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {isStoreError} from '../../../src/store/store-error.ts';
import {refreshParts} from '../../../src/token/refresh-parts.ts';
import {tellAttempts} from '../../../src/token/tell-attempts.ts';
import {sealToken} from '../../../src/token/token-material.ts';
import {createVault} from '../../../src/token/vault/create-vault.ts';
import {generateKey, parseKeyRing} from '../../../src/token/vault/key-ring.ts';
import type {TokenRequestEntry} from '../../support/oauth/journal.ts';
import {SpawnedFakeOAuth} from '../../support/oauth/spawn-fake-oauth.ts';
import {LEASE_MS, PROVIDER, refreshPolicy, type WorkerOptions} from './refresh-rules.ts';
import {spawnWorker} from './spawn-worker.ts';

export interface HarnessOptions {
  readonly store: string;
  readonly rotation: WorkerOptions['rotation'];
  /** Token managers; 0: operators alone. */
  readonly processes: number;
  /** Each: a while of work, then one or two processes are killed and started anew. */
  readonly rounds: number;
  readonly variant?: WorkerOptions['variant'];
  /** Called once, after a third of the rounds: restarts the store, say. */
  readonly during?: () => Promise<void>;
  /** Operators' commands at once, each third round; 0: none. */
  readonly storm?: number;
}

/** What happened, as the provider and the audit journal tell it. */
export interface HarnessReport {
  /** What the provider saw, by arrival. */
  readonly requests: readonly TokenRequestEntry[];
  /** Audit entries of attempts, each attempt once: `attempt 7 (due): refreshed, token 3 → 4`. */
  readonly notes: readonly string[];
  /** How often a person had to authorise anew. */
  readonly authorised: number;
  readonly killed: number;
  /** Kinds of answers of operators' commands. */
  readonly forced: readonly string[];
  readonly errors: string;
}

const SKEWS = [0, 60_000, -60_000, 30_000, -30_000, 1];

/** Runs processes that share a store and a token, kills them at random, and collects what can be known afterwards. */
export const harness = async (options: HarnessOptions): Promise<HarnessReport> => {
  const run = new HarnessRun(options);
  try {
    return await run.go();
  } finally {
    await run.clear();
  }
};

class HarnessRun {
  readonly #options: HarnessOptions;
  readonly #key = generateKey('harness');
  readonly #workers: (ChildProcess | undefined)[] = [];
  #provider!: SpawnedFakeOAuth;
  #store!: Store;
  #authorised = 0;
  #killed = 0;
  #errors = '';
  readonly #forced: string[] = [];

  constructor(options: HarnessOptions) {
    this.#options = options;
  }

  async go(): Promise<HarnessReport> {
    const {store, rotation, processes, rounds, storm = 0, during} = this.#options;
    this.#provider = await SpawnedFakeOAuth.start(['--rotation', rotation, '--expires-in', '1']);
    await this.#provider.change({
      always: [
        {share: 0.08, beforeMs: 2 * LEASE_MS},
        {share: 0.15, afterMs: LEASE_MS / 2},
        {share: 0.04, does: 'drop-after'},
        {share: 0.04, does: 'answer', answer: {status: 503}},
      ],
    });
    this.#store = await openStore(parseStoreUrl(store), {
      access: 'write',
      connection: 'reconnect',
      timeoutMs: 2_000,
    });
    await this.#authorise();
    for (let i = 0; i < processes; i++) this.#start(i);
    if (processes > 0) await this.#firstRefresh();
    for (let round = 0; round < rounds; round++) {
      await sleep(150 + 450 * Math.random());
      if (round === Math.floor(rounds / 3)) await during?.();
      if (storm > 0 && round % 3 === 2) await this.#storm(storm);
      for (let n = 1 + Math.floor(2 * Math.random()); n > 0 && processes > 0; n--) this.#restart();
      await this.#patiently(() => this.#authoriseAnew());
    }
    return this.#report();
  }

  /** On a busy machine processes take their time to start. */
  async #firstRefresh(): Promise<void> {
    const until = Date.now() + 90_000;
    while ((await this.#provider.requests()).length === 0 && Date.now() < until) await sleep(50);
  }

  async clear(): Promise<void> {
    for (const worker of this.#workers) worker?.kill('SIGKILL');
    await this.#store?.close();
    await this.#provider?.stop();
  }

  #parts() {
    const {rotation} = this.#options;
    const policy = refreshPolicy(this.#provider.tokenUrl, rotation);
    const loaded = parsePolicy(JSON.stringify(policy), 'policy.json');
    return refreshParts(loaded.policy.tokens[0]!, {
      store: this.#store,
      vault: createVault(parseKeyRing(this.#key, 'harness')),
      env: {},
      policyFile: 'policy.json',
    });
  }

  /** What `ratectl token put` does, after a person's consent. */
  async #authorise(): Promise<void> {
    const {refreshToken = '', accessToken} = await this.#provider.begin();
    const {records, vault} = this.#parts();
    await records.change(({record, now}) => ({
      record: installToken(
        record,
        sealToken(
          {accessToken, refreshToken, obtainedAt: now, expiresAt: now, notBefore: 0, scopes: []},
          PROVIDER,
          vault,
        ),
      ),
      answer: undefined,
    }));
    this.#authorised++;
  }

  async #authoriseAnew(): Promise<void> {
    const {record} = await this.#parts().records.read();
    if (record.reauthorise !== undefined) await this.#authorise();
  }

  #start(i: number): void {
    const worker = this.#spawn('manage', SKEWS[i % SKEWS.length]!);
    this.#workers[i] = worker;
    worker.once('exit', () => {
      if (this.#workers[i] === worker) this.#workers[i] = undefined;
    });
  }

  #spawn(does: WorkerOptions['does'], skewMs: number): ChildProcess {
    const {store, rotation, variant = 'right'} = this.#options;
    const worker: WorkerOptions = {
      does,
      store,
      rotation,
      skewMs,
      variant,
      tokenUrl: this.#provider.tokenUrl,
    };
    const child = spawnWorker(worker, this.#key);
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    // A store that is being restarted cannot be opened: that worker is started again.
    child.once('close', () => {
      if (!said.includes('StoreError')) this.#errors += said;
    });
    return child;
  }

  #restart(): void {
    const i = Math.floor(Math.random() * this.#options.processes);
    const worker = this.#workers[i];
    if (worker?.kill('SIGKILL') === true) this.#killed++;
    this.#start(i);
  }

  async #storm(count: number): Promise<void> {
    const commands = Array.from({length: count}, () => {
      const child = this.#spawn('force', 0);
      child.stdin!.on('error', () => {});
      const lines: string[] = [];
      const said = createInterface(child.stdout!).on('line', (line) => lines.push(line));
      const closed = once(child, 'close');
      // A store that is being restarted cannot be opened: that command ends before.
      return {child, lines, closed, ready: Promise.race([once(said, 'line'), closed])};
    });
    await Promise.all(commands.map(({ready}) => ready));
    for (const {child} of commands) child.stdin!.write('go');
    await Promise.all(commands.map(({closed}) => closed));
    this.#forced.push(...commands.map(({lines}) => lines.slice(1).join(' ')));
  }

  async #report(): Promise<HarnessReport> {
    for (const worker of this.#workers) worker?.kill('SIGKILL');
    // Until the leases of those that died are over.
    await sleep(2 * LEASE_MS);
    const parts = this.#parts();
    await tellAttempts(parts, this.#store);
    const entries = await this.#store.latest(AUDIT_JOURNAL, 10_000);
    const byAttempt = new Map<string, string>();
    for (const entry of entries.toReversed()) {
      const note = readAuditEntry(entry)?.note ?? '';
      byAttempt.set(/^attempt (\d+)/.exec(note)?.[1] ?? note, note);
    }
    return {
      requests: await this.#provider.requests(),
      notes: [...byAttempt.values()],
      authorised: this.#authorised,
      killed: this.#killed,
      forced: this.#forced,
      errors: this.#errors,
    };
  }

  async #patiently(work: () => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isStoreError(error) || attempt > 50) throw error;
        await sleep(100);
      }
    }
  }
}
