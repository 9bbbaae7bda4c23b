/**
 * Slot of a key in a Redis Cluster: CRC-16 (XMODEM) of its hash tag, modulo 16,384. The tag is what stands between the first
 * `{` and the first `}` behind it; when there is none, or nothing in it, the whole key counts.
 *
 * Source: Redis Cluster specification, "Key distribution model".
 */
export const keySlot = (key: string): number => {
  const bytes = Buffer.from(key);
  const open = bytes.indexOf(0x7b);
  const close = open < 0 ? -1 : bytes.indexOf(0x7d, open + 1);
  const tag = close > open + 1 ? bytes.subarray(open + 1, close) : bytes;
  let crc = 0;
  for (const byte of tag) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc & 16_383;
};
