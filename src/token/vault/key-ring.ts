import {createSecretKey, type KeyObject, randomBytes} from 'node:crypto';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';

/** Keys by id, in the order of their lines: the first one seals, all of them open. */
export type KeyRing = ReadonlyMap<string, KeyObject>;

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** `id:base64 of 32 random bytes`, one line of a key ring. Throws when the id cannot be one. */
export const generateKey = (id: string): string => {
  if (!KEY_ID.test(id))
    throw new RatectlError(`${quoted(id)} cannot be the id of a key`, {
      code: 'vault/key-id',
      hint: 'take 1 to 32 letters, digits, - and _, such as 2027-01',
    });
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
};

/**
 * Reads a key ring: lines `id:base64`, or the same joined by commas; empty lines and those that begin with `#` say nothing. `from`
 * names the place in errors, which never quote a line: any part of it may be a key.
 */
export const parseKeyRing = (text: string, from: string): KeyRing => {
  const keys = new Map<string, KeyObject>();
  for (const {line, number} of entriesOf(text)) {
    const wrong = (what: string): RatectlError => malformed(`${from}, line ${number}: ${what}`);
    const colon = line.indexOf(':');
    if (colon < 0) throw wrong('there is no colon; expected id:key');
    const id = line.slice(0, colon).trim();
    if (!KEY_ID.test(id)) throw wrong('the id before the colon is 1 to 32 letters, digits, - and _');
    if (keys.has(id)) throw wrong(`there is another key with the id ${quoted(id)} above`);
    const key = keyFrom(line.slice(colon + 1).trim());
    if (key === undefined)
      throw wrong(`what follows ${quoted(`${id}:`)} is not the base64 text of ${KEY_BYTES} bytes`);
    keys.set(id, key);
  }
  if (keys.size === 0) throw malformed(`${from} holds no key`);
  return keys;
};

/** An error about where keys come from; `code` is `vault/keys`, the exit code 2. */
export const malformed = (message: string): RatectlError =>
  new RatectlError(`the keys that encrypt tokens cannot be read: ${message}`, {
    code: 'vault/keys',
    hint: 'ratectl token keygen makes a key: one line, id:key',
  });

const entriesOf = (text: string): readonly {readonly line: string; readonly number: number}[] =>
  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((line, index) => {
      // A comment may hold commas; keys and ids cannot.
      const parts = line.trim().startsWith('#') ? [] : line.split(',');
      return parts.map((part) => ({line: part.trim(), number: index + 1}));
    })
    .filter(({line}) => line !== '');

/** Undefined unless the text is exactly how 32 bytes are written, in either alphabet, with or without `=`. */
const keyFrom = (text: string): KeyObject | undefined => {
  const plain = text.replace(/=$/, '').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Buffer.from(plain, 'base64');
  const exact = bytes.length === KEY_BYTES && bytes.toString('base64') === `${plain}=`;
  return exact ? createSecretKey(bytes) : undefined;
};
