import {
  DEGRADED_MODES,
  type DegradationSpec,
  type DegradedMode,
} from '../../../engine/control/control-spec.ts';
import {DEGRADATION_FIELDS, ENTER_FIELDS} from '../../control-fields.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {MAX_PRESSURE} from '../../protection-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {type Fields, readFields, readOr} from '../read-fields.ts';
import {pressureTo, readInnerPart} from '../read-percent.ts';
import {DEFAULT_TARGETS, EVERY, highestPressure, readSignals} from './read-signals.ts';
import {DAY, HOUR, SECOND, SHORTEST, spanFrom} from './read-span.ts';

type Enter = DegradationSpec['enter'];

const ENTER: Enter = {'shed-low': 1, 'essential-only': 1.2, closed: 1.5};
const LEAVE = 0.8;
const AFTER = 10 * SECOND;
const HOLD = 30 * SECOND;

const readEvery = spanFrom(SHORTEST, HOUR);
const readAfter = spanFrom(0, HOUR);
const readHold = spanFrom(0, DAY);
const readPressure = pressureTo(MAX_PRESSURE);

/** `degradation`. */
export const readDegradation = (
  node: SourceNode | undefined,
  problems: Problems,
): DegradationSpec | undefined => {
  if (node === undefined) return undefined;
  const before = problems.count;
  const path = 'degradation';
  const fields = readFields(node, path, DEGRADATION_FIELDS, problems, VALUE_TYPES.degradation.expected);
  if (fields === undefined) return undefined;
  const spec: DegradationSpec = {
    targets: readOr(fields, 'signals', DEFAULT_TARGETS, path, problems, readSignals),
    every: readOr(fields, 'every', EVERY, path, problems, readEvery),
    enter: readOr(fields, 'enter', ENTER, path, problems, readEnter),
    leave: readOr(fields, 'leave', LEAVE, path, problems, readInnerPart),
    after: readOr(fields, 'after', AFTER, path, problems, readAfter),
    hold: readOr(fields, 'hold', HOLD, path, problems, readHold),
  };
  if (problems.count === before) warnNeverEntered(fields, spec, problems);
  return spec;
};

/** Of targets of CPU and memory alone, which cannot be passed by more than they leave. */
const warnNeverEntered = (
  fields: Fields,
  {targets, enter}: Pick<DegradationSpec, 'targets' | 'enter'>,
  problems: Problems,
): void => {
  const most = highestPressure(targets);
  if (most >= enter['shed-low']) return;
  const percent = (share: number): string => `${Number((share * 100).toFixed(2))}%`;
  problems.warn(
    (fields.get('enter') ?? fields.get('signals')!).keyAt,
    'degradation',
    `no mode is ever entered: the pressure is at most ${percent(most)}, and shed-low begins at ${percent(enter['shed-low'])}`,
  );
};

/** The pressure that begins each mode; what is left out is the default. */
const readEnter = (node: SourceNode, path: string, problems: Problems): Enter | undefined => {
  const before = problems.count;
  const fields = readFields(node, path, ENTER_FIELDS, problems, VALUE_TYPES.enter.expected);
  if (fields === undefined) return undefined;
  const at = (mode: DegradedMode): number => readOr(fields, mode, ENTER[mode], path, problems, readPressure);
  const enter: Enter = {
    'shed-low': at('shed-low'),
    'essential-only': at('essential-only'),
    closed: at('closed'),
  };
  if (problems.count !== before) return undefined;
  const shown = (mode: DegradedMode): string =>
    `"${mode}" (${Number((enter[mode] * 100).toFixed(2))}%${fields.has(mode) ? '' : ', the default'})`;
  DEGRADED_MODES.slice(1).forEach((mode, i) => {
    const milder = DEGRADED_MODES[i]!;
    if (enter[mode] > enter[milder]) return;
    const entry = fields.get(mode) ?? fields.get(milder);
    const [named] = [fields.has(mode) ? mode : milder];
    problems.report(
      entry?.value.at ?? node.at,
      pathTo(path, named),
      `${shown(mode)} must be above ${shown(milder)}`,
      {hint: 'modes are entered one after the other, the mildest first'},
    );
  });
  return problems.count === before ? enter : undefined;
};
