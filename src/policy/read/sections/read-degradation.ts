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
import {readFields, readOr} from '../read-fields.ts';
import {pressureTo, readInnerPart} from '../read-percent.ts';
import {DEFAULT_TARGETS, EVERY, readSignals} from './read-signals.ts';
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
  const path = 'degradation';
  const fields = readFields(node, path, DEGRADATION_FIELDS, problems, VALUE_TYPES.degradation.expected);
  return (
    fields && {
      targets: readOr(fields, 'signals', DEFAULT_TARGETS, path, problems, readSignals),
      every: readOr(fields, 'every', EVERY, path, problems, readEvery),
      enter: readOr(fields, 'enter', ENTER, path, problems, readEnter),
      leave: readOr(fields, 'leave', LEAVE, path, problems, readInnerPart),
      after: readOr(fields, 'after', AFTER, path, problems, readAfter),
      hold: readOr(fields, 'hold', HOLD, path, problems, readHold),
    }
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
