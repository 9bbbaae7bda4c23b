import {execFile} from 'node:child_process';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {LoadSample} from '../../../src/engine/control/control-spec.ts';
import {LoadMeter} from '../../../src/guard/control/load-meter.ts';
import {MS} from '../../support/instants.ts';

const started = (): LoadMeter => {
  const meter = new LoadMeter();
  onTestFinished(() => meter.close());
  meter.start();
  return meter;
};

/** Keeps the processor, and the event loop, busy. */
const spin = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

/** The load of a span in which nobody held this process up: then it is as expected. */
const sampleOf = async (
  meter: LoadMeter,
  work: () => Promise<unknown>,
  isAsExpected: (sample: LoadSample) => boolean,
): Promise<LoadSample> => {
  for (;;) {
    await work();
    const sample = meter.sample();
    if (isAsExpected(sample)) return sample;
  }
};

describe('the load of this process', () => {
  test('in the first moments is not known, but for the memory', () => {
    expect(started().sample()).toEqual({
      cpu: undefined,
      memory: expect.any(Number),
      eventLoop: undefined,
      responseTime: undefined,
    });
  });

  test('is shares of what it may use, and how late its timers ran', async () => {
    const meter = started();
    const idle = await sampleOf(
      meter,
      () => sleep(300),
      ({cpu, eventLoop}) => cpu! < 0.7 && eventLoop! < 100 * MS,
    );
    expect(idle.memory).toBeGreaterThan(0);
    expect(idle.memory).toBeLessThan(1);

    const work = async (): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        spin(100);
        await sleep(1);
      }
    };
    // One busy thread is a busy process, however many processors there are.
    const busy = await sampleOf(meter, work, ({cpu, eventLoop}) => cpu! > 0.8 && eventLoop! > 60 * MS);
    expect(busy.cpu).toBeLessThanOrEqual(1);
    await sampleOf(
      meter,
      () => sleep(300),
      ({eventLoop}) => eventLoop! < 60 * MS,
    );
  });

  test('is the mean of response times since the last look; without one it is not known', async () => {
    const meter = started();
    for (const us of [10 * MS, 20 * MS, 60 * MS]) meter.observe(us);
    expect(meter.sample().responseTime).toBe(30 * MS);
    expect(meter.sample().responseTime).toBeUndefined();
    // A clock that stepped back.
    meter.observe(-5);
    expect(meter.sample().responseTime).toBe(0);
  });

  test('against a small container is higher', async () => {
    const texts: Readonly<Record<string, string>> = {
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/memory.max': '1000000\n',
      '/sys/fs/cgroup/cpu.max': '1000 100000\n',
    };
    const meter = new LoadMeter((path) => texts[path]);
    onTestFinished(() => meter.close());
    meter.start();
    spin(60);
    const {cpu, memory} = meter.sample();
    expect([cpu, memory]).toEqual([1, 1]);
  });

  test('is measured without keeping a process alive', {timeout: 60_000}, async () => {
    const module = fileURLToPath(new URL('../../../src/guard/control/load-meter.ts', import.meta.url));
    const script = `const {LoadMeter} = await import(${JSON.stringify(module)}); new LoadMeter().start();`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {timeout: 45_000});
  });
});

test('a request that nobody waited for any more counts when it took longer than usual', () => {
  const meter = new LoadMeter();
  meter.observe(100);
  expect(meter.sample().responseTime).toBe(100);
  meter.observe(50, 'abandoned');
  expect(meter.sample().responseTime).toBeUndefined();
  meter.observe(5_000, 'abandoned');
  expect(meter.sample().responseTime).toBe(5_000);
  meter.close();
});
