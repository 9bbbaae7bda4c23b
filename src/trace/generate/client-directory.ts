import {avalanche} from '../../engine/request-batch.ts';
import type {ByteWriter} from './byte-writer.ts';
import {WeightedChoice} from './weighted-choice.ts';

/** Clients that fit: 2^16 networks 10.x.y with hosts 1 … 254. */
export const MAX_CLIENTS = 0x10000 * 254;
/** The rank of the scanner, which is not one of the clients. */
export const SCANNER = 0;

export const KEY_KINDS = ['ip', 'user'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const OCTETS: readonly Uint8Array[] = Array.from({length: 256}, (_, i) => encode(`${i}.`));
const PREFIX = encode('10.');
// TEST-NET-3 (RFC 5737), which no client has.
const SCANNER_ADDRESS = encode('203.0.113.66');
const SCANNER_USER = encode('anonymous');
const USER = encode('user-');

/** A permutation of 0 … 2^24 − 1: each step (odd factor, shifted xor) can be undone. */
const scatter = (x: number): number => {
  let y = Math.imul(x ^ 0x5bd1e9, 0x9e3779b1) & 0xffffff;
  y ^= y >>> 13;
  y = Math.imul(y, 0x85ebca6b) & 0xffffff;
  return y ^ (y >>> 11);
};

/**
 * The address of a client: 10.x.y.z, different for every rank 1 … `MAX_CLIENTS`, z never 0 or 255.
 *
 * A permutation repeated until it lands in the allowed set is a permutation of that set ("cycle walking", J. Black and
 * P. Rogaway 2002). It does not depend on the seed: the busiest client is always the same address.
 */
export const clientAddress = (rank: number): number => {
  const host = (rank - 1) % 254;
  let x = ((rank - 1 - host) / 254) * 256 + 1 + host;
  do x = scatter(x);
  while ((x & 0xff) === 0 || (x & 0xff) === 0xff);
  return x;
};

/** Who a client is. All of it follows from the rank (1 = the busiest), so that a client is the same in every request. */
export class ClientDirectory {
  readonly #kind: KeyKind;
  readonly #tenants: number;
  readonly #plans: WeightedChoice;

  /** Tenants are numbered 0 … `tenants` − 1; `planWeights` are the shares of tenants by plan. */
  constructor(kind: KeyKind, tenants: number, planWeights: readonly number[]) {
    this.#kind = kind;
    this.#tenants = tenants;
    this.#plans = new WeightedChoice(planWeights);
  }

  writeAddress(out: ByteWriter, rank: number): void {
    if (rank === SCANNER) {
      out.piece(SCANNER_ADDRESS);
      return;
    }
    const address = clientAddress(rank);
    out.piece(PREFIX);
    out.piece(OCTETS[address >>> 16]!);
    out.piece(OCTETS[(address >>> 8) & 0xff]!);
    out.piece(OCTETS[address & 0xff]!);
    out.length--; // the last dot
  }

  /** The value of `key`: the address, or `user-000123`. */
  writeKey(out: ByteWriter, rank: number): void {
    if (this.#kind === 'ip') this.writeAddress(out, rank);
    else if (rank === SCANNER) out.piece(SCANNER_USER);
    else {
      out.piece(USER);
      if (rank < 1_000_000) out.padded(rank, 6);
      else out.number(rank);
    }
  }

  /** Whether access logs name a user. */
  hasUser(rank: number): boolean {
    return this.#kind === 'user' && rank !== SCANNER;
  }

  tenantOf(rank: number): number {
    return hash(rank, 0x7e4a) % this.#tenants;
  }

  planOf(tenant: number): number {
    return this.#plans.at(hash(tenant, 0x91a4) / 0x100000000);
  }
}

/** 0 … 2^32 − 1, different for every purpose. */
export const hash = (value: number, purpose: number): number =>
  avalanche(Math.imul(value, 0x9e3779b1) ^ purpose) >>> 0;
