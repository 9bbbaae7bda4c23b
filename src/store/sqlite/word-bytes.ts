/** Words as SQLite keeps them: little-endian doubles, whatever the machine's own order is. */
const BYTES = 8;
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export const bytesOfWords = (words: readonly number[]): Uint8Array => {
  if (IS_LITTLE_ENDIAN) return new Uint8Array(new Float64Array(words).buffer);
  const view = new DataView(new ArrayBuffer(words.length * BYTES));
  for (const [i, word] of words.entries()) view.setFloat64(i * BYTES, word, true);
  return new Uint8Array(view.buffer);
};

export const wordsOfBytes = (bytes: Uint8Array): ArrayLike<number> => {
  const length = Math.floor(bytes.byteLength / BYTES);
  if (IS_LITTLE_ENDIAN && bytes.byteOffset % BYTES === 0)
    return new Float64Array(bytes.buffer, bytes.byteOffset, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({length}, (_, i) => view.getFloat64(i * BYTES, true));
};
