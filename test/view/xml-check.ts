/** A small check that a text is well-formed XML 1.0 without DTD, comments or CDATA. Throws where it is not; returns the names of the elements in order. */
export const elementsOf = (
  xml: string,
): readonly {readonly name: string; readonly attributes: Readonly<Record<string, string>>}[] => {
  const fail = (why: string): never => {
    throw new Error(`not well-formed: ${why}`);
  };
  if (/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(xml))
    fail('a character XML forbids');
  const start = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(xml) ?? fail('no declaration');
  const body = xml.slice(start[0].length);
  const open: string[] = [];
  const found: {name: string; attributes: Record<string, string>}[] = [];
  const text = (raw: string): string => {
    if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(raw) || raw.includes('<') || raw.includes(']]>'))
      fail(`text ${JSON.stringify(raw)}`);
    const entities: Record<string, string> = {
      '&amp;': '&',
      '&lt;': '<',
      '&gt;': '>',
      '&quot;': '"',
      '&apos;': "'",
    };
    return raw.replace(/&\w+;/g, (entity) => entities[entity]!);
  };
  const TAG = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/gy;
  let at = 0;
  let roots = 0;
  while (at < body.length) {
    const next = body.indexOf('<', at);
    const between = text(body.slice(at, next < 0 ? body.length : next));
    if (open.length === 0 && between.trim() !== '') fail('text outside of the root');
    if (next < 0) break;
    TAG.lastIndex = next;
    const [all, closing, name, attributes, empty] =
      TAG.exec(body) ?? fail(`tag at ${body.slice(next, next + 40)}`);
    at = next + all!.length;
    if (closing === '/') {
      if (open.pop() !== name) fail(`</${name}>`);
      continue;
    }
    if (open.length === 0 && ++roots > 1) fail('two roots');
    const pairs = [...attributes!.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(
      ([, key, value]) => [key!, text(value!)] as const,
    );
    if (new Set(pairs.map(([key]) => key)).size !== pairs.length) fail('an attribute twice');
    found.push({name: name!, attributes: Object.fromEntries(pairs)});
    if (empty !== '/') open.push(name!);
  }
  if (open.length > 0) fail(`<${open.at(-1)}> is not closed`);
  return found;
};
