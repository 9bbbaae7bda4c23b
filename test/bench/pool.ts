/**
 * Slots taken and given back per second, beside a semaphore on the same Redis, in one run: `node test/bench/pool.ts [seconds]`.
 * Absolute figures do not travel; ratios do. Nothing is asserted.
 *
 * - pool: this library's, with its queue, order, leases and fencing tokens;
 * - zset: a sorted set of holders with their ends, as short as it can be: one Lua script to take, ZREM to give back. It has no queue:
 *   who gets no slot asks again after 1 to 5 ms.
 *
 * `free`: more slots than callers, nobody waits. `full`: 10 slots for all callers, all of them held for 1 ms.
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {createConcurrency} from '../../src/guard/pool/create-concurrency.ts';
import {startRedis} from '../support/servers/redis-server.ts';

const S = 1_000_000;
const LEASE_MS = 30_000;

const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ${LEASE_MS}, ARGV[2])
return 1
`;

interface Task {
  readonly url: string;
  readonly who: 'pool' | 'zset';
  readonly name: string;
  readonly max: number;
  readonly callers: number;
  readonly holdMs: number;
  readonly seconds: number;
}

/** Takes a slot and answers how to give it back. */
type Take = () => Promise<() => Promise<unknown>>;

const poolOf = async ({url, name, max}: Task): Promise<{take: Take; close(): Promise<void>}> => {
  const spec = {name, max, queue: 5_000, wait: 60 * S, lease: LEASE_MS * 1_000};
  const pool = await createConcurrency({spec, store: url, timeoutMs: 10_000, onStoreError: 'closed'});
  return {
    take: async () => {
      const slot = await pool.acquire();
      return () => slot.release();
    },
    close: () => pool.close(),
  };
};

const zsetOf = async ({url, name, max}: Task): Promise<{take: Take; close(): Promise<void>}> => {
  const client = new Redis(url, {enableAutoPipelining: true});
  client.defineCommand('takeSlot', {numberOfKeys: 1, lua: TAKE});
  const taking = client as Redis & {takeSlot(key: string, max: number, id: string): Promise<number>};
  let count = 0;
  return {
    take: async () => {
      const id = `${process.pid}-${++count}`;
      while ((await taking.takeSlot(name, max, id)) === 0) await sleep(1 + Math.random() * 4);
      return () => client.zrem(name, id);
    },
    close: async () => client.disconnect(),
  };
};

/** Slots per second of this process. */
const measure = async (task: Task): Promise<number> => {
  const {take, close} = await (task.who === 'pool' ? poolOf(task) : zsetOf(task));
  let done = 0;
  let end = Number.POSITIVE_INFINITY;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      const giveBack = await take();
      if (task.holdMs > 0) await sleep(task.holdMs);
      await giveBack();
      done++;
    }
  };
  const callers = Array.from({length: task.callers}, caller);
  // What is compiled and connected first is not counted.
  await sleep(300);
  const began = performance.now();
  done = 0;
  end = began + task.seconds * 1_000;
  await Promise.all(callers);
  const rate = done / ((performance.now() - began) / 1_000);
  await close();
  return rate;
};

const measureIn = async (processes: number, task: Task): Promise<number> => {
  const children = Array.from({length: processes}, (): ChildProcess => fork(import.meta.filename, ['child']));
  const rates = children.map(async (child) => {
    child.send(task);
    const [rate] = (await once(child, 'message')) as [number];
    child.disconnect();
    return rate;
  });
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
};

const compare = async (url: string, seconds: number): Promise<void> => {
  const cases = [
    {title: 'free', processes: 1, callers: 1, max: 1_000, holdMs: 0},
    {title: 'free', processes: 1, callers: 50, max: 1_000, holdMs: 0},
    {title: 'free', processes: 4, callers: 25, max: 1_000, holdMs: 0},
    {title: 'full', processes: 1, callers: 50, max: 10, holdMs: 1},
    {title: 'full', processes: 4, callers: 25, max: 10, holdMs: 1},
  ];
  console.log('case  processes  callers each      pool/s      zset/s   pool ÷ zset');
  for (const [i, {title, processes, ...rest}] of cases.entries()) {
    const task = (who: Task['who']): Task => ({url, who, name: `${who} ${i}`, seconds, ...rest});
    const pool = await measureIn(processes, task('pool'));
    const zset = await measureIn(processes, task('zset'));
    const cells = [
      title.padEnd(4),
      String(processes).padStart(9),
      String(rest.callers).padStart(12),
      pool.toFixed(0).padStart(10),
      zset.toFixed(0).padStart(10),
      (pool / zset).toFixed(2).padStart(12),
    ];
    console.log(cells.join('  '));
  }
};

if (process.argv[2] === 'child') {
  const [task] = (await once(process, 'message')) as [Task];
  process.send!(await measure(task));
} else {
  const server = await startRedis();
  await compare(server.url, Number(process.argv[2] ?? 3));
  await server.stop();
}
