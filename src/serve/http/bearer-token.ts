import {createHash, timingSafeEqual} from 'node:crypto';

/** Characters that a token has at least: a shorter one can be guessed. */
export const SHORTEST_TOKEN = 16;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether an `Authorization` header holds the token. Takes the same time for every wrong one, whatever its length. */
export const bearerCheck = (token: string): ((authorization: string | undefined) => boolean) => {
  const expected = digest(token);
  return (authorization) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(given), expected);
  };
};
