export const RECEIPT_SCHEMA = 'ratectl.receipt/1';
export const PLAN_SCHEMA = 'ratectl.plan/1';

/** First line of a receipt or plan. */
export interface RowFileHeader {
  readonly schema: typeof RECEIPT_SCHEMA | typeof PLAN_SCHEMA;
  /** What was done: `reset`, `undo`. */
  readonly action: 'reset' | 'undo';
  /** Name of the context; null where the store was named directly. */
  readonly context: string | null;
  /** The store's URL without any secret. */
  readonly store: string;
  /** The selector as it is typed, or the file that was undone. */
  readonly selector: string;
  readonly by: string;
  readonly host: string;
  readonly why: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** The header in a JSON value; undefined when it is none. */
export const readRowFileHeader = (value: unknown): RowFileHeader | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const json = value as Readonly<Record<string, unknown>>;
  const {schema, action, context} = json;
  if (schema !== RECEIPT_SCHEMA && schema !== PLAN_SCHEMA) return undefined;
  if (action !== 'reset' && action !== 'undo') return undefined;
  if (context !== null && typeof context !== 'string') return undefined;
  const text = (name: string): string | undefined =>
    typeof json[name] === 'string' ? (json[name] as string) : undefined;
  const [store, selector, by, host, why, at] = ['store', 'selector', 'by', 'host', 'why', 'at'].map(text);
  if (store === undefined || selector === undefined) return undefined;
  return {
    schema,
    action,
    context,
    store,
    selector,
    by: by ?? '',
    host: host ?? '',
    why: why ?? '',
    at: at ?? '',
  };
};
