/**
 * xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (public domain, https://prng.di.unimi.it/xoshiro128starstar.c),
 * period 2^128 − 1, with its state filled by their SplitMix64 as they advise.
 *
 *     result = rotl(s1 × 5, 7) × 9      t = s1 << 9
 *     s2 ^= s0   s3 ^= s1   s1 ^= s2   s0 ^= s3   s2 ^= t   s3 = rotl(s3, 11)
 *
 * Only 32-bit integer operations, so every platform draws the same numbers. Not for secrets.
 */
export class Random {
  readonly #s: Int32Array;

  /** `state`: four 32-bit words, not all zero. Use `randomStream` to make one from a seed. */
  constructor(state: readonly [number, number, number, number]) {
    this.#s = Int32Array.from(state);
  }

  /** The next whole number 0 … 2^32 − 1. */
  next32(): number {
    const s = this.#s;
    const s1 = s[1]!;
    const x = Math.imul(s1, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= s1 << 9;
    const s3 = s[3]!;
    s[3] = (s3 << 11) | (s3 >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1): a multiple of 2^-53. */
  fraction(): number {
    const high = this.next32() >>> 5;
    const low = this.next32() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** A whole number 0 … n − 1; the bias is below n ÷ 2^53. */
  below(n: number): number {
    return Math.floor(this.fraction() * n);
  }
}

const MASK = (1n << 64n) - 1n;

/** FNV-1a, 64 bits. */
const hashName = (name: string): bigint => {
  let h = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name)) h = ((h ^ BigInt(byte)) * 0x100000001b3n) & MASK;
  return h;
};

/**
 * An independent stream of random numbers for one purpose. Each consumer takes its own by name, so that adding one does
 * not shift what the others draw. `seed` is whole, 0 … 2^53 − 1.
 */
export const randomStream = (seed: number, name: string): Random => {
  let x = ((BigInt(seed) * 0x9e3779b97f4a7c15n) & MASK) ^ hashName(name);
  const splitMix = (): bigint => {
    x = (x + 0x9e3779b97f4a7c15n) & MASK;
    let z = x;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  };
  const a = splitMix();
  const b = splitMix();
  // Two SplitMix64 outputs in a row are never both zero.
  return new Random([Number(a & 0xffffffffn), Number(a >> 32n), Number(b & 0xffffffffn), Number(b >> 32n)]);
};
