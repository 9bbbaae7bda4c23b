import {behaviourAddress, isBehaviourRow} from '../../engine/behaviour/behaviour-state.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {listOverrides} from '../../store/override-document.ts';
import type {Documents, Rows, StoredRow} from '../../store/port.ts';
import {KeyRules} from '../key-rules.ts';
import {
  behaviourSelector,
  requireKnownLimit,
  rowSelectionOf,
  type Selector,
  selectorTest,
} from '../selector.ts';

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
 *
 * How keys behave is kept in rows of their own. They are meant only when they are asked for, as if they were a limit named
 * `behaviour:LIMIT`: a key that gets its units back is not forgiven by that.
 */
export async function* selectRows(
  selector: Selector,
  {store, policy}: SelectionScope,
): AsyncGenerator<SelectedRows> {
  const behaviour = behaviourSelector(selector);
  const meant = behaviour ?? selector;
  if (policy !== undefined) requireKnownLimit(meant, policy);
  if (meant.kind === 'exact' && policy !== undefined) {
    const {limit, key} = meant;
    const spec = policy.behaviour.find((one) => one.limit === limit);
    const addresses =
      behaviour === undefined
        ? new KeyRules(policy, await listOverrides(store)).rowsOf(limit, key)
        : spec === undefined
          ? []
          : [behaviourAddress(spec, key)];
    const rows = await store.read(addresses);
    yield {rows: rows.filter((row) => row !== undefined), foreign: []};
    return;
  }
  const selects = selectorTest(meant);
  const isWanted = (address: RowAddress): boolean => isBehaviourRow(address) === (behaviour !== undefined);
  for await (const {rows, foreign} of store.scan(rowSelectionOf(meant), PAGE))
    yield {rows: rows.filter(({address}) => isWanted(address) && selects(address)), foreign};
}
