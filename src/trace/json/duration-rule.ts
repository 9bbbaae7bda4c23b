import {quoted} from '../../base/safe-text.ts';
import {textOf} from '../formats/ascii.ts';
import {readSpan} from '../formats/numbers.ts';
import type {RowSink} from '../row-sink.ts';
import {unitOfFieldName} from '../time/epoch.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import type {FieldSlots} from './field-slots.ts';
import {ValueKind} from './object-scanner.ts';
import type {RecordValues} from './record-values.ts';

/**
 * Reads how long a request took. A member that `--map duration=` names is in the unit its name ends in, milliseconds
 * when it ends in none, and must be a number; one that was only recognised is ignored when it is none.
 */
export class DurationRule {
  readonly #slots: readonly number[];
  readonly #units: readonly TimeUnit[];
  readonly #mapped: string | undefined;

  constructor(
    fields: FieldSlots,
    known: readonly {readonly field: string; readonly unit: TimeUnit}[],
    mapped: string | undefined,
  ) {
    this.#mapped = mapped;
    // A mapped member that the format knows keeps the unit the format gives it.
    const unit =
      mapped === undefined
        ? undefined
        : (known.find(({field}) => field === mapped)?.unit ?? unitOfFieldName(mapped) ?? 'ms');
    const sources = mapped === undefined ? known : [{field: mapped, unit: unit as TimeUnit}];
    const flat = sources.flatMap((source) =>
      fields.of(source.field).map((slot) => ({slot, unit: source.unit})),
    );
    this.#slots = flat.map(({slot}) => slot);
    this.#units = flat.map((source) => source.unit);
  }

  /** Which source the value of a slot is of the record just read; −1 when it is not the duration. */
  indexOf(slot: number, values: RecordValues): number {
    const found = values.firstPresent(this.#slots);
    return found >= 0 && this.#slots[found] === slot ? found : -1;
  }

  /** Microseconds; negative when the text is no span. */
  parse(index: number, bytes: Uint8Array, from: number, to: number): number {
    return readSpan(bytes, from, to, this.#units[index]!);
  }

  /** Fills `sink.hold`; false when the value cannot be used, and the sink says why. */
  read(values: RecordValues, start: number, sink: RowSink): boolean {
    sink.hold = 0;
    if (this.#slots.length === 0) return true;
    const found = values.firstPresent(this.#slots);
    if (found < 0) return true;
    const slot = this.#slots[found]!;
    const kind = values.scanner.kindOf(slot);
    let hold = -1;
    if (kind === ValueKind.number || kind === ValueKind.text) {
      values.text(slot);
      hold = this.parse(found, values.source, values.from, values.to);
    }
    if (hold >= 0) {
      sink.hold = hold;
      return true;
    }
    if (this.#mapped === undefined) return true;
    const {starts, ends} = values.scanner;
    sink.reason = `duration ${quoted(textOf(values.bytes, starts[slot]!, ends[slot]!), 40)} is no number`;
    sink.reasonColumn = starts[slot]! - start + 1;
    return false;
  }
}
