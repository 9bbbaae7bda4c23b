/**
 * The value of an attribute as text; the empty text when it is missing. Requests hold what a client sent, whatever the types say: a check
 * never fails over it, and an object, which has no text, is its JSON, so that nobody gets past a limit with one.
 */
export const attributeText = (value: unknown): string => {
  if (typeof value === 'string') return value.toWellFormed();
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object' && typeof value !== 'function') return String(value);
  return (isPlain(value) ? jsonOf(value) : ownText(value)).toWellFormed();
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** Of dates, URLs, buffers, lists. */
const ownText = (value: object): string => {
  try {
    return String(value);
  } catch {
    return jsonOf(value);
  }
};

const jsonOf = (value: object): string => {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // It contains itself: only code makes such a thing.
    return '';
  }
};
