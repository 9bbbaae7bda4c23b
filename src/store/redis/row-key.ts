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

export class RowKeys {
  readonly prefix: string;

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

  /** Whose row it is. Undefined when it is none; `own`: something else of ours. */
  parse(name: Buffer): RowAddress | 'own' | undefined {
    const text = name.toString();
    // What replaces bytes that are no text may stand in a text, too.
    if (!text.startsWith(this.prefix) || (text.includes('\ufffd') && !isUtf8(name))) return undefined;
    const rest = text.slice(this.prefix.length);
    if (rest.startsWith(OWN)) return 'own';
    const [begin, limit, shape] = ROW.exec(rest) ?? [];
    const close = rest.lastIndexOf('}');
    if (begin === undefined || limit === undefined || shape === undefined || close < 0) return undefined;
    const key = rest.slice(begin.length, close);
    const tail = rest.slice(close + 1);
    if (tail !== '' && !(tail.startsWith(':') && tail.length > 1)) return undefined;
    const tier = decodeTier(tail.slice(1));
    return tier === undefined ? undefined : {limit, key, tier, shape};
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
