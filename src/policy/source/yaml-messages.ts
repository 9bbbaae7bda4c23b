import type {YAMLError} from 'yaml';
import {safeExcerpt} from '../../base/safe-text.ts';
import {type SyntaxProblem, TOO_DEEP} from './source-node.ts';

const ALIAS_HINT = 'a value that begins with "*" must be in quotes';

/** What the YAML reader complains about, in the words of someone who writes a policy. */
export const yamlProblem = (error: YAMLError): SyntaxProblem => {
  const at = error.pos[0];
  const said = error.message;
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return {
        at,
        message: 'a tab is used for indentation, and YAML takes spaces only',
        hint: 'replace the tab by spaces',
      };
    case 'BAD_ALIAS':
      return {at, message: 'not a name of an anchor', hint: ALIAS_HINT};
    case 'BAD_INDENT':
      if (said.startsWith('Flow')) {
        const bracket = said.includes('end with a ]')
          ? '"[" is not closed with "]"'
          : '"{" is not closed with "}"';
        return {at, message: `a ${bracket}, or what is inside is not indented`};
      }
      return {
        at,
        message:
          'the indentation does not fit: the fields of a mapping, and the items of a list, begin in the same column',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {at, message: 'a second ":" on one line', hint: 'put a text that contains ": " in quotes'};
    case 'MULTILINE_IMPLICIT_KEY':
      return {at, message: 'expected "name: value"', hint: 'is the colon missing, or the space after it?'};
    case 'BAD_SCALAR_START':
      return {
        at,
        message: 'a text without quotes cannot begin with this character',
        hint: 'put the text in quotes',
      };
    case 'BAD_DQ_ESCAPE':
      return {
        at,
        message: 'a backslash in double quotes begins no known escape',
        hint: 'use single quotes, or \\\\ for a backslash',
      };
    case 'RESOURCE_EXHAUSTION':
      return {at, message: TOO_DEEP};
    case 'TAG_RESOLVE_FAILED':
      return {at, message: 'tags such as "!name" have no meaning in a policy', hint: 'remove the tag'};
    case 'MISSING_CHAR':
      if (/closing ["']quote/.test(said))
        return {at, message: 'a quoted text that began before this is not closed'};
      break;
    case 'UNEXPECTED_TOKEN':
      return {
        at,
        message: 'unexpected text here',
        hint: 'put a value that contains {, }, [, ], ", " or ": " in quotes',
      };
  }
  return {at, message: `not YAML: ${safeExcerpt(said.charAt(0).toLowerCase() + said.slice(1), 160)}`};
};

/** Its name is not shown: an unquoted secret that begins with "*" would be one. */
export const unknownAlias = (at: number): SyntaxProblem => ({
  at,
  message: 'no anchor of this name comes before it',
  hint: ALIAS_HINT,
});
