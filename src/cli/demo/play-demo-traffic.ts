import {createLimiter} from '../../guard/create-limiter.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import {machineClock} from '../../store/machine-clock.ts';
import {openStore} from '../../store/open-store.ts';
import {DEMO_SPAN, demoTraffic} from './demo-traffic.ts';

/**
 * What an application does: opens the store, makes a limiter, checks every request, closes. The clock of limiter and store is
 * moved from request to request, so that half a minute that ends now takes no time.
 */
export const playDemoTraffic = async (statePath: string, policy: LoadedPolicy): Promise<void> => {
  const start = machineClock()() - DEMO_SPAN;
  let now = start;
  const clock = (): number => now;
  const store = await openStore({kind: 'sqlite', path: statePath}, {access: 'write', clock});
  try {
    // Patient: on a machine that is busy or has a slow disk the demo is to show the same.
    const limiter = await createLimiter({policy, store, clock, failFast: true, timeoutMs: 60_000});
    try {
      for (const {at, attributes} of demoTraffic()) {
        now = start + at;
        await limiter.check(attributes);
      }
    } finally {
      await limiter.close();
    }
  } finally {
    await store.close();
  }
};
