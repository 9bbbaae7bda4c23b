import type {AimdSpec, ControllerSpec, GradientSpec} from '../../../engine/control/control-spec.ts';
import {AIMD_FIELDS, GRADIENT_FIELDS} from '../../control-fields.ts';
import {type Problems, pathTo, typoHint} from '../../problems.ts';
import {MAX_SAMPLES, MAX_TOLERANCE} from '../../protection-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readCount} from '../read-count.ts';
import {decimalWhere} from '../read-decimal.ts';
import {readFields, readOr} from '../read-fields.ts';
import {readPart} from '../read-percent.ts';

const KINDS = ['aimd', 'gradient'] as const;

export const DEFAULT_AIMD: AimdSpec = {kind: 'aimd', decrease: 0.9, increase: 0.05};
const DEFAULT_GRADIENT: GradientSpec = {kind: 'gradient', tolerance: 1.5, smoothing: 0.2, longWindow: 600};

const readDecrease = decimalWhere('decrease', (value) => value > 0 && value < 1);
const readSmoothing = decimalWhere('smoothing', (value) => value > 0 && value <= 1);
const readTolerance = decimalWhere('tolerance', (value) => value >= 1 && value <= MAX_TOLERANCE);

/** `aimd`, `gradient`, or one of them with its numbers: `{ aimd: { decrease: 0.9 } }`. */
export const readController = (
  node: SourceNode,
  path: string,
  problems: Problems,
): ControllerSpec | undefined => {
  if (node.kind === 'scalar') {
    if (node.value === 'aimd') return DEFAULT_AIMD;
    if (node.value === 'gradient') return DEFAULT_GRADIENT;
  }
  const [entry, second] = node.kind === 'map' ? node.entries : [];
  const kind = KINDS.find((known) => known === entry?.key);
  if (entry === undefined || kind === undefined || second !== undefined) {
    const typed = node.kind === 'scalar' ? node.source : second === undefined ? (entry?.key ?? '') : '';
    const several = second === undefined ? undefined : 'choose one of them';
    problems.expected(node, path, VALUE_TYPES.controller.expected, several ?? typoHint(typed, KINDS));
    return undefined;
  }
  const at = pathTo(path, kind);
  return kind === 'aimd' ? readAimd(entry.value, at, problems) : readGradient(entry.value, at, problems);
};

const readAimd = (node: SourceNode, path: string, problems: Problems): AimdSpec | undefined => {
  const what = 'its numbers, such as { decrease: 0.9, increase: 5% }';
  const fields = readFields(node, path, AIMD_FIELDS, problems, what);
  return (
    fields && {
      kind: 'aimd',
      decrease: readOr(fields, 'decrease', DEFAULT_AIMD.decrease, path, problems, readDecrease),
      increase: readOr(fields, 'increase', DEFAULT_AIMD.increase, path, problems, readPart),
    }
  );
};

const readGradient = (node: SourceNode, path: string, problems: Problems): GradientSpec | undefined => {
  const what = 'its numbers, such as { tolerance: 1.5, smoothing: 0.2 }';
  const fields = readFields(node, path, GRADIENT_FIELDS, problems, what);
  if (fields === undefined) return undefined;
  const {tolerance, smoothing, longWindow} = DEFAULT_GRADIENT;
  return {
    kind: 'gradient',
    tolerance: readOr(fields, 'tolerance', tolerance, path, problems, readTolerance),
    smoothing: readOr(fields, 'smoothing', smoothing, path, problems, readSmoothing),
    longWindow: readOr(fields, 'longWindow', longWindow, path, problems, (value, at) =>
      readCount(value, at, {min: 1, max: MAX_SAMPLES}, problems),
    ),
  };
};
