import {DAY, S} from '../../support/instants.ts';
import {fixedWindowSpec, tokenBucketSpec} from '../../support/policies.ts';

/** More is asked for than there is, however slow the machine. */
export const HAMMERED_BUCKET = tokenBucketSpec(500, S, 1_000);
/** Units of the bucket that one call asks for, each by a check of its own. */
export const ASKED_OF_BUCKET = 5;
export const HAMMERED_WINDOW = fixedWindowSpec(300, 400 * DAY, {align: 'first-hit'});
