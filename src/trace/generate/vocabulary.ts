import {apiProfile} from './profiles/api.ts';
import {scannerProfile} from './profiles/scanner.ts';
import {shopProfile} from './profiles/shop.ts';
import type {Agent, Route} from './profiles/traffic-profile.ts';
import type {ClientSpec, ProfileName} from './trace-spec.ts';

/** All words a trace may hold. Requests point into it by index, so that formats can encode each word once. */
export interface Vocabulary {
  /** The profile's routes, then the scanner's from `firstScannerRoute` on. */
  readonly routes: readonly Route[];
  readonly firstScannerRoute: number;
  /** The profile's agents, then the scanner's one. */
  readonly agents: readonly Agent[];
  readonly tenants: readonly string[];
  readonly plans: readonly string[];
}

const TENANT_NAMES = [
  'acorn',
  'birch',
  'cobalt',
  'delta',
  'ember',
  'fjord',
  'garnet',
  'harbor',
  'indigo',
  'juniper',
  'kestrel',
  'lumen',
  'maple',
  'nimbus',
  'onyx',
  'pine',
  'quartz',
  'river',
  'slate',
  'tundra',
  'umber',
  'violet',
  'willow',
  'zephyr',
];

const tenantName = (i: number): string => {
  const name = TENANT_NAMES[i % TENANT_NAMES.length] as string;
  return i < TENANT_NAMES.length ? name : `${name}-${Math.floor(i / TENANT_NAMES.length) + 1}`;
};

export const createVocabulary = (profileName: ProfileName, clients: ClientSpec): Vocabulary => {
  const profile = profileName === 'shop' ? shopProfile : apiProfile;
  return {
    routes: [...profile.routes, ...scannerProfile.routes],
    firstScannerRoute: profile.routes.length,
    agents: [...profile.agents, ...scannerProfile.agents],
    tenants: Array.from({length: clients.tenants}, (_, i) => tenantName(i)),
    plans: clients.plans.map((plan) => plan.name),
  };
};
