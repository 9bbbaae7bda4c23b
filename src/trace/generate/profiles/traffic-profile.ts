/** One thing that clients ask for. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** ASCII without spaces, commas and quotes: it is written unescaped in every format. */
  readonly path: string;
  /** Share of the traffic, relative to the other routes. */
  readonly weight: number;
  /** Bytes of a usual answer; each is this plus up to a quarter. */
  readonly size: number;
  readonly outcome: Outcome;
  /** Where a browser came from; empty for none. */
  readonly referrer: string;
  /** Whether `--cost lognormal:…` applies; others cost 1. */
  readonly metered: boolean;
}

export interface Agent {
  readonly name: string;
  /** Share of the clients. */
  readonly weight: number;
}

/** What a kind of site is asked for, and by what software. */
export interface TrafficProfile {
  readonly routes: readonly Route[];
  readonly agents: readonly Agent[];
}

/** Answers of a healthy server: status and share. */
export const OUTCOMES = {
  page: [
    [200, 93],
    [304, 3],
    [301, 2],
    [404, 1.7],
    [500, 0.3],
  ],
  asset: [
    [200, 72],
    [304, 28],
  ],
  form: [
    [302, 70],
    [200, 25],
    [422, 4.5],
    [500, 0.5],
  ],
  call: [
    [200, 96],
    [400, 2],
    [401, 1],
    [404, 0.7],
    [500, 0.3],
  ],
  create: [
    [201, 94],
    [400, 3],
    [409, 1.5],
    [422, 1],
    [500, 0.5],
  ],
  healthy: [[200, 1]],
  probe: [
    [404, 88],
    [403, 12],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [status: number, weight: number])[]>>;

export type Outcome = keyof typeof OUTCOMES;
