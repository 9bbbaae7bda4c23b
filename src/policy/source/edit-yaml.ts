import {type Document, isMap, isScalar, parseDocument} from 'yaml';

/** Sets a value at a path of names, or removes what is there (`value` undefined). */
export interface YamlEdit {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Changes fields of a YAML text and keeps its comments and its order. Undefined when that cannot be done so that it reads
 * back as meant: the path leads through an alias or through something that is no mapping. The text must be a valid document.
 */
export const editYaml = (text: string, edits: readonly YamlEdit[]): string | undefined => {
  const document = parseDocument(text, {logLevel: 'silent', prettyErrors: false});
  if (document.errors.length > 0) return undefined;
  for (const edit of edits) if (!apply(document, edit)) return undefined;
  try {
    return document.toString({lineWidth: 0});
  } catch {
    // An alias whose anchor was removed.
    return undefined;
  }
};

const apply = (document: Document, {path, value}: YamlEdit): boolean => {
  for (let depth = 0; depth < path.length; depth++) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    // Something that is not there yet, or was left empty, becomes a mapping.
    const empty = node === undefined || node === null || (isScalar(node) && node.value === null);
    if (empty && value === undefined) return true;
    if (empty && node !== undefined && node !== null) {
      if (depth === 0) document.contents = null;
      else document.deleteIn(path.slice(0, depth));
    }
    if (!empty && !isMap(node)) return false;
  }
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, value);
  return true;
};
