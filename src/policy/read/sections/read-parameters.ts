import {quoted} from '../../../base/safe-text.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {
  LONGEST_PARAMETER,
  MAX_PARAMETERS,
  PARAMETER_PATTERN,
  RESERVED_PARAMETERS,
} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readUnseen} from './read-text.ts';

type Reserved = (typeof RESERVED_PARAMETERS)[number];

/** Where a reserved parameter comes from instead. */
const INSTEAD: Readonly<Record<Reserved, string>> = {
  grant_type: 'it comes from grant',
  refresh_token: 'a policy holds no secret: the refresh token is kept in the store',
  client_id: 'it comes from clientId',
  client_secret: 'a policy holds no secret: use clientSecret and auth: post',
  client_assertion: 'it comes from auth: private-key-jwt',
  client_assertion_type: 'it comes from auth: private-key-jwt',
  scope: 'it comes from scopes',
};

const readValue = readUnseen(LONGEST_PARAMETER);

/** Further parameters of the token request. Their values are in no message. */
export const readParameters = (
  node: SourceNode,
  path: string,
  problems: Problems,
): ReadonlyMap<string, string> | undefined => {
  if (node.kind !== 'map') {
    problems.expected(node, path, VALUE_TYPES.parameters.expected);
    return undefined;
  }
  if (node.entries.length > MAX_PARAMETERS) {
    const message = `expected at most ${MAX_PARAMETERS} parameters, got ${node.entries.length}`;
    problems.report(node.at, path, message);
    return undefined;
  }
  const parameters = new Map<string, string>();
  for (const {key, keyAt, value} of node.entries) {
    const at = pathTo(path, key);
    const reserved = RESERVED_PARAMETERS.find((name) => name === key.toLowerCase());
    if (reserved !== undefined) {
      problems.report(keyAt, at, `${quoted(key)} is not a further parameter`, {hint: INSTEAD[reserved]});
      continue;
    }
    if (!PARAMETER_PATTERN.test(key))
      problems.report(keyAt, at, 'expected a name of at most 64 letters, digits, "_", "." or "-"');
    const text = readValue(value, at, problems);
    if (text !== undefined) parameters.set(key, text);
  }
  return parameters;
};
