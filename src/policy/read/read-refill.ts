import type {RefillSpec} from '../../engine/policy-model.ts';
import {type Problems, pathTo, typoHint} from '../problems.ts';
import type {SourceNode} from '../source/source-node.ts';
import {VALUE_TYPES} from '../value-types.ts';
import {nearestDuration, readDuration} from './read-duration.ts';

const SHAPES = ['continuous', 'burst-penalty', 'smoothed'] as const;

/** `continuous`, `burst-penalty`, `smoothed` or `{ every: 1s }`. */
export const readRefill = (node: SourceNode, path: string, problems: Problems): RefillSpec | undefined => {
  if (node.kind === 'map') {
    const [entry, second] = node.entries;
    if (entry?.key === 'every' && second === undefined) {
      const every = readDuration(entry.value, pathTo(path, 'every'), problems);
      return every === undefined ? undefined : {kind: 'stepped', every};
    }
  }
  const shape = node.kind === 'scalar' ? SHAPES.find((word) => word === node.value) : undefined;
  if (shape !== undefined) return {kind: shape};
  const every = node.kind === 'scalar' && /\d/.test(node.source) ? nearestDuration(node.source) : undefined;
  const typo = node.kind === 'scalar' ? typoHint(node.source, SHAPES) : undefined;
  problems.expected(
    node,
    path,
    VALUE_TYPES.refill.expected,
    every === undefined ? typo : `did you mean { every: ${every} }?`,
  );
  return undefined;
};
