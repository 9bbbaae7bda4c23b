/** Postgres' text form of arrays: the fastest that both sides read. */

/** `{1,2.5,Infinity}`; numbers as JavaScript writes them, which is what float8 reads back bit by bit. */
export const numbersLiteral = (numbers: readonly number[]): string => `{${numbers.join(',')}}`;

export const bytesLiteral = (values: readonly Uint8Array[]): string =>
  values.length === 0
    ? '{}'
    : `{${values.map((value) => `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`).join(',')}}`;

/** The same of bytes that are hexadecimal already. */
export const hexLiteral = (values: readonly string[]): string =>
  values.length === 0 ? '{}' : `{"\\\\x${values.join('","\\\\x')}"}`;

export const textsLiteral = (values: readonly (string | undefined)[]): string =>
  `{${values.map((value) => (value === undefined ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;

/** The text form of a float8[] without nulls. */
export const parseNumbers = (text: string): number[] => {
  if (text === '{}') return [];
  return text.slice(1, -1).split(',').map(Number);
};
