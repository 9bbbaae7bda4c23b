import type {TrafficProfile} from './traffic-profile.ts';

const read = {method: 'GET', metered: false, referrer: ''} as const;
const write = {method: 'POST', metered: true, referrer: ''} as const;

/** An HTTP API with model calls, for which `--cost lognormal:…` stands for tokens. */
export const apiProfile: TrafficProfile = {
  routes: [
    {...write, path: '/v1/chat/completions', weight: 34, size: 1_900, outcome: 'call'},
    {...write, path: '/v1/embeddings', weight: 14, size: 6_200, outcome: 'call'},
    {...read, path: '/v1/models', weight: 6, size: 2_100, outcome: 'call'},
    {...read, path: '/v1/orders', weight: 9, size: 4_800, outcome: 'call'},
    {...write, path: '/v1/orders', weight: 5, size: 640, outcome: 'create'},
    {...read, path: '/v1/orders/4711', weight: 6, size: 720, outcome: 'call'},
    {...read, path: '/v1/customers?limit=50', weight: 5, size: 11_500, outcome: 'call'},
    {
      method: 'PUT',
      path: '/v1/customers/220',
      weight: 3,
      size: 510,
      outcome: 'call',
      referrer: '',
      metered: true,
    },
    {
      method: 'DELETE',
      path: '/v1/sessions/current',
      weight: 2,
      size: 0,
      outcome: 'call',
      referrer: '',
      metered: false,
    },
    {...read, path: '/v1/usage', weight: 6, size: 880, outcome: 'call'},
    {...read, path: '/health', weight: 10, size: 15, outcome: 'healthy'},
  ],
  agents: [
    {name: 'python-requests/2.32.5', weight: 30},
    {name: 'python-httpx/0.28.1', weight: 18},
    {name: 'node', weight: 14},
    {name: 'Go-http-client/2.0', weight: 14},
    {name: 'axios/1.13.2', weight: 10},
    {name: 'okhttp/4.12.0', weight: 8},
    {name: 'curl/8.14.1', weight: 6},
  ],
};
