const COLON = 0x3a;
const CLOSE_BRACKET = 0x5d;

/**
 * The end of the address in `1.2.3.4:40000`, `host:80` or `[::1]:40000`, where a port may be missing: `::1` with its more
 * than one colon has none. (`endOfAddress` is for formats that always write one.)
 */
export const withoutPort = (bytes: Uint8Array, start: number, end: number): number => {
  let at = end - 1;
  while (at > start && end - at <= 6 && (bytes[at]! - 0x30) >>> 0 <= 9) at--;
  if (at <= start || at === end - 1 || bytes[at] !== COLON) return end;
  if (bytes[at - 1] === CLOSE_BRACKET) return at;
  for (let i = start; i < at; i++) if (bytes[i] === COLON) return end;
  return at;
};
