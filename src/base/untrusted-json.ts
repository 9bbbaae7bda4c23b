/** What readers of stored JSON ask of its values: anybody who may write there may have written something else. */

/** A mapping: no list, not null. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole number, 0 … 2^53 − 1. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** A list of at most so many, each of which can be read; undefined when it is none. */
export const readAll = <T>(
  value: unknown,
  most: number,
  read: (one: unknown) => T | undefined,
): readonly T[] | undefined => {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const all = value.map(read);
  return all.includes(undefined) ? undefined : (all as T[]);
};
