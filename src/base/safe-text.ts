// Keys and paths come from attackers. Nothing here lets ESC, other control characters, C1, bidirectional overrides or
// invisible format characters reach a terminal, a log viewer or a CI page unescaped.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}]/gu;

/** `\u001b`, or `\u{1f600}` beyond the first plane. */
export const escapeCodePoint = (char: string): string => {
  const code = char.codePointAt(0) as number;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** Text for a terminal: unsafe characters as `\u001b`, everything else as it is. */
export const safeText = (text: string): string => text.replace(UNSAFE, escapeCodePoint);

/** `safeText`, cut to at most `max` characters (default 120) with `…` where something was left out. */
export const safeExcerpt = (text: string, max = 120): string => {
  const safe = safeText(text.length > 4 * max ? text.slice(0, 4 * max) : text);
  const chars = Array.from(safe);
  return chars.length <= max ? safe : `${chars.slice(0, max - 1).join('')}…`;
};

/** A quoted, escaped excerpt for messages: `"foo\u001b[31m"`. */
export const quoted = (text: string, max = 60): string => `"${safeExcerpt(text, max)}"`;

const escapeJson = (char: string): string => {
  const code = char.codePointAt(0) as number;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  const low = code - 0x10000;
  return `\\u${(0xd800 + (low >> 10)).toString(16)}\\u${(0xdc00 + (low & 0x3ff)).toString(16)}`;
};

/** JSON text whose strings hold no raw unsafe character. Replacing after `stringify` is sound: outside strings JSON has only ASCII. */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(UNSAFE, (char) => (char === '\n' ? char : escapeJson(char)));
