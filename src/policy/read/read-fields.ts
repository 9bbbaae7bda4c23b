import {quoted} from '../../base/safe-text.ts';
import {suggest} from '../../base/suggest.ts';
import {BEHAVIOUR_FIELDS} from '../behaviour-fields.ts';
import {
  ADAPTIVE_FIELDS,
  AIMD_FIELDS,
  DEGRADATION_FIELDS,
  ENTER_FIELDS,
  GRADIENT_FIELDS,
  SIGNAL_FIELDS,
} from '../control-fields.ts';
import {BUCKET_FIELDS, LIMIT_FIELDS} from '../limit-fields.ts';
import {POOL_FIELDS} from '../pool-fields.ts';
import {type Problems, pathTo} from '../problems.ts';
import {type Field, POLICY_FIELDS} from '../schema.ts';
import {
  BACKOFF_FIELDS,
  BREAKER_FIELDS,
  NAMED_BREAKER_FIELDS,
  QUEUE_FIELDS,
  TOKEN_FIELDS,
} from '../section-fields.ts';
import type {MapEntry, SourceNode} from '../source/source-node.ts';
import {VALUE_TYPES} from '../value-types.ts';

export type Fields = ReadonlyMap<string, MapEntry>;

const PLACES = [
  [POLICY_FIELDS, 'the policy itself'],
  [LIMIT_FIELDS, 'a limit'],
  [BUCKET_FIELDS, 'a limit or bucket'],
  [TOKEN_FIELDS, 'a token provider'],
  [QUEUE_FIELDS, 'a queue'],
  [BREAKER_FIELDS, 'a circuit breaker'],
  [BACKOFF_FIELDS, 'a backoff'],
  [POOL_FIELDS, 'a pool of "concurrency"'],
  [ADAPTIVE_FIELDS, 'an entry of "adaptive"'],
  [SIGNAL_FIELDS, '"signals"'],
  [AIMD_FIELDS, 'controller: { aimd: … }'],
  [GRADIENT_FIELDS, 'controller: { gradient: … }'],
  [BEHAVIOUR_FIELDS, 'an entry of "behaviour"'],
  [DEGRADATION_FIELDS, '"degradation"'],
  [ENTER_FIELDS, '"enter" of "degradation"'],
] as const;

/** The breaker of a token provider is asked first whether the other breakers have the field. */
const placesFor = (known: readonly Field[]): readonly (readonly [readonly Field[], string])[] =>
  known === BREAKER_FIELDS ? [[NAMED_BREAKER_FIELDS, 'an entry of "breakers"'], ...PLACES] : PLACES;

const hintFor = (name: string, known: readonly Field[]): string => {
  const names = known.map((field) => field.name);
  const synonym = known.find((field) =>
    field.alsoCalled?.some((other) => other.toLowerCase() === name.toLowerCase()),
  );
  if (synonym !== undefined) return `did you mean "${synonym.name}"?`;
  const place = placesFor(known).find(([fields]) => fields.some((field) => field.name === name));
  if (place !== undefined) return `it is a field of ${place[1]}`;
  const near = suggest(name, names);
  return near === undefined ? `fields are ${names.join(', ')}` : `did you mean "${near}"?`;
};

/** The fields of a mapping by name; undefined when it is none. Reports unknown fields. */
export const readFields = (
  node: SourceNode,
  path: string,
  known: readonly Field[],
  problems: Problems,
  what: string,
): Fields | undefined => {
  if (node.kind !== 'map') {
    problems.expected(node, path, what);
    return undefined;
  }
  const fields = new Map<string, MapEntry>();
  for (const entry of node.entries) {
    if (known.some((field) => field.name === entry.key)) fields.set(entry.key, entry);
    else
      problems.report(entry.keyAt, path, `unknown field ${quoted(entry.key)}`, {
        hint: hintFor(entry.key, known),
      });
  }
  return fields;
};

/** A field's value, or what holds without it; after a problem the value does not matter. */
export const readOr = <T>(
  fields: Fields,
  name: string,
  otherwise: T,
  path: string,
  problems: Problems,
  read: (node: SourceNode, path: string, problems: Problems) => T | undefined,
): T => {
  const entry = fields.get(name);
  return entry === undefined ? otherwise : (read(entry.value, pathTo(path, name), problems) ?? otherwise);
};

/** Reports required fields that are not there, at the mapping. */
export const requireFields = (
  fields: Fields,
  at: number,
  path: string,
  known: readonly Field[],
  problems: Problems,
  because: string,
): void => {
  for (const field of known) {
    if (field.required === undefined || fields.has(field.name)) continue;
    const {expected} = VALUE_TYPES[field.type];
    problems.report(at, path, `${because} needs "${field.name}"`, {expected, hint: expected});
  }
};
