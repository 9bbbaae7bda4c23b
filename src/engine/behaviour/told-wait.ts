/**
 * Whether a refused request came too early: its client had been told to wait longer. Units: µs.
 *
 * Example: refused at 0 with 3.2 s to wait, which is told as 4 s. Refused again at 0.1 s: on its way already. Refused again at 2 s: early.
 */

/** What a client was told. */
export interface ToldWait {
  /** When it heard of the wait that it is in, … */
  readonly toldAt: number;
  /** … and when that ends. */
  readonly until: number;
}

export const NOT_TOLD: ToldWait = {toldAt: 0, until: 0};

/** A request that comes so soon after a refusal was on its way already: about the round trip between two continents. */
const ON_ITS_WAY = 200_000;
/** `Retry-After` is in whole seconds, rounded up. */
const WHOLE_SECOND = 1_000_000;

/** Whether a request that is refused at `now` is early. */
export const isEarly = ({toldAt, until}: ToldWait, now: number): boolean =>
  now < until && now >= toldAt + ON_ITS_WAY;

/** What the client knows once it was refused at `now`; `retryAfter` 0: waiting does not help, and it is told nothing. */
export const toldAgain = (told: ToldWait, retryAfter: number, now: number): ToldWait => {
  if (retryAfter <= 0) return told;
  const until = now + Math.ceil(retryAfter / WHOLE_SECOND) * WHOLE_SECOND;
  return {toldAt: now >= told.until ? now : told.toldAt, until: Math.max(told.until, until)};
};
