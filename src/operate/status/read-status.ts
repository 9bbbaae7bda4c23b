import {
  STATUS_STATES,
  type StatusKey,
  type StatusReport,
  type StatusState,
  type StatusTotals,
} from '../../view/model/status-report.ts';
import {KeyStateReader} from '../key-state.ts';
import {requireKnownLimit, selectorText} from '../selector.ts';
import {type Looked, openStoreView} from '../store-view.ts';
import {type FindOptions, findKeys, type StatusScope} from './find-keys.ts';
import {isUnused} from './is-unused.ts';
import {type DescribeBucket, type ObservedKey, statusKey} from './observed-key.ts';
import {readSections} from './read-sections.ts';
import {readUsage} from './read-usage.ts';
import {type StatusSort, statusOrder} from './status-order.ts';
import {clockWarnings, statusStore} from './store-facts.ts';
import {TopRows} from './top-rows.ts';

export interface StatusQuery {
  readonly scope: StatusScope;
  /** Asked of `limit/key`, a page at a time. */
  readonly filter: ((texts: readonly string[]) => readonly boolean[]) | undefined;
  /** Undefined: all. */
  readonly states: ReadonlySet<StatusState> | undefined;
  readonly sort: StatusSort;
  readonly direction: 'forward' | 'reverse';
  /** Keys in the answer; Infinity: all that match. */
  readonly limit: number;
  /** Rows after which a search through the keys ends; Infinity: none. */
  readonly maxKeys: number;
  /** Without a selector: keys of the index that are read, those with the most refusals. */
  readonly mostRecent: number;
}

export interface StatusSource extends Looked {
  readonly policyFile: {readonly file: string; readonly from: string} | null;
  readonly describe: DescribeBucket;
}

export interface StatusHooks {
  /** Told after each page how many rows were read. */
  readonly onRead?: (rows: number) => void;
  /** Gets every key that matches, in no order; then nothing is kept for `keys`. May take its time. */
  readonly onKey?: (key: StatusKey) => void | Promise<void>;
  /** Asked after each page: whether nobody wants the rest. */
  readonly isDone?: () => boolean;
}

export interface StatusAnswer {
  readonly report: StatusReport;
  readonly warnings: readonly string[];
}

/** Looks, without writing anything. */
export const readStatus = async (
  source: StatusSource,
  query: StatusQuery,
  {onRead, onKey, isDone}: StatusHooks = {},
): Promise<StatusAnswer> => {
  const {scope} = query;
  if (scope.kind !== 'recent' && source.policy !== undefined) requireKnownLimit(scope, source.policy);
  const view = await openStoreView(source);
  const tally = new Tally();
  const order = statusOrder(query.sort, query.direction);
  const top = new TopRows<ObservedKey>(onKey === undefined ? query.limit : 0, order);
  const wants = wanted(query);
  const told = {reader: new KeyStateReader(), describe: source.describe};
  for await (const found of findKeys(source, view, scope, {...query, wants})) {
    tally.met(found.read, found.foreign, found.cut);
    onRead?.(tally.read);
    for (const key of found.keys) {
      if (query.states !== undefined && !query.states.has(key.standing.condition)) continue;
      tally.count(key.standing.condition);
      if (onKey === undefined) {
        top.offer(key);
        continue;
      }
      const pending = onKey(statusKey(key, told));
      if (pending !== undefined) await pending;
      tally.streamed++;
    }
    if (isDone?.() === true) break;
  }
  const keys = top.sorted().map((key) => statusKey(key, told));
  const limits = source.policy?.limits.map(({name}) => name) ?? [];
  const now = view.now();
  const {usage, usesOf} = await readUsage(source.store, limits, now);
  const {store, policy, describe} = source;
  const {adaptive, shares} = view;
  const sections = await readSections({store, policy, now, usesOf, adaptive, shares, describe});
  const unused =
    scope.kind === 'recent' && (await isUnused(store, view, {...sections, usage}, now))
      ? ({unused: true} as const)
      : {};
  const report: StatusReport = {
    store: statusStore(view),
    policy: source.policyFile,
    scope: {kind: scope.kind, selector: scope.kind === 'recent' ? '' : selectorText(scope)},
    keys,
    totals: tally.totals(keys.length),
    usage,
    liveOverrides: view.liveOverrides,
    ...unused,
    ...sections,
  };
  return {report, warnings: [...clockWarnings(view), ...tally.warnings(query)]};
};

const wanted =
  ({filter}: StatusQuery): FindOptions['wants'] =>
  (addresses) =>
    filter === undefined
      ? addresses.map(() => true)
      : filter(addresses.map(({limit, key}) => `${limit}/${key}`));

/** What was met on the way. */
class Tally {
  read = 0;
  streamed = 0;
  #foreign = 0;
  readonly #foreignNames: string[] = [];
  #cut = false;
  #matching = 0;
  readonly #states = Object.fromEntries(STATUS_STATES.map((state) => [state, 0])) as Record<
    StatusState,
    number
  >;

  met(read: number, foreign: readonly string[], cut: boolean): void {
    this.read += read;
    this.#foreign += foreign.length;
    if (this.#foreignNames.length < 3) this.#foreignNames.push(...foreign.slice(0, 3));
    if (cut) this.#cut = true;
  }

  count(state: StatusState): void {
    this.#matching++;
    this.#states[state]++;
  }

  totals(shown: number): StatusTotals {
    return {
      shown: shown + this.streamed,
      matching: this.#matching,
      read: this.read,
      states: this.#states,
      foreign: this.#foreign,
      complete: !this.#cut,
    };
  }

  warnings({maxKeys, scope}: StatusQuery): readonly string[] {
    const foreign =
      this.#foreign === 0
        ? []
        : [
            `${this.#foreign} ${this.#foreign === 1 ? 'thing' : 'things'} under the store's prefix ${this.#foreign === 1 ? 'is' : 'are'} not ours and ${this.#foreign === 1 ? 'was' : 'were'} left alone: ${this.#foreignNames.slice(0, 3).join(', ')}`,
          ];
    const cut =
      this.#cut && scope.kind !== 'recent'
        ? [`stopped after ${maxKeys} keys, as --max-keys asks: there may be more`]
        : [];
    return [...foreign, ...cut];
  }
}
