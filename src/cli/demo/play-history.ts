import {setImmediate} from 'node:timers/promises';
import {createLimiter} from '../../guard/create-limiter.ts';
import {machineClock} from '../../store/machine-clock.ts';
import {openStore} from '../../store/open-store.ts';
import type {DemoPlace} from './demo-place.ts';
import {DEMO_HISTORY, requestsIn, TICKS_PER_SECOND} from './demo-traffic.ts';

const TICK = 1_000_000 / TICKS_PER_SECOND;
const MINUTE = 60 * TICKS_PER_SECOND;

/**
 * The traffic of the minutes before the demo. An application checks it, whose clock, and whose store's, is moved from request to
 * request, so that twenty minutes that end now take less than a second.
 */
export const playHistory = async ({
  statePath,
  policy,
}: Pick<DemoPlace, 'statePath' | 'policy'>): Promise<void> => {
  const end = machineClock()();
  let now = end - DEMO_HISTORY * TICK;
  const clock = (): number => now;
  const store = await openStore({kind: 'sqlite', path: statePath}, {access: 'write', clock});
  const playMinute = async (first: number): Promise<void> => {
    // Patient: on a machine that is busy or has a slow disk the demo is to show the same.
    const limiter = await createLimiter({policy, store, clock, failFast: true, timeoutMs: 60_000});
    for (let tick = first; tick < first + MINUTE; tick++) {
      now = end + tick * TICK;
      for (const request of requestsIn(tick)) await limiter.check(request);
    }
    // Sums are written when a limiter is closed, else by the clock of this machine.
    await limiter.close();
  };
  try {
    for (let tick = -DEMO_HISTORY; tick < 0; tick += MINUTE) {
      // The embedded store answers without the event loop, which is where Ctrl-C is heard.
      await setImmediate();
      await playMinute(tick);
    }
  } finally {
    await store.close();
  }
};
