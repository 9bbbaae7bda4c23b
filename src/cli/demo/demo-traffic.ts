import type {Attributes} from '../../engine/live/request-router.ts';

export interface DemoRequest {
  /** Microseconds after the first request. */
  readonly at: number;
  readonly attributes: Attributes;
}

/** Length of the traffic, µs. */
export const DEMO_SPAN = 30_000_000;

/** `count` requests at even distances, the first and the last at the ends. */
const evenly = (count: number, attributes: Attributes): readonly DemoRequest[] =>
  Array.from({length: count}, (_, i) => ({
    at: Math.round((i * DEMO_SPAN) / (count - 1)),
    attributes,
  }));

/**
 * Half a minute for examples/demo/ratectl.yaml, in order of time: one customer uses up the plan, one comes close, and somebody
 * guesses passwords. The limits give so little back per minute that both customers are still there when they are looked at.
 */
export const demoTraffic = (): readonly DemoRequest[] =>
  [
    evenly(80, {tenant: 'acme', plan: 'free', path: '/v1/orders'}),
    evenly(118, {tenant: 'globex', plan: 'pro', path: '/v1/orders'}),
    evenly(50, {ip: '203.0.113.66', path: '/login'}),
    evenly(3, {ip: '198.51.100.20', path: '/login'}),
  ]
    .flat()
    .sort((a, b) => a.at - b.at);
