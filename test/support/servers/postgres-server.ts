import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import type {Certificates} from './certificates.ts';
import {freePort} from './free-port.ts';
import {ensureBinary, POSTGRES} from './install.ts';

/** Longer than a busy machine needs. */
const STARTED_WITHIN_MS = 60_000;

export interface PostgresOptions {
  /** Settings, such as `max_connections=20`. */
  readonly settings?: readonly string[];
  /** Data folder to go on with; default: a new one, removed at the end. */
  readonly dir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** `off` (the default): fast, and a crash of the machine may lose all. `on` is what production has. */
  readonly durability?: 'on' | 'off';
  /** Lines of `pg_hba.conf` before the last, which trusts everybody on this machine. */
  readonly access?: readonly string[];
  /** Speaks TLS with this certificate. */
  readonly tls?: Pick<Certificates, 'cert' | 'key'>;
}

export interface PostgresServer {
  readonly port: number;
  readonly dir: string;
  /** Of the superuser `ratectl`, without a password; `postgres://ratectl@127.0.0.1:PORT/postgres`. */
  readonly url: string;
  /** The same with another role, password, database or parameters. */
  urlOf(parts: {
    readonly user?: string;
    readonly password?: string;
    readonly database?: string;
    readonly query?: string;
  }): string;
  /** Runs statements as the superuser. */
  sql(text: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends it at once, as a shut-down in a hurry does; the data stay. */
  halt(): Promise<void>;
  /** Ends it as a crash does; the data stay. */
  kill(): Promise<void>;
  /** Starts it again on its port and data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A private Postgres for tests: own data folder, own port, TCP on this machine only. */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  const bin = dirname(ensureBinary(POSTGRES));
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'ratectl-pg-'));
  const port = options.port ?? (await freePort());
  const user = unprivileged();
  if (!existsSync(join(dir, 'PG_VERSION'))) {
    chmodSync(dir, 0o700);
    if (user !== undefined) execFileSync('chown', ['-R', user, dir]);
    const made = ['-D', dir, '-U', 'ratectl', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
    execFileSync(...asUser(user, join(bin, 'initdb'), made), {stdio: 'pipe', cwd: tmpdir()});
    writeFileSync(
      join(dir, 'pg_hba.conf'),
      [...(options.access ?? []), 'local all all trust', 'host all all 127.0.0.1/32 trust', ''].join('\n'),
    );
  }
  const tls = options.tls === undefined ? [] : ['ssl=on', 'ssl_cert_file=tls.crt', 'ssl_key_file=tls.key'];
  if (options.tls !== undefined) {
    const files = {[options.tls.cert]: 'tls.crt', [options.tls.key]: 'tls.key'};
    for (const [from, to] of Object.entries(files)) {
      copyFileSync(from, join(dir, to));
      chmodSync(join(dir, to), 0o600);
      if (user !== undefined) execFileSync('chown', [user, join(dir, to)]);
    }
  }
  const durable = options.durability === 'on';
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${dir}`,
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
    'shared_buffers=64MB',
    ...tls,
    ...(options.settings ?? []),
  ].flatMap((setting) => ['-c', setting]);
  let child: ChildProcess | undefined;
  const urlOf: PostgresServer['urlOf'] = ({
    user: role = 'ratectl',
    password,
    database = 'postgres',
    query,
  }) => {
    const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
    return `postgres://${encodeURIComponent(role)}${secret}@127.0.0.1:${port}/${database}${query === undefined ? '' : `?${query}`}`;
  };
  const url = urlOf({});

  const start = async (): Promise<void> => {
    const [command, args] = asUser(user, join(bin, 'postgres'), ['-D', dir, '-p', String(port), ...settings]);
    const started = spawn(command, args, {stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir()});
    let log = '';
    started.stderr?.on('data', (data) => {
      log = (log + data).slice(-4_000);
    });
    child = started;
    const end = Date.now() + STARTED_WITHIN_MS;
    for (;;) {
      if (started.exitCode !== null) throw new Error(`postgres did not start: ${log}`);
      const client = new pg.Client({connectionString: url});
      client.on('error', () => {});
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (Date.now() > end) throw new Error(`postgres does not answer: ${log}`, {cause: error});
        await sleep(25);
      }
    }
  };
  const end = async (signal: 'SIGQUIT' | 'SIGINT' | 'SIGKILL'): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await gone;
  };
  process.once('exit', () => child?.kill('SIGQUIT'));
  try {
    await start();
  } catch (error) {
    await end('SIGQUIT');
    if (options.dir === undefined) rmSync(dir, {recursive: true, force: true});
    throw error;
  }
  return {
    port,
    dir,
    url,
    urlOf,
    sql: (text, database) => runSql(urlOf(database === undefined ? {} : {database}), text),
    halt: () => end('SIGINT'),
    // The postmaster takes its children with it: SIGQUIT is what a crash looks like to the data.
    kill: () => end('SIGQUIT'),
    start,
    stop: async () => {
      await end('SIGQUIT');
      rmSync(dir, {recursive: true, force: true});
    },
  };
};

/** Runs statements on a server; rows of the last one. */
export const runSql = async (url: string, text: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  try {
    const result = await client.query(text);
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  } finally {
    await client.end();
  }
};

/** Postgres refuses to run as root. */
export const unprivileged = (): string | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const users = execFileSync('getent', ['passwd'], {encoding: 'utf8'});
  return users.includes('\npostgres:') ? 'postgres' : 'nobody';
};

/** A command as another user, replaced by it: signals reach the command itself. */
export const asUser = (
  user: string | undefined,
  command: string,
  args: readonly string[],
): [string, string[]] =>
  user === undefined
    ? [command, [...args]]
    : [
        'setpriv',
        [
          '--reuid',
          user,
          '--regid',
          user === 'nobody' ? 'nogroup' : user,
          '--clear-groups',
          command,
          ...args,
        ],
      ];
