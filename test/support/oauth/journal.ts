import {appendFileSync, readFileSync} from 'node:fs';

/** A token request as the fake provider saw it. */
export interface TokenRequestEntry {
  readonly kind: 'token';
  /** 1, 2, 3 … in the order of arrival. */
  readonly request: number;
  /** When it arrived: epoch ms, … */
  readonly at: number;
  /** … and ms of the machine's monotonic clock, which all processes of a machine share. */
  readonly mono: number;
  /** The same clock, when the provider last looked for requests: this one came after it, and by `mono`. */
  readonly since: number;
  readonly grant: string;
  /** Number of the refresh token that came; 0: none, unknown, or not read. */
  readonly spent: number;
  /** Number of the refresh token that was issued; 0: none. */
  readonly issued: number;
  /** What became of it at the provider, whether or not the client was told. */
  readonly result: TokenResult;
  /** Whether the answer was sent as it should be. */
  readonly answered: boolean;
}

export type TokenResult =
  | 'issued'
  | 'replayed'
  | 'unknown'
  | 'revoked'
  /** A spent token came again: the family is revoked. */
  | 'reused'
  | 'invalid-client'
  | 'unsupported-grant'
  /** As a behaviour said, before anything was issued. */
  | 'refused'
  | 'dropped';

/** Kept in memory and, with a path, in a file of JSON lines: each written before its request is answered. */
export class Journal {
  readonly entries: TokenRequestEntry[] = [];
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  add(entry: TokenRequestEntry): void {
    this.entries.push(entry);
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }
}

export const readJournal = (path: string): readonly TokenRequestEntry[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TokenRequestEntry);

/** The most requests that arrived, for certain, within any stretch of `ms`. */
export const mostWithin = (entries: readonly TokenRequestEntry[], ms: number): number => {
  const inOrder = entries.toSorted((a, b) => a.mono - b.mono);
  let most = 0;
  let first = 0;
  for (let last = 0; last < inOrder.length; last++) {
    while (inOrder[last]!.mono - inOrder[first]!.since >= ms) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
};
