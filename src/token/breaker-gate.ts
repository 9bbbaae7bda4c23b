import type {StoredBreaker} from '../store/stored-breaker.ts';

/** The circuit breaker in front of one provider. */
export type BreakerGate = Pick<StoredBreaker, 'openUntil' | 'admit' | 'report' | 'abandon' | 'reset'>;
