import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {createQueue} from '../../../src/guard/queue/create-queue.ts';
import {openSqliteStore} from '../../../src/store/sqlite/open-sqlite-store.ts';
import {temporaryFolder} from '../../store/sqlite/sqlite-place.ts';
import {SHARED_SPEC} from './shared-spec.ts';

/** Added at once. */
const BATCH = 200;

class WorkerProcess {
  readonly child: ChildProcess;
  #output = '';
  errors = '';

  constructor(path: string) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, 'worker-process.ts'), path], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  /** Numbers and attempts of the items that were begun, or ended. */
  told(what: 'begin' | 'end'): readonly (readonly [number: number, attempt: number])[] {
    const lines = this.#output.split('\n').slice(0, -1);
    return lines
      .map((line) => line.split(' '))
      .filter(([word]) => word === what)
      .map(([, number, attempt]) => [Number(number), Number(attempt)] as const);
  }
}

test('two processes share a file, one is killed in the middle: every item is done, and only the one under way is begun twice', {
  timeout: 60_000,
}, async () => {
  const {folder, remove} = temporaryFolder();
  onTestFinished(remove);
  const path = join(folder, 'state.db');
  const queue = await createQueue<number>({store: `sqlite:${path}`, spec: SHARED_SPEC});
  let added = 0;
  const addMore = async (): Promise<void> => {
    for (let i = 0; i < BATCH; i++) await queue.add(added++);
  };
  await addMore();

  const workers = [new WorkerProcess(path), new WorkerProcess(path)] as const;
  const [killed, survivor] = workers;
  const closed = workers.map(({child}) => once(child, 'close'));
  const left = (): number => added - killed.told('begin').length - survivor.told('begin').length;
  // Killed when both work, in the middle of an item; until then there is something to do, however late one of them begins.
  while (survivor.told('begin').length < 20 || killed.told('begin').length < 50) {
    if (left() < BATCH) await addMore();
    await setTimeout(1);
  }
  killed.child.kill('SIGKILL');
  await queue.close();

  const store = await openSqliteStore({kind: 'sqlite', path}, {access: 'read'});
  onTestFinished(() => store.close());
  while ((await store.queues()).length > 0) await setTimeout(50);
  survivor.child.kill('SIGTERM');
  await Promise.all(closed);
  expect(workers.map(({child}) => child.signalCode ?? child.exitCode)).toEqual(['SIGKILL', 0]);
  expect(workers.map(({errors}) => errors)).toEqual(['', '']);

  const begun = workers.flatMap((worker) => worker.told('begin'));
  const ended = workers.flatMap((worker) => worker.told('end'));
  expect(new Set(ended.map(([number]) => number)).size).toBe(added);
  // At most one item was in the hands of the killed process.
  expect(begun.length).toBeLessThanOrEqual(added + 1);
  const again = begun.filter(([, attempt]) => attempt > 1);
  expect(again.length).toBeLessThanOrEqual(1);
  const last = killed.told('begin').at(-1)![0];
  const twice = begun.map(([number]) => number).filter((number, i, all) => all.indexOf(number) !== i);
  expect(twice.every((number) => number === last)).toBe(true);
  // It was both processes' work.
  expect(Math.min(...workers.map((worker) => worker.told('begin').length))).toBeGreaterThanOrEqual(20);
});
