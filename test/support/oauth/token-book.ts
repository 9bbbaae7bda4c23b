import {randomBytes} from 'node:crypto';
import type {Rotation} from '../../../src/engine/refresh/refresh-transitions.ts';

interface RefreshToken {
  readonly number: number;
  readonly family: number;
  /** The pair that it was exchanged for. */
  next: IssuedPair | undefined;
  replayed: boolean;
  revoked: boolean;
}

export interface IssuedPair {
  readonly accessToken: string;
  /** Undefined: the old one stays valid, or the grant has none. */
  readonly refreshToken: string | undefined;
  /** The refresh token's number; 0: none. */
  readonly number: number;
}

export type Exchange =
  | {readonly kind: 'issued' | 'replayed'; readonly spent: number; readonly pair: IssuedPair}
  /** `reused`: a spent one came again, and all of its family were revoked. */
  | {readonly kind: 'unknown' | 'revoked' | 'reused'; readonly spent: number};

/** The refresh tokens of a provider: numbered, opaque, each of a family that is revoked together. */
export class TokenBook {
  rotation: Rotation;
  readonly #tokens = new Map<string, RefreshToken>();
  #numbers = 0;
  #families = 0;

  constructor(rotation: Rotation) {
    this.rotation = rotation;
  }

  /** A first refresh token, as after a person's consent. */
  begin(): IssuedPair {
    return this.#issue(++this.#families);
  }

  issueAccessOnly(): IssuedPair {
    return {accessToken: opaque('at'), refreshToken: undefined, number: 0};
  }

  exchange(text: string): Exchange {
    const token = this.#tokens.get(text);
    if (token === undefined) return {kind: 'unknown', spent: 0};
    const {number: spent, family} = token;
    if (token.revoked) return {kind: 'revoked', spent};
    if (this.rotation === 'none') return {kind: 'issued', spent, pair: this.issueAccessOnly()};
    if (token.next === undefined) {
      token.next = this.#issue(family);
      return {kind: 'issued', spent, pair: token.next};
    }
    if (this.rotation === 'grace' && !token.replayed && this.#isUnused(token.next)) {
      token.replayed = true;
      return {kind: 'replayed', spent, pair: token.next};
    }
    this.#revoke(family);
    return {kind: 'reused', spent};
  }

  revokeAll(): void {
    for (const token of this.#tokens.values()) token.revoked = true;
  }

  #issue(family: number): IssuedPair {
    const number = ++this.#numbers;
    const refreshToken = opaque('rt');
    this.#tokens.set(refreshToken, {number, family, next: undefined, replayed: false, revoked: false});
    return {accessToken: opaque('at'), refreshToken, number};
  }

  #isUnused({refreshToken = ''}: IssuedPair): boolean {
    return this.#tokens.get(refreshToken)?.next === undefined;
  }

  #revoke(family: number): void {
    for (const token of this.#tokens.values()) if (token.family === family) token.revoked = true;
  }
}

/** The mark is what tests look for where no secret may be. */
const opaque = (kind: 'at' | 'rt'): string => `fake-${kind}-${randomBytes(24).toString('base64url')}`;
