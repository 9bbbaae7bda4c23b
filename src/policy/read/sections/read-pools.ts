import type {PoolSpec} from '../../../engine/pool/pool-spec.ts';
import {POOL_FIELDS} from '../../pool-fields.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {MAX_POOLS, MAX_SLOTS, MAX_WAITING, POOL_ORDERS} from '../../protection-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readChoice} from '../read-choice.ts';
import {readCount} from '../read-count.ts';
import {type Fields, readFields, readOr, requireFields} from '../read-fields.ts';
import {readTemplate} from '../read-template.ts';
import {readNamed} from './read-named.ts';
import {readScope} from './read-scope.ts';
import {DAY, HOUR, MILLISECOND, SECOND, SHORTEST, spanFrom} from './read-span.ts';

const readWait = spanFrom(MILLISECOND, HOUR);
const readLease = spanFrom(SHORTEST, DAY);

/** `concurrency`. */
export const readPools = (node: SourceNode | undefined, problems: Problems): readonly PoolSpec[] => {
  const section = {expected: VALUE_TYPES.pools.expected, plural: 'pools', most: MAX_POOLS};
  return readNamed(node, 'concurrency', section, problems, (name, value, path) =>
    readPool(name, value, path, problems),
  );
};

const readPool = (name: string, node: SourceNode, path: string, problems: Problems): PoolSpec | undefined => {
  const before = problems.count;
  const fields = readFields(node, path, POOL_FIELDS, problems, 'a pool such as { max: 10, queue: 50 }');
  if (fields === undefined) return undefined;
  requireFields(fields, node.at, path, POOL_FIELDS, problems, 'a pool');
  const countFrom = (min: number, most: number) => (value: SourceNode, at: string) =>
    readCount(value, at, {min, max: most}, problems);
  const max = readOr(fields, 'max', MAX_SLOTS, path, problems, countFrom(1, MAX_SLOTS));
  const queue = readOr(fields, 'queue', 0, path, problems, countFrom(0, MAX_WAITING));
  const pool: PoolSpec = {
    name,
    max,
    key: readOr<string | undefined>(fields, 'key', undefined, path, problems, readTemplate),
    maxPerKey: readMaxPerKey(fields, max, path, problems),
    queue,
    wait: readOr(fields, 'wait', 30 * SECOND, path, problems, readWait),
    lease: readOr(fields, 'lease', 30 * SECOND, path, problems, readLease),
    order: readOr(fields, 'order', 'fifo', path, problems, (value, at) =>
      readChoice(value, at, POOL_ORDERS, problems),
    ),
    ...readScope(fields, path, problems),
  };
  if (problems.count !== before) return undefined;
  if (queue === 0) warnWithoutQueue(fields, path, problems);
  return pool;
};

const readMaxPerKey = (fields: Fields, max: number, path: string, problems: Problems): number => {
  const entry = fields.get('maxPerKey');
  if (entry === undefined) return max;
  const at = pathTo(path, 'maxPerKey');
  if (!fields.has('key'))
    problems.report(entry.keyAt, at, 'needs "key" beside it', {
      hint: 'who a client is, such as key: "{tenant}"',
    });
  return readCount(entry.value, at, {min: 1, max, maxIs: 'the slots in all'}, problems) ?? max;
};

const warnWithoutQueue = (fields: Fields, path: string, problems: Problems): void => {
  for (const name of ['wait', 'order']) {
    const entry = fields.get(name);
    if (entry === undefined) continue;
    problems.warn(
      entry.keyAt,
      pathTo(path, name),
      'means nothing without a "queue": who finds no slot is refused at once',
    );
  }
};
