/** What a file is when it is no trace, and what to do about it. */
export interface NotATrace {
  readonly what: string;
  readonly hint: string;
}

const MAGIC: readonly (readonly [bytes: readonly number[], name: string, tool: string])[] = [
  [[0x1f, 0x8b], 'gzip', 'gzip -dc'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'zstd -dc'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzip2 -dc'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz', 'xz -dc'],
  [[0x04, 0x22, 0x4d, 0x18], 'LZ4', 'lz4 -dc'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip', 'unzip -p'],
];

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

/** Tells a compressed, wide or binary file, or a policy, by its first bytes. `sample` is decompressed already. */
export const notATrace = (sample: Uint8Array): NotATrace | undefined => {
  for (const [magic, name, tool] of MAGIC) {
    if (!begins(sample, magic)) continue;
    const twice = name === 'gzip' || name === 'zstd';
    return {
      what: twice ? `it is compressed twice: inside is ${name} data again` : `it is ${name} data`,
      hint: twice
        ? `take one layer off first: ${tool} FILE`
        : `read it from a pipe: ${tool} FILE | ratectl simulate -`,
    };
  }
  if (begins(sample, [0xff, 0xfe]) || begins(sample, [0xfe, 0xff]))
    return {
      what: 'it is UTF-16 text, expected UTF-8',
      hint: 'convert it: iconv -f UTF-16 -t UTF-8 FILE | ratectl simulate -',
    };
  if (sample.subarray(0, 1 << 16).includes(0))
    return {
      what: 'it holds null bytes, as text never does',
      hint: 'is it a log? "ratectl trace formats" lists what is read',
    };
  if (looksLikePolicy(sample))
    return {
      what: 'it looks like a policy',
      hint: 'a policy is given with --policy, the trace without a flag',
    };
  return undefined;
};

/** Whether the first line that is no comment is the `version` of a policy. */
const looksLikePolicy = (sample: Uint8Array): boolean =>
  new TextDecoder()
    .decode(sample.subarray(0, 4096))
    .split('\n')
    .find((line) => line.trim() !== '' && !line.startsWith('#'))
    ?.startsWith('version:') === true;
