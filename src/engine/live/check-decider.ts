import {Ask, Kind} from '../verdict.ts';
import {type Check, type CheckAnswer, denierOf, type Layer, type LayerVerdict} from './check.ts';

/** The state of one key while a check is decided. */
export interface Row {
  /** `BucketSet.words` doubles; zeros when the key was never seen. */
  readonly state: Float64Array;
  /** The instant from which on the row may be forgotten, µs. Set when the row was charged. */
  expiresAt: number;
}

/**
 * Decides a check over rows in memory: the memory store and the SQLite store do so directly, the scripts of Redis and
 * Postgres are its twins.
 *
 * All-or-nothing: no layer is charged when another one denies, except that a limit which counts refusals counts its own.
 * A shadow layer never denies; it is charged as if it did, unless an enforcing layer denied.
 */
export class CheckDecider {
  readonly #ask = new Ask();
  /** Whether the last check charged the layer; parallel to its layers. */
  readonly charged: boolean[] = [];

  decide(check: Check, rows: readonly Row[], now: number): CheckAnswer {
    const {layers} = check;
    const ask = this.#ask;
    ask.now = now;
    ask.hold = check.hold;
    const verdicts: LayerVerdict[] = [];
    for (let i = 0; i < layers.length; i++) verdicts.push(this.#askLayer(layers[i]!, rows[i]!, now));
    const denier = denierOf(check, verdicts);
    this.charged.length = layers.length;
    for (let i = 0; i < layers.length; i++) {
      const {buckets, cost, blockedUntil} = layers[i]!;
      const asked = blockedUntil <= now && buckets.buckets.length > 0;
      const charges = asked && (denier < 0 || check.charge === 'always' || i === denier);
      this.charged[i] = charges && buckets.verdict.writes;
      if (!this.charged[i]) continue;
      const row = rows[i]!;
      ask.cost = cost;
      buckets.commit(row.state, 0, ask);
      row.expiresAt = now + buckets.verdict.resetAfter + buckets.keep;
      const {fencingToken} = buckets;
      if (fencingToken > 0 && verdicts[i]!.kind === Kind.allow) verdicts[i] = {...verdicts[i]!, fencingToken};
    }
    return {now, verdicts};
  }

  #askLayer({buckets, cost, blockedUntil}: Layer, row: Row, now: number): LayerVerdict {
    if (blockedUntil > now) return blocked(blockedUntil - now);
    if (buckets.buckets.length === 0) return UNLIMITED;
    this.#ask.cost = cost;
    buckets.decide(row.state, 0, this.#ask);
    const {kind, remaining, retryAfter, resetAfter, delay} = buckets.verdict;
    return {kind, remaining, capacity: buckets.capacity, retryAfter, resetAfter, delay, fencingToken: 0};
  }
}

/** A key without buckets (its tier is unknown) whose block has ended. */
const UNLIMITED: LayerVerdict = {
  kind: Kind.allow,
  remaining: Number.MAX_SAFE_INTEGER,
  capacity: Number.MAX_SAFE_INTEGER,
  retryAfter: 0,
  resetAfter: 0,
  delay: 0,
  fencingToken: 0,
};

const blocked = (span: number): LayerVerdict => ({
  kind: span === Number.POSITIVE_INFINITY ? Kind.never : Kind.notYet,
  remaining: 0,
  capacity: 0,
  retryAfter: span === Number.POSITIVE_INFINITY ? 0 : span,
  resetAfter: span === Number.POSITIVE_INFINITY ? 0 : span,
  delay: 0,
  fencingToken: 0,
});
