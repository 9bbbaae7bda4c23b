import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {createConnection} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {freePort} from './free-port.ts';
import {ensureBinary, REDIS} from './install.ts';

export interface RedisServerOptions {
  /** Further arguments of `redis-server`, e.g. `['--requirepass', 'x']`. */
  readonly args?: readonly string[];
  readonly port?: number;
  /** Kept when it is given. */
  readonly dir?: string;
  /** As a Sentinel, with this configuration file. */
  readonly sentinel?: string;
}

/** Longer than a busy machine needs. */
const STARTED_WITHIN_MS = 60_000;

/** A private server of a test: own port, own temporary folder, keeps nothing on disk unless asked. Stop it at the end. */
export class RedisServer {
  readonly port: number;
  readonly dir: string;
  readonly #options: RedisServerOptions;
  #process: ChildProcess | undefined;

  constructor(port: number, dir: string, options: RedisServerOptions) {
    this.port = port;
    this.dir = dir;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const {args = [], sentinel} = this.#options;
    const common = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.dir,
      '--loglevel',
      'warning',
    ];
    const server = spawn(
      ensureBinary(REDIS),
      sentinel === undefined
        ? [...common, '--save', '', '--appendonly', 'no', ...args]
        : [sentinel, '--sentinel', ...args],
      {stdio: ['ignore', 'pipe', 'pipe']},
    );
    this.#process = server;
    let said = '';
    for (const stream of [server.stdout, server.stderr])
      stream?.on('data', (chunk) => {
        said = (said + String(chunk)).slice(-4_000);
      });
    // Nobody waits for it: a test that forgets to stop it, or dies, does not leave it behind.
    const kill = (): boolean => server.kill('SIGKILL');
    process.once('exit', kill);
    server.once('exit', () => process.removeListener('exit', kill));
    const end = Date.now() + STARTED_WITHIN_MS;
    while (!(await accepts(this.port))) {
      if (server.exitCode !== null || Date.now() > end)
        throw new Error(`redis-server did not start: ${said}`);
      await sleep(20);
    }
  }

  /** `SIGTERM` lets it end in order, `SIGKILL` is a crash. */
  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }

  async stop(): Promise<void> {
    await this.#end('SIGKILL');
    if (this.#options.dir === undefined) rmSync(this.dir, {recursive: true, force: true});
  }

  /** A crash: what is on disk stays, the port is free. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.start();
  }

  /** Hangs, or goes on: connections stay open and are not answered. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({port, host: '127.0.0.1'});
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Starts a server and waits until it answers. */
export const startRedis = async (options: RedisServerOptions = {}): Promise<RedisServer> => {
  const port = options.port ?? (await freePort());
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'ratectl-redis-'));
  const server = new RedisServer(port, dir, options);
  await server.start();
  return server;
};
