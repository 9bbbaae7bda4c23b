/** How many bytes a UTF-8 byte order mark takes at `at`: 3, or 0 when there is none. */
export const byteOrderMark = (bytes: Uint8Array, at = 0): 0 | 3 =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
