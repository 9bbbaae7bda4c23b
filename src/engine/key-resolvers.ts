import type {AttributeColumns} from './attribute-columns.ts';
import {KeyResolver, type TierRule} from './key-resolver.ts';
import {compileTemplate} from './key-template.ts';
import type {RequestBatch} from './request-batch.ts';

/**
 * The resolvers of a run, one per distinct template, shared by all who ask for keys: the limits of a policy, a second
 * policy beside it, the counters of a replay. A request's key is then hashed and looked up once, whoever asks.
 */
export class KeyResolvers {
  readonly columns: AttributeColumns;
  readonly #byTemplate = new Map<string, KeyResolver>();
  /** Number of the request being decided; a resolver remembers its answer while it stays the same. */
  serial = 0;

  constructor(columns: AttributeColumns) {
    this.columns = columns;
  }

  /** Begins a slice: the keys of requests `from … to − 1`, at most `SLICE`, are resolved together. End it before the next. */
  beginSlice(batch: RequestBatch, from: number, to: number): void {
    for (const resolver of this.#byTemplate.values()) resolver.beginSlice(batch, from, to);
  }

  endSlice(): void {
    for (const resolver of this.#byTemplate.values()) resolver.endSlice();
  }

  /** The resolver of a key template, and of the tiers when states are kept per tier. */
  get(key: string, tier?: TierRule): KeyResolver {
    // By column, not by name: two names of one column (`key` and `ip` in an access log) are the same key.
    const columnsOf = (text: string): unknown =>
      compileTemplate(text, this.columns).map((part) => [part.column, `${part.bytes}`]);
    const id = JSON.stringify([
      columnsOf(key),
      tier && [columnsOf(tier.template), tier.names, tier.fallback],
    ]);
    const found = this.#byTemplate.get(id) ?? new KeyResolver(key, tier, this.columns);
    this.#byTemplate.set(id, found);
    return found;
  }
}
