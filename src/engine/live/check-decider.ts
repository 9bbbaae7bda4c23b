import {Ask, Kind} from '../verdict.ts';
import {type Check, type CheckAnswer, denierOf, type Layer, type LayerVerdict} from './check.ts';

/** The state of one key while a check is decided. */
export interface Row {
  /** `BucketSet.words` doubles; zeros when the key was never seen. */
  readonly state: Float64Array;
  /** Where in `state` they begin. @default 0 */
  readonly at?: number;
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
  /** Whether the last check charged the layer; parallel to its layers, and longer when an earlier check had more. */
  readonly charged: boolean[] = [];

  decide(check: Check, rows: readonly Row[], now: number): CheckAnswer {
    const {layers} = check;
    const ask = this.#ask;
    ask.now = now;
    ask.hold = check.hold;
    const verdicts = this.#askAll(layers, rows, now);
    const denier = denierOf(check, verdicts);
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i]!;
      const {buckets, blockedUntil} = layer;
      const asked = blockedUntil <= now && buckets.buckets.length > 0;
      const charges = asked && (denier < 0 || check.charge === 'always' || i === denier);
      const charged = charges && buckets.verdict.writes;
      this.charged[i] = charged;
      if (charged) verdicts[i] = this.#charge(layer, rows[i]!, now, verdicts[i]!);
    }
    return {now, verdicts};
  }

  #askAll(layers: readonly Layer[], rows: readonly Row[], now: number): LayerVerdict[] {
    // Most policies have one limit: an array that is made for one takes a fraction of the room.
    if (layers.length === 1) return [this.#askLayer(layers[0]!, rows[0]!, now)];
    return layers.map((layer, i) => this.#askLayer(layer, rows[i]!, now));
  }

  /** What the layer said, with the lease that it was granted. */
  #charge({buckets, cost}: Layer, row: Row, now: number, verdict: LayerVerdict): LayerVerdict {
    this.#ask.cost = cost;
    buckets.commit(row.state, row.at ?? 0, this.#ask);
    row.expiresAt = now + buckets.verdict.resetAfter + buckets.keep;
    const {fencingToken} = buckets;
    return fencingToken > 0 && verdict.kind === Kind.allow ? {...verdict, fencingToken} : verdict;
  }

  #askLayer({buckets, cost, blockedUntil}: Layer, row: Row, now: number): LayerVerdict {
    if (blockedUntil > now) return blocked(blockedUntil - now);
    if (buckets.buckets.length === 0) return UNLIMITED;
    this.#ask.cost = cost;
    buckets.decide(row.state, row.at ?? 0, this.#ask);
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
