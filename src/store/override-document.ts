/**
 * Overrides that hold at run time, as documents of the store: kind `override`, id `["LIMIT","KEY"]` (JSON), value
 * `{effect: "block" | "exempt" | {buckets: […]}, by, why, at}`. When it ends is when the document does.
 */
import type {LiveEffect, LiveOverride} from '../engine/live/live-override.ts';
import {algorithmDocument, readAlgorithm} from './algorithm-document.ts';
import type {Documents, StoredDocument} from './port.ts';

/** Kind of the documents. */
export const OVERRIDE_KIND = 'override';
/** As many as a policy allows. */
const MAX_BUCKETS = 16;

/** Who set it, and why. */
export interface OverrideNote {
  /** `user@host`. */
  readonly by: string;
  readonly why: string;
  /** µs of the store's clock. */
  readonly at: number;
}

export interface OverrideDocument {
  readonly id: string;
  readonly value: unknown;
}

/** What is put into the store: `put(OVERRIDE_KIND, id, value, {expiresAt: override.until})`. */
export const overrideDocument = (override: LiveOverride, note: OverrideNote): OverrideDocument => {
  const {effect} = override;
  return {
    id: overrideId(override.limit, override.key),
    value: {
      effect: effect.kind === 'buckets' ? {buckets: effect.buckets.map(algorithmDocument)} : effect.kind,
      by: note.by,
      why: note.why,
      at: note.at,
    },
  };
};

export const overrideId = (limit: string, key: string): string => JSON.stringify([limit, key]);

/** The override that a document holds. Documents are not to be trusted: undefined for anything else. */
export const readOverride = ({id, value, expiresAt}: StoredDocument): LiveOverride | undefined => {
  const address = readId(id);
  const effect = readEffect(memberOf(value, 'effect'));
  if (address === undefined || effect === undefined || Number.isNaN(expiresAt)) return undefined;
  return {...address, until: expiresAt, effect};
};

/** Who set it and why, as far as the document says so. */
export const readOverrideNote = ({value}: StoredDocument): OverrideNote => {
  const [by, why, at] = ['by', 'why', 'at'].map((name) => memberOf(value, name));
  return {
    by: typeof by === 'string' ? by : '',
    why: typeof why === 'string' ? why : '',
    at: Number.isSafeInteger(at) && (at as number) >= 0 ? (at as number) : 0,
  };
};

/** All overrides of a store that can be read, by id. */
export const listOverrides = async (store: Pick<Documents, 'list'>): Promise<LiveOverride[]> =>
  (await store.list(OVERRIDE_KIND)).map(readOverride).filter((override) => override !== undefined);

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const readId = (id: string): {readonly limit: string; readonly key: string} | undefined => {
  let parts: unknown;
  try {
    parts = JSON.parse(id);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 2) return undefined;
  const [limit, key]: readonly unknown[] = parts;
  if (typeof limit !== 'string' || typeof key !== 'string' || limit === '' || key === '') return undefined;
  return {limit, key};
};

const readEffect = (value: unknown): LiveEffect | undefined => {
  if (value === 'block' || value === 'exempt') return {kind: value};
  const stored = memberOf(value, 'buckets');
  if (!Array.isArray(stored) || stored.length === 0 || stored.length > MAX_BUCKETS) return undefined;
  const buckets = stored.map(readAlgorithm).filter((bucket) => bucket !== undefined);
  return buckets.length === stored.length ? {kind: 'buckets', buckets} : undefined;
};
