import {quoted} from '../../base/safe-text.ts';
import {textOf} from '../formats/ascii.ts';
import type {RowSink} from '../row-sink.ts';
import {FRACTION, NEGATIVE, scaledInteger, TOO_LARGE} from '../time/decimal.ts';
import type {FieldSlots} from './field-slots.ts';
import {ValueKind} from './object-scanner.ts';
import type {RecordValues} from './record-values.ts';

const EXPECTED = `expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`;

/** Reads the cost: the member `cost`, 1 when there is none; or the sum of the members it is mapped to, which must be there. */
export class CostRule {
  readonly #terms: readonly {readonly name: string; readonly slots: readonly number[]}[];
  readonly #mapped: boolean;

  constructor(fields: FieldSlots, mapped: readonly string[] | undefined) {
    this.#mapped = mapped !== undefined;
    this.#terms = (mapped ?? ['cost']).map((name) => ({name, slots: fields.of(name)}));
  }

  /** Whether the value of a slot is (a term of) the cost of the record just read. */
  uses(slot: number, values: RecordValues): boolean {
    return this.#terms.some(({slots}) => metSlot(values, slots) === slot);
  }

  /** Fills `sink.cost`; false when a cost cannot be used, and the sink says why. */
  read(values: RecordValues, start: number, sink: RowSink): boolean {
    const {scanner} = values;
    let sum = 0;
    for (const {name, slots} of this.#terms) {
      const slot = metSlot(values, slots);
      if (slot < 0) {
        if (!this.#mapped) {
          sink.cost = 1;
          return true;
        }
        return refuse(sink, `no member ${quoted(name)}, which cost is mapped to`, 0);
      }
      let cost = scanner.integers[slot]!;
      const isNumber = scanner.kindOf(slot) === ValueKind.number;
      if (isNumber && Number.isNaN(cost))
        cost = scaledInteger(values.bytes, scanner.starts[slot]!, scanner.ends[slot]!, 0, 'refuse');
      if (!isNumber || cost < 0)
        return refuse(
          sink,
          fault(name, values, slot, isNumber ? cost : 0),
          scanner.starts[slot]! - start + 1,
        );
      sum += cost;
    }
    if (sum > Number.MAX_SAFE_INTEGER) return refuse(sink, `the cost ${sum} is too large: ${EXPECTED}`, 0);
    sink.cost = sum;
    return true;
  }
}

/** A cost of `null` is there and wrong, not missing: whoever wrote it meant something. */
const metSlot = (values: RecordValues, slots: readonly number[]): number => {
  for (let i = 0; i < slots.length; i++)
    if (values.scanner.kindOf(slots[i]!) !== ValueKind.absent) return slots[i]!;
  return -1;
};

const refuse = (sink: RowSink, reason: string, column: number): boolean => {
  sink.reason = reason;
  sink.reasonColumn = column;
  return false;
};

const fault = (name: string, {bytes, scanner}: RecordValues, slot: number, why: number): string => {
  const text = quoted(textOf(bytes, scanner.starts[slot]!, scanner.ends[slot]!), 40);
  const what: Partial<Record<ValueKind, string>> = {
    [ValueKind.text]: `${text} is text`,
    [ValueKind.escapedText]: `${text} is text`,
    [ValueKind.boolean]: `${text} is no number`,
    [ValueKind.null]: '"null" is no number',
    [ValueKind.object]: 'is an object',
    [ValueKind.array]: 'is an array',
  };
  const numeric =
    why === NEGATIVE
      ? 'is negative'
      : why === FRACTION
        ? 'is not whole'
        : why === TOO_LARGE
          ? 'is too large'
          : '';
  return `${safeName(name)} ${what[scanner.kindOf(slot)] ?? `${text} ${numeric}`}: ${EXPECTED}`;
};

const safeName = (name: string): string => (name === 'cost' ? name : `cost ${quoted(name)}`);
