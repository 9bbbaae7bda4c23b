import type {SecretSource} from '../../../engine/refresh/token-provider-spec.ts';
import {type Problems, pathTo, typoHint} from '../../problems.ts';
import {LONGEST_PATH, MAX_ARGUMENTS, VARIABLE_PATTERN} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {expectedUnseen, readUnseen} from './read-text.ts';

const KINDS = ['env', 'file', 'command'] as const;
const {expected} = VALUE_TYPES.secret;
const NO_SECRET = 'a policy holds no secret: write where it comes from';

/**
 * Where a secret comes from. A secret written here by mistake is in no message: nothing of the value is shown, and no name of a
 * field either, for an unquoted `{hunter2}` is one.
 */
export const readSecret = (node: SourceNode, path: string, problems: Problems): SecretSource | undefined => {
  if (node.kind !== 'map') {
    expectedUnseen(problems, node, path, expected, NO_SECRET);
    return undefined;
  }
  const [entry, second] = node.entries;
  const kind = KINDS.find((known) => known === entry?.key);
  if (entry === undefined || kind === undefined || second !== undefined) {
    const got =
      second !== undefined ? 'several fields' : entry === undefined ? 'an empty mapping' : 'another field';
    const typo = second === undefined && entry !== undefined ? typoHint(entry.key, KINDS) : undefined;
    problems.report(entry?.keyAt ?? node.at, path, `expected ${expected}, got ${got}`, {
      expected,
      hint: typo ?? (second === undefined ? NO_SECRET : 'choose one of them'),
    });
    return undefined;
  }
  return readSource(kind, entry.value, pathTo(path, kind), problems);
};

const readSource = (
  kind: (typeof KINDS)[number],
  node: SourceNode,
  path: string,
  problems: Problems,
): SecretSource | undefined => {
  switch (kind) {
    case 'env': {
      const name = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
      if (VARIABLE_PATTERN.test(name)) return {kind, name};
      const hint = name.startsWith('$') ? 'without the dollar sign' : undefined;
      expectedUnseen(
        problems,
        node,
        path,
        'the name of a variable: letters, digits and "_", not beginning with a digit',
        hint,
      );
      return undefined;
    }
    case 'file': {
      const file = readUnseen(LONGEST_PATH)(node, path, problems);
      return file === undefined ? undefined : {kind, path: file};
    }
    case 'command': {
      const argv = readArguments(node, path, problems);
      return argv === undefined ? undefined : {kind, argv};
    }
  }
};

/** A program and its arguments, which may be empty texts. */
const readArguments = (node: SourceNode, path: string, problems: Problems): readonly string[] | undefined => {
  if (node.kind !== 'list' || node.items.length === 0 || node.items.length > MAX_ARGUMENTS) {
    const hint =
      node.kind === 'scalar' ? 'it is run without a shell: put each argument in a list' : undefined;
    const wanted = `a program and its arguments: a list of 1 to ${MAX_ARGUMENTS} texts`;
    expectedUnseen(problems, node, path, wanted, hint);
    return undefined;
  }
  const argv = node.items.map((item, i) =>
    readUnseen(LONGEST_PATH, i === 0 ? 1 : 0)(item, `${path}[${i}]`, problems),
  );
  const good = argv.filter((argument) => argument !== undefined);
  return good.length === argv.length ? good : undefined;
};
