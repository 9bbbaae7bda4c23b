import {describe, expect, test} from 'vitest';
import {UsageCounter} from '../../src/serve/usage-counter.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {Usage, UsageSlot} from '../../src/store/port.ts';
import {MINUTE, S} from '../support/instants.ts';

const NOON = 1_767_614_400_000_000;

class Scene {
  now = NOON;
  readonly store = new MemoryStore({access: 'write', clock: () => this.now});
  readonly counter = new UsageCounter(this.store);

  async tell(allowed: number): Promise<void> {
    await this.store.record({limits: [{limit: 'per-ip', allowed, denied: 1, shadowDenied: 0}], keys: []});
  }

  async allowed(): Promise<number> {
    return (await this.counter.totals(this.now)).get('per-ip')?.allowed ?? 0;
  }
}

describe('counters made of the sums per minute', () => {
  test('begin with the minute that is running', async () => {
    const scene = new Scene();
    await scene.tell(100);
    scene.now += MINUTE;
    await scene.tell(3);
    expect(await scene.allowed()).toBe(3);
  });

  test('grow by what is told, over hours, and count nothing twice', async () => {
    const scene = new Scene();
    await scene.allowed();
    let told = 0;
    for (let step = 0; step < 500; step++) {
      await scene.tell(step);
      told += step;
      scene.now += 17 * S;
      expect(await scene.allowed()).toBe(told);
    }
  });

  test('a long silence leaves no hole: what was told meanwhile is read afterwards', async () => {
    const scene = new Scene();
    await scene.tell(1);
    expect(await scene.allowed()).toBe(1);
    for (let minute = 0; minute < 120; minute++) {
      scene.now += MINUTE;
      await scene.tell(10);
    }
    expect(await scene.allowed()).toBe(1_201);
  });

  test('a reading that breaks off counts nothing, and the next one all', async () => {
    const slots: UsageSlot[] = Array.from({length: 30}, (_, i) => ({
      limit: 'per-ip',
      at: NOON + i * MINUTE,
      allowed: 1,
      denied: 0,
      shadowDenied: 0,
    }));
    let broken = false;
    const store: Pick<Usage, 'slots'> = {
      async *slots(from) {
        for (const slot of slots.filter(({at}) => at >= from)) {
          if (broken && slot.at > NOON + 20 * MINUTE) throw new Error('lost');
          yield slot;
        }
      },
    };
    const counter = new UsageCounter(store);
    await counter.totals(NOON);
    broken = true;
    await expect(counter.totals(NOON + 29 * MINUTE)).rejects.toThrow('lost');
    broken = false;
    expect((await counter.totals(NOON + 29 * MINUTE)).get('per-ip')!.allowed).toBe(30);
    expect((await counter.totals(NOON + 29 * MINUTE)).get('per-ip')!.allowed).toBe(30);
  });
});
