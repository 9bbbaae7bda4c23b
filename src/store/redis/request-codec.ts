/**
 * Checks as one binary argument for the deciding scripts, and their one binary answer; little-endian.
 *
 *   request  u8 1 when `now` is given · f64 now · f64 slack · u16 sets, then each set, then each check
 *   set      u8 buckets · u16 bytes of head · per bucket u8 words (0: a list) and seven f64 (bucket-code.ts) · f64 keep · head
 *   check    u8 layers · u8 how it is charged · f64 hold, then each layer, its key being the next of KEYS
 *   layer    u16 set · u8 flags (1 never denies, 2 may be blocked) · f64 cost · f64 blocked until, with that flag
 *   answer   f64 now, then per layer u8 status: 0, 1, 2 the verdict (+ 16 with delay and token), 3 blocked, 4 without limit,
 *            5 not our row, 6 edges do not reach (f64 per bucket: needed around when; 0: they do), 7 not decided because of another layer or check
 *   verdict  u8 tightest bucket · f64 remaining · f64 retryAfter · f64 resetAfter [· f64 delay · f64 fencing token]
 */
import {CODE_NUMBERS} from '../../engine/bucket-code.ts';
import type {BucketSet} from '../../engine/bucket-set.ts';
import type {Check, CheckAnswer, Layer, LayerVerdict} from '../../engine/live/check.ts';
import {Kind} from '../../engine/verdict.ts';
import {Foreign} from './check-outcome.ts';
import {headOf, wordsOf} from './row-value.ts';
import {COMPLEX, LONE} from './script-library.ts';

/** How a script charges. `ask`: nothing. `refusals`: only what a refused request leaves behind. */
export const Charge = {'all-or-nothing': 0, always: 1, ask: 2, refusals: 3} as const;
export type Charge = (typeof Charge)[keyof typeof Charge];

/** A check as it goes to one script. */
export interface Ask {
  readonly check: Pick<Check, 'layers' | 'hold'>;
  readonly charge: Charge;
  /** For calendar windows: the instants around which edges are sent, by layer and bucket; else around the store's clock. */
  readonly around?: readonly (readonly number[])[] | undefined;
}

export interface Request {
  readonly bytes: Buffer;
  /** What the script must know, see `ScriptLibrary`. */
  readonly features: number;
}

export interface RequestOptions {
  /** µs. */
  readonly slack: number;
  /** In place of the server's clock. */
  readonly now: number | undefined;
  /** What the server's clock shows, about. */
  readonly estimate: number;
}

const HEADER_BYTES = 19;
const CHECK_BYTES = 10;
const LAYER_BYTES = 11;
const BLOCKING_LAYER_BYTES = LAYER_BYTES + 8;

interface CodedSet {
  readonly bytes: Buffer;
  readonly features: number;
}

/** Writes requests. Sets of buckets are coded once; those with calendar windows whenever they are asked for. */
export class RequestCodec {
  readonly #coded = new WeakMap<BucketSet, CodedSet>();

  encode(asks: readonly Ask[], {slack, now, estimate}: RequestOptions): Request {
    const indexes = new Map<BucketSet, number>();
    const sets: CodedSet[] = [];
    const places: number[] = [];
    let size = HEADER_BYTES;
    let features = 0;
    for (const {check, around} of asks) {
      size += CHECK_BYTES;
      if (check.layers.length > 1) features |= COMPLEX;
      check.layers.forEach((layer, i) => {
        const {buckets} = layer;
        size += mayBlock(layer) ? BLOCKING_LAYER_BYTES : LAYER_BYTES;
        let index = around === undefined ? indexes.get(buckets) : undefined;
        if (index === undefined) {
          index = sets.length;
          const coded = this.#codeOf(buckets, around?.[i], estimate);
          sets.push(coded);
          size += coded.bytes.length;
          features |= coded.features;
          if (around === undefined) indexes.set(buckets, index);
        }
        places.push(index);
      });
    }
    const bytes = Buffer.allocUnsafe(size);
    bytes[0] = now === undefined ? 0 : 1;
    bytes.writeDoubleLE(now ?? 0, 1);
    bytes.writeDoubleLE(slack, 9);
    bytes.writeUInt16LE(sets.length, 17);
    let at = HEADER_BYTES;
    for (const coded of sets) at += coded.bytes.copy(bytes, at);
    let place = 0;
    for (const {check, charge} of asks) {
      bytes[at] = check.layers.length;
      bytes[at + 1] = charge;
      bytes.writeDoubleLE(check.hold, at + 2);
      at += CHECK_BYTES;
      for (const layer of check.layers) at = writeLayer(bytes, at, layer, places[place++]!);
    }
    if (asks.length === 1 && places.length === 1 && (features & COMPLEX) === 0) features |= LONE;
    return {bytes, features};
  }

  #codeOf(buckets: BucketSet, around: readonly number[] | undefined, estimate: number): CodedSet {
    let coded = this.#coded.get(buckets);
    if (coded === undefined) {
      coded = codeSet(buckets, (bucket) => around?.[bucket] || estimate);
      if (!buckets.buckets.some(({code}) => code.hasEdges)) this.#coded.set(buckets, coded);
    }
    return coded;
  }
}

const codeSet = ({buckets, shape, keep}: BucketSet, instantFor: (bucket: number) => number): CodedSet => {
  const head = headOf(shape);
  const bytes = Buffer.allocUnsafe(11 + head.length + buckets.length * (1 + 8 * CODE_NUMBERS));
  bytes[0] = buckets.length;
  bytes.writeUInt16LE(head.length, 1);
  let at = 3;
  let features = isSimple(buckets) ? 0 : COMPLEX;
  for (const [i, {code}] of buckets.entries()) {
    features |= 1 << code.kind;
    bytes[at++] = wordsOf(code.letter);
    for (const number of code.numbers(instantFor(i))) at = bytes.writeDoubleLE(number, at);
  }
  at = bytes.writeDoubleLE(keep, at);
  head.copy(bytes, at);
  return {bytes, features};
};

const isSimple = (buckets: BucketSet['buckets']): boolean =>
  buckets.length === 1 && !buckets[0]!.code.hasEdges && wordsOf(buckets[0]!.code.letter) > 0;

const mayBlock = ({blockedUntil}: Layer): boolean => blockedUntil > 0;

const writeLayer = (bytes: Buffer, at: number, layer: Layer, set: number): number => {
  const blocks = mayBlock(layer);
  bytes.writeUInt16LE(set, at);
  bytes[at + 2] = (layer.shadow ? 1 : 0) + (blocks ? 2 : 0);
  const end = bytes.writeDoubleLE(layer.cost, at + 3);
  return blocks ? bytes.writeDoubleLE(layer.blockedUntil, end) : end;
};

/** In place of an answer: to be asked again, with edges around these instants where they are known by now. */
export class Again {
  readonly around: Ask['around'];

  constructor(around: Ask['around']) {
    this.around = around;
  }
}

/** What a script answered to one check. */
export type Answered = CheckAnswer | Foreign | Again;

const Status = {blocked: 3, unlimited: 4, foreign: 5, edges: 6, undecided: 7, more: 16} as const;

export const decodeAnswer = (reply: Buffer, asks: readonly Ask[]): Answered[] => {
  const now = reply.readDoubleLE(0);
  let at = 8;
  return asks.map(({check: {layers}, around: before}): Answered => {
    const verdicts: LayerVerdict[] = [];
    let foreign: Layer | undefined;
    let around: number[][] | undefined;
    let again = false;
    layers.forEach((layer, i) => {
      const status = reply[at++]!;
      switch (status) {
        case Status.blocked:
          verdicts.push(blocked(layer.blockedUntil - now));
          return;
        case Status.unlimited:
          verdicts.push(UNLIMITED);
          return;
        case Status.foreign:
          foreign ??= layer;
          return;
        case Status.edges:
          again = true;
          // The edges of the other buckets are sent as they were.
          around ??= layers.map((_, l) => [...(before?.[l] ?? [])]);
          for (let b = 0; b < layer.buckets.buckets.length; b++, at += 8)
            around[i]![b] = reply.readDoubleLE(at) || before?.[i]?.[b] || now;
          return;
        case Status.undecided:
          again = true;
          return;
      }
      const more = status >= Status.more;
      verdicts.push({
        kind: (status & 3) as Kind,
        capacity: layer.buckets.buckets[reply[at]!]!.algorithm.capacity,
        remaining: reply.readDoubleLE(at + 1),
        retryAfter: reply.readDoubleLE(at + 9),
        resetAfter: reply.readDoubleLE(at + 17),
        delay: more ? reply.readDoubleLE(at + 25) : 0,
        fencingToken: more ? reply.readDoubleLE(at + 33) : 0,
      });
      at += more ? 41 : 25;
    });
    if (foreign !== undefined) return new Foreign(foreign.address);
    return again ? new Again(around ?? before) : {now, verdicts};
  });
};

const UNLIMITED: LayerVerdict = {
  kind: Kind.allow,
  remaining: Number.MAX_SAFE_INTEGER,
  capacity: Number.MAX_SAFE_INTEGER,
  retryAfter: 0,
  resetAfter: 0,
  delay: 0,
  fencingToken: 0,
};

const blocked = (span: number): LayerVerdict => {
  const forGood = span === Number.POSITIVE_INFINITY;
  return {
    kind: forGood ? Kind.never : Kind.notYet,
    remaining: 0,
    capacity: 0,
    retryAfter: forGood ? 0 : span,
    resetAfter: forGood ? 0 : span,
    delay: 0,
    fencingToken: 0,
  };
};
