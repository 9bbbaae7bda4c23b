/**
 * Names of keys: `<prefix><limit>:<shape>:{<key>}`, and `…:<tier>` behind it in a limit with tiers. The braces are the hash tag of
 * a Redis Cluster: all limits by the same key are in one slot. Prefixes hold no braces, names of limits and shapes neither `:` nor
 * braces, and in tiers `%`, `{` and `}` are percent-encoded, so the key is what stands between the first `{` and the last `}`,
 * whatever it holds.
 *
 * What is not a row is kept under `<prefix>~:{~}:…`, in one slot.
 *
 * Prefixes that end with `:` may begin alike (`rl:` and `rl:a:`): before the first brace a row has exactly two words more than its
 * prefix, and what is not a row the word `~`, which is no shape. So no name has a meaning under two of them.
 */
import {isUtf8} from 'node:buffer';
import type {RowAddress} from '../../engine/live/check.ts';

const OWN = '~:{~}:';
const CLOSE = 0x7d;
/** What stands in a text for bytes that are none. */
const REPLACED = '\ufffd';

interface Begin {
  readonly bytes: Buffer;
  readonly limit: string;
  readonly shape: string;
}

export class RowKeys {
  readonly prefix: string;
  /** How the row without a tier began that was parsed last. No name begins with a zero byte. */
  #begin: Begin = {bytes: Buffer.of(0), limit: '', shape: ''};

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  nameOf({limit, key, tier, shape}: RowAddress): string {
    const row = `${this.prefix}${limit}:${shape}:{${key}}`;
    return tier === '' ? row : `${row}:${encodeTier(tier)}`;
  }

  /** The name of something that is not a row. */
  own(name: string): string {
    return `${this.prefix}${OWN}${name}`;
  }

  /** Whose row has the name that is these bytes. Undefined when it is none; `own`: something else of ours. */
  parse(bytes: Buffer, from = 0, until = bytes.length): RowAddress | 'own' | undefined {
    return this.#parseAlike(bytes, from, until) ?? this.#parseAny(bytes.subarray(from, until));
  }

  /** Rows of a limit differ in the key alone, when they have no tier: most begin as the one before did. */
  #parseAlike(name: Buffer, from: number, until: number): RowAddress | undefined {
    const {bytes, limit, shape} = this.#begin;
    const keyFrom = from + bytes.length;
    if (keyFrom >= until || name[until - 1] !== CLOSE) return undefined;
    for (let i = 0; i < bytes.length; i++) if (name[from + i] !== bytes[i]) return undefined;
    const key = name.toString('utf8', keyFrom, until - 1);
    return key.includes(REPLACED) ? undefined : {limit, key, tier: '', shape};
  }

  #parseAny(name: Buffer): RowAddress | 'own' | undefined {
    const text = name.toString();
    // What replaces bytes that are no text may stand in a text, too.
    if (!text.startsWith(this.prefix) || (text.includes(REPLACED) && !isUtf8(name))) return undefined;
    const rest = text.slice(this.prefix.length);
    if (rest.startsWith(OWN)) return 'own';
    const [begin, limit, shape] = ROW.exec(rest) ?? [];
    const close = rest.lastIndexOf('}');
    if (begin === undefined || limit === undefined || shape === undefined || close < 0) return undefined;
    const key = rest.slice(begin.length, close);
    const tail = rest.slice(close + 1);
    if (tail !== '' && !(tail.startsWith(':') && tail.length > 1)) return undefined;
    const tier = decodeTier(tail.slice(1));
    if (tier === undefined) return undefined;
    if (tier === '') this.#begin = {bytes: Buffer.from(this.prefix + begin), limit, shape};
    return {limit, key, tier, shape};
  }
}

const ROW = /^([A-Za-z0-9][A-Za-z0-9_.-]*):([a-z][A-Za-z0-9_.,/+-]*):\{/;

const encodeTier = (tier: string): string =>
  tier.replace(/[%{}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Undefined when it is not what `encodeTier` writes. */
const decodeTier = (text: string): string | undefined => {
  const tier = text.replace(/%(25|7B|7D)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return encodeTier(tier) === text ? tier : undefined;
};
