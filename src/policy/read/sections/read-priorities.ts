import {quoted} from '../../../base/safe-text.ts';
import type {PrioritySpec} from '../../../engine/priority-spec.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {MAX_PRIORITIES} from '../../protection-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {NAME_PATTERN} from '../../value-forms.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readMatchers} from '../read-matchers.ts';
import {readNamed} from './read-named.ts';
import {sameMatchers} from './read-scope.ts';

const {expected} = VALUE_TYPES.priorities;
const CLASS = 'attributes with the values to match, such as { path: /health }, or {} for all that is left';

interface LocatedClass extends PrioritySpec {
  readonly at: number;
  readonly path: string;
}

/** `priorities`. */
export const readPriorities = (node: SourceNode | undefined, problems: Problems): readonly PrioritySpec[] => {
  if (node === undefined) return [];
  if (node.kind !== 'map' || node.entries.length === 0) {
    problems.expected(node, 'priorities', expected, mappingHint(node));
    return [];
  }
  const section = {expected, plural: 'priority classes', most: MAX_PRIORITIES};
  const classes = readNamed(node, 'priorities', section, problems, (name, value, path) =>
    readClass(name, value, path, problems),
  );
  warnUnreached(classes, problems);
  return classes.map(({name, when}) => ({name, when}));
};

/** `[essential, low]` is how queues list their classes. */
const mappingHint = (node: SourceNode): string | undefined => {
  if (node.kind !== 'list' || node.items.length === 0) return undefined;
  const names = node.items.map((item) => (item.kind === 'scalar' ? item.source : ''));
  const fit = names.length <= MAX_PRIORITIES && names.every((name) => NAME_PATTERN.test(name));
  return fit ? `did you mean { ${names.map((name) => `${name}: {}`).join(', ')} }?` : undefined;
};

const readClass = (
  name: string,
  node: SourceNode,
  path: string,
  problems: Problems,
): LocatedClass | undefined => {
  if (node.kind === 'map' && node.entries.length === 0) return {name, when: [], at: node.at, path};
  if (node.kind !== 'map') {
    problems.expected(node, path, CLASS);
    return undefined;
  }
  const when = readMatchers(unwrapped(node, path, problems), path, problems);
  return when && {name, when, at: node.at, path};
};

/** `{ when: { path: /health } }` would match an attribute "when", which holds no mapping. */
const unwrapped = (node: SourceNode, path: string, problems: Problems): SourceNode => {
  const only = node.kind === 'map' && node.entries.length === 1 ? node.entries[0] : undefined;
  if (only?.key !== 'when' || only.value.kind !== 'map') return node;
  problems.report(only.keyAt, pathTo(path, 'when'), 'a class has its matchers directly', {
    hint: 'leave out "when", as in { path: /health }',
  });
  return only.value;
};

/** The first class that matches takes a request: one that another leaves nothing has only the requests that name it. */
const warnUnreached = (classes: readonly LocatedClass[], problems: Problems): void => {
  classes.forEach(({when, at, path}, i) => {
    const taker = classes.slice(0, i).find((other) => sameMatchers(other.when, when));
    if (taker === undefined) return;
    const takes = when.length === 0 ? 'all requests that are left' : 'the same requests';
    problems.warn(
      at,
      path,
      `never reached but by requests whose attribute "priority" names it: ${quoted(taker.name)} before it takes ${takes}`,
    );
  });
};
