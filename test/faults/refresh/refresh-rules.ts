import {readFileSync} from 'node:fs';
import type {Rotation} from '../../../src/engine/refresh/refresh-transitions.ts';
import type {PolicyObject} from '../../../src/policy/given-policy.ts';

export const PROVIDER = 'mail';

/** The rule of 1 in 3 minutes and 10 in 10 minutes, 600 times faster. */
export const GAP_MS = 300;
export const WINDOW_MS = 4_000;
export const MOST_IN_WINDOW = 10;
/** Shorter than the provider takes now and then. */
export const LEASE_MS = 1_000;
export const LEADER_LEASE_MS = 1_000;

export const refreshPolicy = (tokenUrl: string, rotation: Rotation): PolicyObject => ({
  version: 1,
  limits: [],
  tokens: {
    [PROVIDER]: {
      tokenUrl,
      clientId: 'app',
      rotation,
      budget: [`1/${GAP_MS}ms`, `${MOST_IN_WINDOW}/${WINDOW_MS / 1_000}s`],
      jitter: '0%',
      timeout: '3s',
      lease: `${LEASE_MS / 1_000}s`,
      backoff: {first: '50ms', most: '200ms'},
      breaker: {failures: 50, recovery: '500ms'},
    },
  },
});

/** How a worker, or an operator's command, is started; JSON in its first argument. */
export interface WorkerOptions {
  readonly does: 'manage' | 'force';
  readonly store: string;
  readonly tokenUrl: string;
  readonly rotation: Rotation;
  /** ms that its time of day is wrong by. */
  readonly skewMs: number;
  /** `careless`: no compare-and-set, no fencing. The harness has to notice. */
  readonly variant: 'right' | 'careless';
}

export const workerOptions = (argument: string): WorkerOptions =>
  JSON.parse(argument.startsWith('{') ? argument : readFileSync(argument, 'utf8')) as WorkerOptions;
