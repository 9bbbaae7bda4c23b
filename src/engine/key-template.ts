import type {AttributeColumns} from './attribute-columns.ts';

/** A part of a key template: constant bytes, or the value in a column. */
export type TemplatePart =
  | {readonly kind: 'text'; readonly bytes: Uint8Array}
  | {readonly kind: 'attribute'; readonly name: string};

const TOKEN = /\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_.-]*)\}|[{}]/g;

/**
 * Parses `{tenant}:{path}`. `{{` and `}}` are literal braces. Returns the position of the first brace that has no partner
 * when the text is not a template.
 */
export const parseTemplate = (text: string): readonly TemplatePart[] | {readonly badAt: number} => {
  const parts: TemplatePart[] = [];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') parts.push({kind: 'text', bytes: new TextEncoder().encode(literal)});
    literal = '';
  };
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    literal += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[1] !== undefined) {
      flush();
      parts.push({kind: 'attribute', name: match[1]});
    } else if (match[0].length === 2) {
      literal += match[0][0];
    } else {
      return {badAt: match.index};
    }
  }
  literal += text.slice(from);
  flush();
  return parts;
};

/** The parts of a template that is known to be valid. */
export const templateParts = (text: string): readonly TemplatePart[] => {
  const parts = parseTemplate(text);
  if ('badAt' in parts)
    throw new RangeError(`unbalanced brace at character ${parts.badAt + 1} of key template "${text}"`);
  return parts;
};

/** Names of the attributes a template reads. */
export const templateAttributes = (text: string): readonly string[] =>
  templateParts(text).flatMap((part) => (part.kind === 'attribute' ? [part.name] : []));

/** A part with its column: what the hot loop walks over. */
export type CompiledPart =
  | {readonly column: -1; readonly bytes: Uint8Array}
  | {readonly column: number; readonly bytes: undefined};

export const compileTemplate = (text: string, columns: AttributeColumns): readonly CompiledPart[] =>
  templateParts(text).map((part) =>
    part.kind === 'text'
      ? {column: -1, bytes: part.bytes}
      : {column: columns.add(part.name), bytes: undefined},
  );
