import type {Attributes} from '../../engine/live/request-router.ts';

/** Ticks of the traffic in a second. */
export const TICKS_PER_SECOND = 10;

/** Ticks before tick 0, which is when the demo begins: twenty minutes. */
export const DEMO_HISTORY = 20 * 60 * TICKS_PER_SECOND;

/** Requests of one kind: how many there are in a tick. */
interface Source {
  readonly attributes: Attributes;
  readonly at: (tick: number) => number;
}

const every =
  (ticks: number) =>
  (tick: number): number =>
    tick % ticks === 0 ? 1 : 0;

const customer = (tenant: string, plan: string): Attributes => ({tenant, plan, path: '/v1/orders'});

const SOURCES: readonly Source[] = [
  // The noisy neighbour: an endless loop that was deployed four minutes before the demo.
  {attributes: customer('acme', 'free'), at: (tick) => (tick >= -2_400 ? 1 : 0)},
  // Twice the usual for two minutes, which brings it close to the limit; as many as come back from then on keep it there.
  {
    attributes: customer('globex', 'pro'),
    at: (tick) => (tick % 10 === 0 || (tick % 10 === -5 && tick >= -1_180) ? 1 : 0),
  },
  // An import that used up everything, and has just ended.
  {attributes: customer('initech', 'free'), at: (tick) => (tick >= -66 && tick < 0 ? 1 : 0)},
  // A report each minute that needs more than there is.
  {attributes: customer('umbrella', 'pro'), at: (tick) => (modulo(tick, 600) >= 580 ? 4 : 0)},
  {attributes: customer('hooli', 'pro'), at: every(20)},
  // Somebody guesses passwords, and somebody mistypes one.
  {attributes: {ip: '203.0.113.66', path: '/login'}, at: (tick) => (tick >= -3_000 ? every(12)(tick) : 0)},
  {attributes: {ip: '198.51.100.20', path: '/login'}, at: every(2_000)},
];

const modulo = (tick: number, ticks: number): number => ((tick % ticks) + ticks) % ticks;

/** The requests for examples/demo/ratectl.yaml in a tick, negative ones included. */
export const requestsIn = (tick: number): readonly Attributes[] =>
  SOURCES.flatMap(({attributes, at}) => Array.from({length: at(tick)}, () => attributes));
