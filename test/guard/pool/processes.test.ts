import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {RunningTime} from '../process-time.ts';
import {until} from '../support.ts';
import {PLACES, type PoolPlace, poolFor} from './pool-support.ts';
import {PROCESS_SPEC} from './process-spec.ts';

const LEASE_MS = PROCESS_SPEC.lease / 1_000;

/** The server under test: how much work is at it at once, and the fencing tokens in the order in which they came. */
class CountedServer {
  running = 0;
  most = 0;
  readonly tokens: number[] = [];
  port = 0;

  async start(): Promise<void> {
    const server = createServer((socket) => {
      this.most = Math.max(this.most, ++this.running);
      // Of a process that was killed the connection ends without a word.
      let ends = (): void => {
        this.running--;
        ends = () => undefined;
      };
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.trim().split('\n')) {
          if (line !== 'end') this.tokens.push(Number(line));
          else {
            ends();
            socket.end('counted');
          }
        }
      });
      socket.on('error', () => undefined);
      socket.once('close', () => ends());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    onTestFinished(() => void server.close());
  }
}

class PoolProcess {
  readonly child: ChildProcess;
  /** Its end, when all it said has been heard. */
  readonly #closed: Promise<unknown>;
  #output = '';
  errors = '';

  constructor({store, prefix = ''}: PoolPlace, port: number, jobs: number, workMs: number) {
    const args = [join(import.meta.dirname, 'pool-process.ts'), String(store), prefix, port, jobs, workMs];
    this.child = spawn(process.execPath, args.map(String), {stdio: ['ignore', 'pipe', 'pipe']});
    this.#closed = once(this.child, 'close');
    onTestFinished(() => void this.child.kill('SIGKILL'));
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  /** Fencing tokens of the work that was begun, or ended. */
  told(what: 'begin' | 'end' | 'lost'): readonly number[] {
    const lines = this.#output.split('\n').map((line) => line.split(' '));
    return lines.filter(([word]) => word === what).map(([, token]) => Number(token));
  }

  async exited(): Promise<void> {
    await this.#closed;
    expect({code: this.child.exitCode, errors: this.errors}).toEqual({code: 0, errors: ''});
  }
}

describe.each(PLACES.filter(([name]) => name !== 'memory'))('%s', (_, placeOf) => {
  const setUp = async (): Promise<{readonly place: PoolPlace; readonly server: CountedServer}> => {
    const server = new CountedServer();
    await server.start();
    return {place: placeOf(), server};
  };

  test('a process with all ten slots is killed: all are free again within one lease, and never more than ten run', {
    timeout: 60_000,
  }, async () => {
    const {place, server} = await setUp();
    const doomed = new PoolProcess(place, server.port, 10, 60_000);
    await until(() => server.running === 10);
    const others = [
      new PoolProcess(place, server.port, 20, 200),
      new PoolProcess(place, server.port, 20, 200),
    ];
    const watching = await poolFor({...place, spec: PROCESS_SPEC});
    await until(async () => (await watching.state()).waiting === 40);
    // Its leases have just been renewed, or are about to be: a whole lease is the worst case.
    await sleep(LEASE_MS / 3);
    doomed.child.kill('SIGKILL');
    const time = new RunningTime();
    await until(() => server.running === 0);
    await until(() => server.running === 10);
    const freed = time.ms;
    await Promise.all(others.map((other) => other.exited()));
    expect(freed).toBeLessThan(LEASE_MS + 500);
    expect(server.most).toBe(10);
    expect(server.tokens).toHaveLength(50);
    expect(new Set(server.tokens).size).toBe(50);
  });

  test('a process that is stopped beyond its leases loses them, learns it when it goes on, and its tokens are older', {
    timeout: 60_000,
  }, async () => {
    const {place, server} = await setUp();
    const stopped = new PoolProcess(place, server.port, 10, 60_000);
    await until(() => server.running === 10);
    stopped.child.kill('SIGSTOP');
    const other = new PoolProcess(place, server.port, 10, 200);
    await until(() => other.told('begin').length === 10);
    await other.exited();
    expect(stopped.told('lost')).toEqual([]);
    stopped.child.kill('SIGCONT');
    await until(() => stopped.told('lost').length === 10);
    await stopped.exited();
    expect(stopped.told('end')).toHaveLength(10);
    expect(Math.min(...other.told('begin'))).toBeGreaterThan(Math.max(...stopped.told('begin')));
  });

  test('a process in the queue that dies holds up nobody', {timeout: 60_000}, async () => {
    const {place, server} = await setUp();
    const pool = await poolFor({...place, spec: PROCESS_SPEC});
    const slots = await Promise.all(Array.from({length: 10}, () => pool.acquire()));
    const dead = new PoolProcess(place, server.port, 20, 200);
    await until(async () => (await pool.state()).waiting === 20);
    dead.child.kill('SIGKILL');
    const waiting = pool.acquire({timeoutMs: 30_000});
    // The dead give no sign of life for 5 s, and are dropped.
    await until(async () => (await pool.state()).waiting === 1);
    await slots[0]!.release();
    await (await waiting).release();
    await Promise.all(slots.map((slot) => slot.release()));
    expect(server.most).toBe(0);
  });
});
