import type {PoolState} from '../../engine/pool/pool.ts';
import type {Place} from '../../engine/pool/pool-estimate.ts';
import type {StoredPool} from '../../store/stored-pool.ts';
import type {HeldSlot} from './held-slot.ts';
import type {WaitingCall, WaitingCallOptions} from './waiting-call.ts';

export interface PoolMemberOptions {
  readonly pool: StoredPool;
  readonly source: 'store' | 'local';
  readonly onQueued: (call: WaitingCall<HeldSlot>, place: Place) => void;
  readonly onLost: (slot: HeldSlot) => void;
  readonly onState: (state: PoolState) => void;
}

export type MemberCall = Omit<WaitingCallOptions<HeldSlot>, 'id'>;
