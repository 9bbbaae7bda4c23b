/** Characters that begin in `bytes[from … to)`. Bytes that continue one do not count: UTF-8. */
export const charactersIn = (bytes: Uint8Array, from: number, to: number): number => {
  let count = 0;
  for (let i = from; i < to; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
};
