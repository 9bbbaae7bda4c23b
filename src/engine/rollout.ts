import type {LimitSpec} from './policy-model.ts';
import {hashBytes} from './request-batch.ts';

/**
 * Whether a limit denies for this key, or only counts: its mode, and the share of keys that a rollout enforces for. A key
 * that is enforced at 10 % is enforced at every larger share, the same in every process and in a replay.
 */
export const isEnforced = ({mode, rollout}: Pick<LimitSpec, 'mode' | 'rollout'>, key: Uint8Array): boolean =>
  mode === 'enforce' && (rollout >= 1 || (hashBytes(key, 0, key.length) >>> 0) / 2 ** 32 < rollout);
