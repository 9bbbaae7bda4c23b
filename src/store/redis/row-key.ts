/**
 * Names of keys: `<prefix><limit>:{<key>}`, and `…:<tier>` behind it in a limit with tiers. The braces are the hash tag of a
 * Redis Cluster: all limits by the same key are in one slot. Names of limits hold neither `:` nor braces, and in tiers `%`, `{`
 * and `}` are percent-encoded, so the key is what stands between the first `:{` and the last `}`, whatever it holds.
 *
 * What is not a row is kept under `<prefix>{~}:…`, in one slot.
 */
import {isUtf8} from 'node:buffer';
import type {RowAddress} from '../../engine/live/check.ts';

export class RowKeys {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  nameOf({limit, key, tier}: RowAddress): string {
    const row = `${this.prefix}${limit}:{${key}}`;
    return tier === '' ? row : `${row}:${encodeTier(tier)}`;
  }

  /** The name of something that is not a row. */
  own(name: string): string {
    return `${this.prefix}{~}:${name}`;
  }

  /** Whose row it is. Undefined when it is none; `own`: something else of ours. */
  parse(name: Buffer): RowAddress | 'own' | undefined {
    const text = name.toString();
    // What replaces bytes that are no text may stand in a text, too.
    if (!text.startsWith(this.prefix) || (text.includes('\ufffd') && !isUtf8(name))) return undefined;
    const rest = text.slice(this.prefix.length);
    if (rest.startsWith('{~}:')) return 'own';
    const open = rest.indexOf(':{');
    const close = rest.lastIndexOf('}');
    if (open < 0 || close < open + 2) return undefined;
    const limit = rest.slice(0, open);
    if (!LIMIT_NAME.test(limit)) return undefined;
    const key = rest.slice(open + 2, close);
    const tail = rest.slice(close + 1);
    if (tail !== '' && !(tail.startsWith(':') && tail.length > 1)) return undefined;
    const tier = decodeTier(tail.slice(1));
    return tier === undefined ? undefined : {limit, key, tier};
  }
}

const LIMIT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const encodeTier = (tier: string): string =>
  tier.replace(/[%{}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Undefined when it is not what `encodeTier` writes. */
const decodeTier = (text: string): string | undefined => {
  const tier = text.replace(/%(25|7B|7D)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return encodeTier(tier) === text ? tier : undefined;
};
