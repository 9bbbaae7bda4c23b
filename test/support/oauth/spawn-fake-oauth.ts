import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {FakeOAuthChange} from './admin.ts';
import type {TokenRequestEntry} from './journal.ts';
import type {IssuedPair} from './token-book.ts';

const SERVER = new URL('./server.ts', import.meta.url).pathname;

/** A fake provider in a process of its own, which outlives the clients that a test kills. */
export class SpawnedFakeOAuth {
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#child = child;
  }

  /** `args` as server.ts takes them. */
  static async start(args: readonly string[] = []): Promise<SpawnedFakeOAuth> {
    const child = spawn(process.execPath, [SERVER, ...args], {stdio: ['ignore', 'pipe', 'inherit']});
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new SpawnedFakeOAuth(Number(line), child);
  }

  get tokenUrl(): string {
    return `${this.origin}/token`;
  }

  async change(change: FakeOAuthChange): Promise<void> {
    await this.#ask('/admin', JSON.stringify(change));
  }

  async begin(): Promise<IssuedPair> {
    return (await this.#ask('/admin/begin', '')) as IssuedPair;
  }

  async revokeAll(): Promise<void> {
    await this.#ask('/admin/revoke', '');
  }

  async requests(): Promise<readonly TokenRequestEntry[]> {
    const answer = (await this.#ask('/admin', undefined)) as {requests: readonly TokenRequestEntry[]};
    return answer.requests;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #ask(path: string, body: string | undefined): Promise<unknown> {
    const answer = await fetch(`${this.origin}${path}`, body === undefined ? {} : {method: 'POST', body});
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }
}
