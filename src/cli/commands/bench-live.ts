import {existsSync} from 'node:fs';
import type {BenchedStore} from '../../bench/bench-options.ts';
import {openStore} from '../../store/open-store.ts';
import {formatPlural} from '../../view/format-number.ts';

const MINUTE = 60_000_000;
const LOOKED_BACK = 10 * MINUTE;
/** A server that takes longer is not waited for: what is wrong with it the benchmark says. */
const PATIENCE_MS = 1_000;

/** A line for each store that applications ask: what a benchmark takes from its server they do without. */
export const liveWarnings = async (stores: readonly BenchedStore[]): Promise<readonly string[]> => {
  const asked = await Promise.all(stores.map(({target}) => askedLately(target).catch(() => 0)));
  return stores.flatMap(({url}, i) =>
    asked[i] === 0
      ? []
      : [
          `${url}: applications asked limits there ${formatPlural(asked[i]!, 'time')} in the last 10 minutes: they will feel the load, and the figures feel theirs`,
        ],
  );
};

/** Requests that applications told of. */
const askedLately = async (target: BenchedStore['target']): Promise<number> => {
  if (target.kind === 'memory' || (target.kind === 'sqlite' && !existsSync(target.path))) return 0;
  const store = await openStore(target, {access: 'read', timeoutMs: PATIENCE_MS});
  try {
    const now = await store.now();
    let sum = 0;
    for await (const {allowed, denied} of store.slots(now - LOOKED_BACK, now + MINUTE, 'minute'))
      sum += allowed + denied;
    return sum;
  } finally {
    await store.close();
  }
};
