/** Somebody who decides requests, in a process of his own. */
export interface Opened {
  /** One request of the key with this number. What it answers with is waited for when it is a promise. */
  take(key: number): unknown;
  /** Requests that one `take` decides. @default 1 */
  readonly many?: number;
  close?(): Promise<unknown> | undefined;
}

/** What a contender needs to know; words that others do not need. */
export type Settings = Readonly<Record<string, string | number>>;
export type Contender = (settings: Settings) => Promise<Opened> | Opened;

export type KeySet = 'hot' | 'uniform' | 'zipf';

export interface Load {
  readonly callers: number;
  readonly ms: number;
  readonly keys: number;
  readonly keySet: KeySet;
  /** Requests between two looks at the clock: where one takes less than a microsecond, looking is most of it. */
  readonly stride: number;
}

export interface Outcome {
  /** Decisions per second. */
  readonly rate: number;
  /** Processor time of the client for each, µs; undefined where a program does not say. */
  readonly cpu?: number;
}

/** Names of keys as long as IPv4 addresses. Made once: in an application they come with the request. */
export const keyNames = (count: number): readonly string[] =>
  Array.from({length: count}, (_, i) => `203.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`);

export const DRAWN = 1 << 20;

/** Numbers of keys in the order in which they are asked for; the same in every process. */
export const drawKeys = (keySet: KeySet, keys: number): Uint32Array => {
  let seed = 42;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const numbers = new Uint32Array(DRAWN);
  if (keySet === 'hot') return numbers;
  // Zipf(1) by the inverse of its integral; keys are spread, so that frequent ones are not neighbours.
  for (let i = 0; i < DRAWN; i++) {
    const rank = keySet === 'zipf' ? Math.floor(keys ** random()) : Math.floor(random() * keys);
    numbers[i] = (rank * 7_919) % keys;
  }
  return numbers;
};

/** The limit that all of them have: so large that it never refuses. */
export const POINTS = 1_000_000_000;
export const WINDOW_S = 60;
