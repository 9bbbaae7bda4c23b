import {quoted} from '../../base/safe-text.ts';
import {suggest} from '../../base/suggest.ts';
import {pathTo, type Problems} from '../problems.ts';
import type {Field} from '../schema.ts';
import type {MapEntry, SourceNode} from '../source/source-node.ts';

export type Fields = ReadonlyMap<string, MapEntry>;

const hintFor = (name: string, known: readonly Field[]): string | undefined => {
  const near = suggest(name, known.map(field => field.name));
  const synonym = known.find(field => field.alsoCalled?.some(other => other.toLowerCase() === name.toLowerCase()));
  const meant = synonym?.name ?? near;
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const names = known.map(field => field.name);
  return names.length > 12 ? undefined : `fields are ${names.join(', ')}`;
};

/** The fields of a mapping by name; undefined when it is none. Reports unknown fields. */
export const readFields = (node: SourceNode, path: string, known: readonly Field[], problems: Problems, what: string): Fields | undefined => {
  if (node.kind !== 'map') {
    problems.expected(node, path, what);
    return undefined;
  }
  const fields = new Map<string, MapEntry>();
  for (const entry of node.entries) {
    if (known.some(field => field.name === entry.key)) fields.set(entry.key, entry);
    else problems.report(entry.keyAt, path, `unknown field ${quoted(entry.key)}`, {hint: hintFor(entry.key, known)});
  }
  return fields;
};

/** Reports required fields that are not there, at the mapping. */
export const requireFields = (fields: Fields, at: number, path: string, known: readonly Field[], problems: Problems, because: string): void => {
  for (const field of known) {
    if (field.required === undefined || fields.has(field.name)) continue;
    problems.report(at, path, `${because} needs "${field.name}"`, {hint: field.doc.replace(/\.$/, '')});
  }
};

/** Path of an entry's value. */
export const entryPath = (path: string, entry: MapEntry): string => pathTo(path, entry.key);
