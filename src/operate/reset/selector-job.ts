import {patternHint} from '../../base/pattern-hint.ts';
import {quoted} from '../../base/safe-text.ts';
import {type Selector, selectorText} from '../selector.ts';
import type {ChangeJob} from './change-job.ts';
import {FirstRows} from './first-rows.ts';
import {type SelectionScope, selectRows} from './select-rows.ts';
import {withExpiry} from './with-expiry.ts';

/** Names of things in the store that are not ours. */
const FOREIGN = 10;

/** Resets what a selector means: what there is when it is done, not only what there was when it was looked at. */
export const selectorJob = (selector: Selector, scope: SelectionScope): ChangeJob => ({
  action: 'reset',
  selector: selectorText(selector),
  reach: selector.kind === 'exact' ? 'one' : 'many',
  onDrift: 'insist',
  async preview() {
    const first = new FirstRows();
    const foreign = new Set<string>();
    for await (const page of selectRows(selector, scope)) {
      for (const row of page.rows) first.add(row);
      for (const name of page.foreign) if (foreign.size < FOREIGN) foreign.add(name);
    }
    const pattern =
      selector.kind === 'exact' && first.count === 0 ? patternHint(selectorText(selector)) : undefined;
    const notes = [
      ...(foreign.size === 0
        ? []
        : [
            `not ours and left alone, though they are under our name: ${[...foreign].map((name) => quoted(name)).join(', ')}`,
          ]),
      ...(pattern === undefined
        ? []
        : [`${quoted(selectorText(selector))} is one key, and has no state; ${pattern}`]),
    ];
    return {
      keys: first.count,
      shown: await withExpiry(first.rows, scope.store),
      keptCount: 0,
      kept: [],
      already: 0,
      expired: 0,
      notes,
    };
  },
  async *batches() {
    for await (const {rows} of selectRows(selector, scope))
      yield (await withExpiry(rows, scope.store)).map((row) => ({
        address: row.address,
        before: row,
        after: undefined,
      }));
  },
});
