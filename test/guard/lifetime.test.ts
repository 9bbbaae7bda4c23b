import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {limiterFor, memoryStore, PER_IP, watchedStore} from './support.ts';

const run = promisify(execFile);

/** Runs a program with the limiter in a process of its own. */
const runProgram = async (program: string): Promise<string> => {
  const index = fileURLToPath(new URL('../../src/guard/create-limiter.ts', import.meta.url));
  const {stdout, stderr} = await run(
    process.execPath,
    ['--input-type=module', '-e', `import {createLimiter} from ${JSON.stringify(index)};\n${program}`],
    {timeout: 45_000},
  );
  return stdout + stderr;
};

const POLICY = JSON.stringify(PER_IP);

test('a limiter that is not closed does not keep the process alive', {timeout: 60_000}, async () => {
  expect(
    await runProgram(`
      const limiter = await createLimiter({policy: ${POLICY}, store: 'memory:'});
      for (let i = 0; i < 3; i++) await limiter.check({ip: 'a'});
      console.log('done');
    `),
  ).toBe('done\n');
});

test('when the store is lost and nobody listens, a warning says so, without the password', {
  timeout: 60_000,
}, async () => {
  const said = await runProgram(`
    const limiter = await createLimiter({policy: ${POLICY}, store: 'redis://user:hunter2@127.0.0.1:1'});
    console.log((await limiter.check({ip: 'a'})).source);
    await limiter.close();
  `);
  expect(said).toMatch(/^local\n/);
  expect(said).toMatch(/RatectlWarning: .*onStoreError: local decides until it is back/);
  expect(said).not.toContain('hunter2');
});

test('a store that was given open stays open', async () => {
  const store = memoryStore();
  const limiter = await limiterFor({policy: PER_IP, store});
  await limiter.close();
  await limiter.close();
  expect(await store.generation()).toBe(0);
});

test('whoever closes it a second time waits for the first, too', async () => {
  const store = memoryStore();
  const told: number[] = [];
  const slow = new Proxy(store, {
    get(target, name) {
      const member = target[name as keyof typeof target] as (...args: readonly unknown[]) => unknown;
      if (name !== 'record') return typeof member === 'function' ? member.bind(target) : member;
      return async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        told.push(1);
      };
    },
  });
  const limiter = await limiterFor({policy: PER_IP, store: slow});
  await limiter.check({ip: 'a'});
  void limiter.close();
  await limiter.close();
  expect(told).toEqual([1]);
});

test('after close nothing is asked of the store any more, and checks go without it', async () => {
  const watched = watchedStore(memoryStore());
  const limiter = await limiterFor({policy: PER_IP, store: watched.store});
  await limiter.check({ip: 'a'});
  await limiter.close();
  watched.calls.clear();
  expect(await limiter.check({ip: 'a'})).toMatchObject({source: 'local'});
  await limiter.refreshNow();
  expect([...watched.calls]).toEqual([]);
});
