import {createHash} from 'node:crypto';

const LONGEST_KEY = 256;

/** Keys come from requests: a longer one is known by its beginning and a hash, where many of them are kept in little room. */
export const shortKey = (key: string): string => {
  if (key.length <= LONGEST_KEY) return key.toWellFormed();
  // By way of bytes: a slice of a string keeps all of it in memory.
  const beginning = Buffer.from(key.slice(0, LONGEST_KEY - 65)).toString();
  return `${beginning}~${createHash('sha256').update(key).digest('hex')}`;
};
