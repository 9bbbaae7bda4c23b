import {quoted} from '../../../base/safe-text.ts';
import type {QueueClass, QueueSpec} from '../../../engine/queue-spec.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {QUEUE_FIELDS} from '../../section-fields.ts';
import {MAX_CLASSES, MAX_QUEUES, MAX_TRIES} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {NAME_PATTERN} from '../../value-forms.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readCount} from '../read-count.ts';
import {readFields, readOr} from '../read-fields.ts';
import {backoffOr} from './read-backoff.ts';
import {readNamed} from './read-named.ts';
import {DAY, MINUTE, SECOND, spanFrom} from './read-span.ts';
import {textMatching} from './read-text.ts';

const BACKOFF = {first: SECOND, most: 5 * MINUTE};
const DEFAULT_CLASSES: readonly QueueClass[] = [{name: 'normal', handicap: 0}];
const WITH_HANDICAPS = 'to give handicaps, write a mapping: { interactive: 0s, batch: 5m }';

const readLease = spanFrom(SECOND, DAY);
const readHandicap = spanFrom(0, 7 * DAY);
const readName = textMatching(NAME_PATTERN, VALUE_TYPES.name.expected);

/** `queue`. */
export const readQueues = (node: SourceNode | undefined, problems: Problems): readonly QueueSpec[] => {
  const section = {expected: VALUE_TYPES.queues.expected, plural: 'queues', most: MAX_QUEUES};
  return readNamed(node, 'queue', section, problems, (name, value, path) =>
    readQueue(name, value, path, problems),
  );
};

const readQueue = (
  name: string,
  node: SourceNode,
  path: string,
  problems: Problems,
): QueueSpec | undefined => {
  const before = problems.count;
  const fields = readFields(
    node,
    path,
    QUEUE_FIELDS,
    problems,
    'a queue such as { classes: [interactive, batch] }',
  );
  if (fields === undefined) return undefined;
  const queue: QueueSpec = {
    name,
    classes: readOr(fields, 'classes', DEFAULT_CLASSES, path, problems, readClasses),
    maxAttempts: readOr(fields, 'maxAttempts', 5, path, problems, (value, at) =>
      readCount(value, at, {min: 1, max: MAX_TRIES}, problems),
    ),
    lease: readOr(fields, 'lease', MINUTE, path, problems, readLease),
    backoff: readOr(fields, 'backoff', BACKOFF, path, problems, backoffOr(BACKOFF)),
  };
  return problems.count === before ? queue : undefined;
};

/** Names with handicaps of 0, 1, 2 … minutes in their order, or names with their own. */
const readClasses = (
  node: SourceNode,
  path: string,
  problems: Problems,
): readonly QueueClass[] | undefined => {
  const items = node.kind === 'list' ? node.items : node.kind === 'map' ? node.entries : [];
  if (items.length === 0) {
    const one = node.kind === 'scalar' && typeof node.value === 'string' && NAME_PATTERN.test(node.value);
    const hint = one ? `put it in a list: [${node.source}]` : undefined;
    problems.expected(node, path, VALUE_TYPES.classes.expected, hint);
    return undefined;
  }
  if (items.length > MAX_CLASSES) {
    problems.report(node.at, path, `expected at most ${MAX_CLASSES} classes, got ${items.length}`);
    return undefined;
  }
  return node.kind === 'map'
    ? node.entries.flatMap(({key, keyAt, value}) => {
        const at = pathTo(path, key);
        if (!NAME_PATTERN.test(key)) problems.report(keyAt, at, `expected ${VALUE_TYPES.name.expected}`);
        const handicap = readHandicap(value, at, problems);
        return handicap === undefined ? [] : {name: key, handicap};
      })
    : readNames(node.kind === 'list' ? node.items : [], path, problems);
};

const readNames = (items: readonly SourceNode[], path: string, problems: Problems): readonly QueueClass[] => {
  const names = new Set<string>();
  items.forEach((item, i) => {
    const at = `${path}[${i}]`;
    if (item.kind === 'map') {
      problems.expected(item, at, 'the name of a class', WITH_HANDICAPS);
      return;
    }
    const name = readName(item, at, problems);
    if (name === undefined) return;
    if (names.has(name)) problems.report(item.at, at, `${quoted(name)} is given twice`);
    names.add(name);
  });
  return [...names].map((name, i) => ({name, handicap: i * MINUTE}));
};
