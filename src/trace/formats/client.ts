import {quoted} from '../../base/safe-text.ts';
import {Ascii, indexOfByte, textOf} from './ascii.ts';

/** What is wrong with a client's address or name, if anything. */
export const clientFault = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  if (start >= end) return 'no client where one is expected';
  const client = (): string => `client ${quoted(textOf(bytes, start, end))}`;
  if (end - start === 1 && bytes[start] === Ascii.minus)
    return `${client()} is unknown: expected an address or a host name`;
  if (indexOfByte(bytes, Ascii.comma, start, end) < end)
    return `${client()} is one of a list (X-Forwarded-For): expected a single address`;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const bracket = byte === Ascii.openBracket && at > start;
    if (byte <= Ascii.space || byte === Ascii.quote || bracket)
      return `${client()} is neither an address nor a host name`;
  }
  return undefined;
};
