import {quoted} from '../../../base/safe-text.ts';
import type {Problems} from '../../problems.ts';
import {LONGEST_URL, RESERVED_PARAMETERS, TOKEN_URL_PATTERN} from '../../section-types.ts';
import type {ScalarNode, SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {expectedUnseen} from './read-text.ts';

const {expected} = VALUE_TYPES.tokenUrl;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const RESERVED: ReadonlySet<string> = new Set(RESERVED_PARAMETERS);
const BARE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/[\w./-]*)?$/i;

/** The URL of a token endpoint, as written. Parts that may hold a secret (user, password, query) are in no message. */
export const readTokenUrl = (node: SourceNode, path: string, problems: Problems): string | undefined => {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    expectedUnseen(problems, node, path, expected);
    return undefined;
  }
  const text = node.value;
  const problem = problemOf(text, node);
  if (problem === undefined) return text;
  const {message, hint} = problem;
  problems.report(node.at, path, message, {expected, hint});
  return undefined;
};

const problemOf = (
  text: string,
  node: ScalarNode,
): {readonly message: string; readonly hint?: string} | undefined => {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /\s/.test(text)) {
    const shown = /[@?#\s]/.test(text) ? 'a text that is none' : quoted(node.source);
    const hint = BARE.test(text) ? `did you mean "https://${text}"?` : undefined;
    return {message: `expected ${expected}, got ${shown}`, ...(hint === undefined ? {} : {hint})};
  }
  if (url.username !== '' || url.password !== '') {
    const hint = 'a policy holds no secret: use clientId and clientSecret';
    return {message: 'the URL holds a user name or a password', hint};
  }
  if (text.includes('#'))
    return {message: 'a token endpoint has no fragment', hint: 'leave out "#" and what follows'};
  const reserved = [...url.searchParams.keys()].find((name) => RESERVED.has(name.toLowerCase()));
  if (reserved !== undefined)
    return {message: `${quoted(reserved)} does not belong in the URL`, hint: 'it has a field of its own'};
  const allowed = url.protocol === 'https:' || LOOPBACK.test(url.hostname);
  if (allowed && TOKEN_URL_PATTERN.test(text)) return undefined;
  return {
    message: `expected https, got ${quoted(`${url.protocol}//${url.host}`)}`,
    hint: 'http is for localhost, 127.0.0.1 and [::1] only: what is sent is secret',
  };
};
