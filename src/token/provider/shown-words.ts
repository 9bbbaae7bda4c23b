import {safeExcerpt} from '../../base/safe-text.ts';

/** Runs that may be a token, a part of one, or a number for the provider's support. */
const TOKEN_LIKE = /[A-Za-z0-9_\-.~+/=%]{16,}/g;
const WORD = /^[A-Za-z]+[.,]?$/;
const MOST = 120;

/** A provider's words for people: escaped, cut to 120 characters, `…` for each of `secrets` and for what looks like one. */
export const shownWords = (text: string, secrets: readonly string[]): string => {
  // Cut first: the text may be as long as an answer may be.
  const near = text.slice(0, 4 * MOST);
  const known = secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), near);
  return safeExcerpt(
    known.replace(TOKEN_LIKE, (run) => (WORD.test(run) ? run : '…')),
    MOST,
  );
};
