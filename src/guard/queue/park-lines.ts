import type {ClaimedItem} from '../../store/port.ts';
import type {LimitDecision} from '../limit-decision.ts';

/** How many of a line are remembered; whoever is behind them waits as the last of them. */
const REMEMBERED = 4_096;
/** Nobody waits longer than this beyond what the limit said, ms: those in front may be gone, or the limit may be lifted. */
const MOST_BEYOND = 30_000;
/** Slots are given back before their timeout, at a time that nobody knows: they are asked for this often, ms, … */
const SLOT_POLL_MS = 200;
/** … by this many. */
const SLOT_POLLERS = 16;

interface Place {
  readonly id: string;
  readonly rank: number;
  /** ms of `performance.now()`. */
  readonly until: number;
}

/**
 * How long refused items wait. The first in line for a key waits for what its limit said. For one with `n` better ones of this
 * process in front of it that is too early when they take all there is: a bucket that gives at most `capacity` in a `window`
 * comes to it no earlier than
 *
 *     retryAfter + floor(n / capacity) × window
 *
 * Without that, all of a long line would be claimed and parked again for each unit that becomes free.
 */
export class ParkLines {
  readonly #lines = new Map<string, Place[]>();

  /** Milliseconds for which the item waits; it stands in the line from now on. */
  park({id, rank}: Pick<ClaimedItem, 'id' | 'rank'>, decision: LimitDecision): number {
    const now = performance.now();
    const name = `${decision.limit} ${decision.tier ?? ''} ${decision.key}`;
    // Those whose time has come and who are not back are done, or others have them.
    const line = (this.#lines.get(name) ?? []).filter((place) => place.until > now && place.id !== id);
    const ahead = line.filter((place) => place.rank < rank || (place.rank === rank && place.id < id)).length;
    const forMs = waitOf(decision, ahead);
    if (line.length < REMEMBERED) line.push({id, rank, until: now + forMs});
    this.#lines.delete(name);
    this.#lines.set(name, line);
    this.#forgetOldest(now);
    return forMs;
  }

  /** Keys come from requests: lines that nobody stands in go, the one that was used longest ago first. */
  #forgetOldest(now: number): void {
    const [oldest] = this.#lines;
    if (oldest?.[1].every(({until}) => until <= now)) this.#lines.delete(oldest[0]);
  }
}

const waitOf = ({limit, scope, capacity, retryAfterMs, layers}: LimitDecision, ahead: number): number => {
  if (scope === 'concurrency')
    return Math.min(retryAfterMs, SLOT_POLL_MS * (1 + Math.floor(ahead / SLOT_POLLERS)), MOST_BEYOND);
  const window = layers.find(({name}) => name === limit)?.windowMs ?? 0;
  const turns = capacity > 0 ? Math.floor(ahead / capacity) : 0;
  return retryAfterMs + Math.min(MOST_BEYOND, turns * window);
};
