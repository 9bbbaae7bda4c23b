import type {Clock} from '../../src/base/clock.ts';
import type {Micros} from '../../src/base/micros.ts';

/** A clock that stands still. */
export const fixedClock = (at: Micros): Clock => ({now: () => at});
