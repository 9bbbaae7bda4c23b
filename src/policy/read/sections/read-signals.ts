import type {SignalTargets} from '../../../engine/control/control-spec.ts';
import {SIGNAL_FIELDS} from '../../control-fields.ts';
import type {Problems} from '../../problems.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readFields, readOr} from '../read-fields.ts';
import {readPart} from '../read-percent.ts';
import {HOUR, MILLISECOND, MINUTE, SECOND, spanFrom} from './read-span.ts';

/** Where a policy gives no signals. */
export const DEFAULT_TARGETS: SignalTargets = {
  cpu: 0.8,
  memory: 0.85,
  eventLoop: undefined,
  responseTime: 5 * SECOND,
};

/** How often load is looked at. */
export const EVERY = 5 * SECOND;

const readDelay = spanFrom(MILLISECOND, MINUTE);
const readResponseTime = spanFrom(MILLISECOND, HOUR);

/** `{ cpu: 80%, responseTime: 5s }`: those that are not given are not looked at. */
export const readSignals = (
  node: SourceNode,
  path: string,
  problems: Problems,
): SignalTargets | undefined => {
  if (node.kind === 'map' && node.entries.length === 0) {
    const hint = 'leave it out for cpu: 80%, memory: 85%, responseTime: 5s';
    problems.expected(node, path, 'at least one signal', hint);
    return undefined;
  }
  const fields = readFields(node, path, SIGNAL_FIELDS, problems, VALUE_TYPES.signals.expected);
  if (fields === undefined) return undefined;
  const target = (name: string, read: typeof readPart): number | undefined =>
    readOr<number | undefined>(fields, name, undefined, path, problems, read);
  return {
    cpu: target('cpu', readPart),
    memory: target('memory', readPart),
    eventLoop: target('eventLoop', readDelay),
    responseTime: target('responseTime', readResponseTime),
  };
};

/** The pressure that cannot be passed: CPU and memory are never above 1. Infinity: there is no such bound. */
export const highestPressure = ({cpu, memory, eventLoop, responseTime}: SignalTargets): number =>
  eventLoop !== undefined || responseTime !== undefined
    ? Number.POSITIVE_INFINITY
    : 1 / Math.min(cpu ?? 1, memory ?? 1);
