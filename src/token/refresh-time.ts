import {createHash} from 'node:crypto';
import type {TokenState} from '../engine/refresh/refresh-record.ts';
import type {TokenProviderSpec} from '../engine/refresh/token-provider-spec.ts';

/**
 * When a token is to be refreshed without anybody asking: the margin and up to `jitter` of it before it expires, µs of the store's
 * clock. The share is drawn from the provider's name and the generation, so that every process has the same instant and many
 * providers have different ones. A token that lives shorter than twice the margin is refreshed when half of its life is over.
 */
export const refreshTime = (
  {expiresAt, obtainedAt, generation}: Pick<TokenState, 'expiresAt' | 'obtainedAt' | 'generation'>,
  {name, margin, jitter}: Pick<TokenProviderSpec, 'name' | 'margin' | 'jitter'>,
): number => {
  if (expiresAt === Number.POSITIVE_INFINITY) return expiresAt;
  const early = Math.min(margin, (expiresAt - obtainedAt) / 2);
  return Math.floor(expiresAt - early * (1 + jitter * drawn(`${name} ${generation}`)));
};

/** 0 … 1, the same for the same text. */
const drawn = (text: string): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) / 0xffff_ffff;
