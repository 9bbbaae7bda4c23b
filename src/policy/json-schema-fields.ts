import type {Field} from './schema.ts';
import type {JsonSchema} from './value-forms.ts';
import {VALUE_TYPES} from './value-types.ts';

const fieldSchema = (field: Field): JsonSchema => {
  const {schema} = VALUE_TYPES[field.type];
  const takenBy = field.algorithms === undefined ? '' : ` (${field.algorithms.join(', ')})`;
  const otherwise = field.default === undefined ? '' : ` Default: ${field.default}.`;
  // `burst` of a leaky bucket may be 0: the algorithm's own condition narrows it.
  const own = field.name === 'burst' ? VALUE_TYPES.leakyBurst.schema : schema;
  return {description: `${field.doc}${takenBy}${otherwise}`, ...(typeof own === 'object' ? own : {})};
};

/** Schemas of fields by name. */
export const properties = (fields: readonly Field[]): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)]));

export const requiredNames = (fields: readonly Field[]): readonly string[] =>
  fields.filter((field) => field.required).map((field) => field.name);

/** A mapping of fields, and of nothing else. */
export const mapping = (description: string, fields: readonly Field[]) => ({
  description,
  type: 'object',
  properties: properties(fields),
  required: requiredNames(fields),
  additionalProperties: false,
});
