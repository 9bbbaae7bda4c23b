import {parseTemplate} from '../../engine/key-template.ts';
import type {Problems} from '../problems.ts';
import {describeNode, type SourceNode} from '../source/source-node.ts';
import {VALUE_TYPES} from '../value-types.ts';

const LONGEST = 1_024;

/** What an unquoted `{ip}` becomes in YAML: a mapping whose field has no value. */
const unquoted = (node: SourceNode): string | undefined => {
  const only = node.kind === 'map' && node.entries.length === 1 ? node.entries[0] : undefined;
  if (only === undefined || only.value.kind !== 'scalar' || only.value.value !== null) return undefined;
  return /^[A-Za-z_][\w.-]{0,30}$/.test(only.key) ? `put it in quotes: "{${only.key}}"` : undefined;
};

/** Attributes of access logs and adapters, and the usual names of others. */
const ATTRIBUTES =
  /^(?:ip|key|path|url|method|host|status|user|tenant|org|customer|account|client|session|tool|plan|tier)$/i;

/** What is right as a template, and hardly what was meant: everybody would share one bucket. */
const warnOfWords = (node: SourceNode, text: string, path: string, problems: Problems): void => {
  if (ATTRIBUTES.test(text))
    problems.warn(
      node.at,
      path,
      `"${text}" is a word, the same for every request (for the attribute write "{${text}}")`,
    );
  const dollar = /\$\{([A-Za-z_][\w.-]{0,30})\}/.exec(text);
  if (dollar !== null)
    problems.warn(node.at, path, `the "$" is a part of every key (for the attribute write "{${dollar[1]}}")`);
};

/** A template over attributes: `{tenant}:{path}`, or constant text. */
export const readTemplate = (node: SourceNode, path: string, problems: Problems): string | undefined => {
  const {expected} = VALUE_TYPES.template;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    problems.expected(
      node,
      path,
      expected,
      node.kind === 'scalar' && node.value !== null ? 'put it in quotes' : unquoted(node),
    );
    return undefined;
  }
  const text = node.value;
  if (text === '')
    problems.expected(node, path, expected, 'for one bucket that all share write a word, such as "all"');
  else if (text.length > LONGEST)
    problems.expected(node, path, `a template of at most ${LONGEST} characters`);
  else {
    const parts = parseTemplate(text);
    if (!('badAt' in parts)) {
      warnOfWords(node, text, path, problems);
      return text;
    }
    const message = `expected ${expected}, got ${describeNode(node)}, whose character ${parts.badAt + 1} is a brace without a partner`;
    problems.report(node.at, path, message, {
      expected,
      hint: 'attributes are {letters, digits, _ . -}; write {{ or }} for a brace',
    });
  }
  return undefined;
};
