/** JSON Schema, as far as it is used here. */
export type JsonSchema = boolean | {readonly [keyword: string]: unknown};

/** What a field can hold. */
export interface ValueType {
  /** For `expected …, got …`. */
  readonly expected: string;
  readonly schema: JsonSchema;
}

export const DURATION = String.raw`(?:\d+(?:\.\d+)?(?:us|µs|ms|s|m|h|d|w))+`;
const NAME = '[A-Za-z0-9][A-Za-z0-9_.-]{0,63}';
const MAX_COUNT = Number.MAX_SAFE_INTEGER;

export const NAME_PATTERN = new RegExp(`^${NAME}$`);
export const SHARE_PATTERN = /^(\d{1,3}(?:\.\d{1,2})?)%$/;
/** As a share, and beyond 100%. */
export const PERCENT_PATTERN = /^(\d{1,4}(?:\.\d{1,2})?)%$/;

export const choice = (values: readonly string[]): ValueType => {
  const names = values.map((value) => `"${value}"`);
  return {expected: `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`, schema: {enum: values}};
};

export const count = (min: number, max = MAX_COUNT): ValueType => ({
  expected: max === MAX_COUNT ? `a whole number of ${min} or more` : `a whole number from ${min} to ${max}`,
  schema: {type: 'integer', minimum: min, maximum: max},
});

export const duration: ValueType = {
  expected: 'a duration such as "250ms", "1s", "1h30m" or "7d"',
  schema: {type: 'string', pattern: `^${DURATION}$`},
};

export const name: ValueType = {
  expected: 'a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit',
  schema: {type: 'string', pattern: `^${NAME}$`},
};

export const oneOrMore = (item: JsonSchema, maxItems: number): JsonSchema => ({
  anyOf: [item, {type: 'array', items: item, minItems: 1, maxItems}],
});

/** Entries by name. */
export const byName = (item: JsonSchema, maxProperties: number): JsonSchema => ({
  type: 'object',
  maxProperties,
  propertyNames: {pattern: NAME_PATTERN.source},
  additionalProperties: item,
});
