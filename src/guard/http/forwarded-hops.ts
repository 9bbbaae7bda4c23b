/**
 * Readers of the headers in which proxies name the stations a request came through: the client is on the left, each proxy
 * appends on the right who connected to it. Both are read from the right, the only end that the last proxy vouches for.
 */

/** Headers longer than this are not read: Node refuses heads above 16 KiB. */
const MAX_LENGTH = 16_384;

/** The entries of `X-Forwarded-For` from the right to the left. */
export function* forwardedForHops(header: string): Generator<string> {
  if (header.length > MAX_LENGTH) return;
  let end = header.length;
  while (end >= 0) {
    const comma = end === 0 ? -1 : header.lastIndexOf(',', end - 1);
    yield header.slice(comma + 1, end);
    end = comma;
  }
}

/**
 * The `for` nodes of a `Forwarded` header (RFC 7239) from the right to the left; an element without one is the empty text.
 *
 * The header is read as a whole and strictly: a quote that a client left open would hide what the proxy appended. A
 * malformed header has no hops, so that the request counts for the proxy that sent it.
 */
export function* forwardedHops(header: string): Generator<string> {
  const elements = header.length > MAX_LENGTH ? undefined : forwardedElements(header);
  if (elements !== undefined) yield* elements.reverse();
}

/** `name=token` or `name="quoted"`, with what follows: `;`, `,` or the end. */
const PAIR =
  /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w:[\]-]+)|"((?:[^"\\\u0000-\u0008\u000a-\u001f\u007f]|\\[\t\u0020-\u007e])*)"))?[ \t]*(;|,|$)/y;

const forwardedElements = (header: string): string[] | undefined => {
  const elements: string[] = [];
  let node: string | undefined;
  let empty = true;
  PAIR.lastIndex = 0;
  for (let at = 0; ; ) {
    PAIR.lastIndex = at;
    const match = PAIR.exec(header);
    if (match === null) return undefined;
    const [whole, name, token, quotedText, separator] = match;
    at += whole.length;
    if (name !== undefined) {
      empty = false;
      if (name.toLowerCase() === 'for') {
        // RFC 7239 section 4: each parameter at most once in an element.
        if (node !== undefined) return undefined;
        node = token ?? quotedText!.replace(/\\(.)/g, '$1');
      }
    }
    if (separator === ';') continue;
    // Empty elements of a list count for nothing (RFC 9110 5.6.1).
    if (!empty) elements.push(node ?? '');
    node = undefined;
    empty = true;
    if (separator === '') return elements;
  }
};
