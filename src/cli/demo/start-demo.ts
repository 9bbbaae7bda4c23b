import {readFileSync} from 'node:fs';
import {generateKey} from '../../token/vault/key-ring.ts';
import type {CliContext} from '../context.ts';
import {DemoApplications} from './demo-applications.ts';
import {createDemoPlace, type DemoPlace, type PlaceOptions} from './demo-place.ts';
import {DemoProviders} from './demo-providers.ts';
import {playHistory} from './play-history.ts';

/** A demo that is running: a place with a store, a service on it, and what that depends on. */
export interface RunningDemo {
  readonly place: DemoPlace;
  readonly applications: DemoApplications;
  /** Ends everything that was started. */
  stop(): Promise<void>;
}

/** Host and port of the providers in the policy file of the demo. */
const PROVIDERS = '127.0.0.1:8099';

/**
 * Nothing of the user's is read or written: no store, no configuration, no variable of ours, and the working folder is a temporary
 * one. The key of the vault is made for this run, and kept in memory.
 */
export const startDemo = async (
  policyFile: string,
  end: PlaceOptions['end'],
  context: CliContext,
): Promise<RunningDemo> => {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const providers = new DemoProviders();
    await providers.listen();
    stops.push(() => providers.close());
    const place = createDemoPlace(context, {
      end,
      policy: readFileSync(policyFile, 'utf8').replaceAll(PROVIDERS, `127.0.0.1:${providers.port}`),
      env: {RATECTL_VAULT_KEY: generateKey('demo'), DEMO_CLIENT_SECRET: providers.clientSecret},
    });
    stops.push(() => place.leave());
    await playHistory(place);
    const applications = await DemoApplications.start(place, providers);
    stops.push(() => applications.close());
    return {place, applications, stop};
  } catch (error) {
    await stop();
    throw error;
  }
};
