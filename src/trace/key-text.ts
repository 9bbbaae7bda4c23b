import {tierCut} from '../engine/key-resolver.ts';

const decoder = new TextDecoder();

/** A lone surrogate of a JSON string is kept as three bytes (ED A0 … BF), so that distinct keys stay distinct. */
const hasSurrogates = (bytes: Uint8Array): boolean => {
  for (let i = 0; i + 1 < bytes.length; i++) if (bytes[i] === 0xed && bytes[i + 1]! >= 0xa0) return true;
  return false;
};

const decode = (bytes: Uint8Array): string => {
  if (!hasSurrogates(bytes)) return decoder.decode(bytes);
  let text = '';
  let from = 0;
  for (let i = 0; i + 2 < bytes.length; i++) {
    if (bytes[i] !== 0xed || bytes[i + 1]! < 0xa0 || bytes[i + 1]! > 0xbf || (bytes[i + 2]! & 0xc0) !== 0x80)
      continue;
    text +=
      decoder.decode(bytes.subarray(from, i)) +
      String.fromCharCode(0xd000 | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f));
    i += 2;
    from = i + 1;
  }
  return text + decoder.decode(bytes.subarray(from));
};

/** A key as text: bytes that are no UTF-8 become U+FFFD. */
export const keyText = (bytes: Uint8Array): string => decode(bytes);

/** The key of a tiered limit as text: `acme (free)`. */
export const tieredKeyText = (bytes: Uint8Array): string => {
  const cut = tierCut(bytes);
  const tier = decode(bytes.subarray(cut + 1));
  const key = decode(bytes.subarray(0, cut));
  return tier === '' ? key : `${key} (${tier})`;
};
