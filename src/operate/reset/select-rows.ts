import type {Policy} from '../../engine/policy-model.ts';
import {listOverrides} from '../../store/override-document.ts';
import type {Documents, Rows, StoredRow} from '../../store/port.ts';
import {KeyRules} from '../key-rules.ts';
import {requireKnownLimit, rowSelectionOf, type Selector, selectorTest} from '../selector.ts';

/** Rows of one page, and the names of foreign things met on it. */
export interface SelectedRows {
  readonly rows: readonly StoredRow[];
  readonly foreign: readonly string[];
}

/** Where rows are looked for, and the policy in force as far as there is one. */
export interface SelectionScope {
  readonly store: Rows & Pick<Documents, 'list'>;
  readonly policy: Policy | undefined;
}

const PAGE = 500;

/**
 * The rows that a selector means, page by page. One key of a limit that the policy has is read directly, in all its tiers, with the buckets of the policy
 * and those of an override;
 * without a policy its limit is looked through. Throws when the policy does not have a limit that is named.
 */
export async function* selectRows(
  selector: Selector,
  {store, policy}: SelectionScope,
): AsyncGenerator<SelectedRows> {
  if (policy !== undefined) requireKnownLimit(selector, policy);
  if (selector.kind === 'exact' && policy !== undefined) {
    const rules = new KeyRules(policy, await listOverrides(store));
    const rows = await store.read(rules.rowsOf(selector.limit, selector.key));
    yield {rows: rows.filter((row) => row !== undefined), foreign: []};
    return;
  }
  const selects = selectorTest(selector);
  for await (const {rows, foreign} of store.scan(rowSelectionOf(selector), PAGE))
    yield {rows: rows.filter(({address}) => selects(address)), foreign};
}
