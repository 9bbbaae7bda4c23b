import {quoted} from '../../base/safe-text.ts';
import {ViewCache} from '../../base/view-cache.ts';
import {Ascii, textOf} from '../formats/ascii.ts';
import {CLF_TIME_LENGTH, ClfTime} from './clf-time.ts';
import {TimeField} from './time-field.ts';
import type {TimeUnit} from './time-unit.ts';

/** A time in any of the ways a text log writes it: `[14/Nov/2023:22:14:00 +0330]` (brackets optional), RFC 3339, or a number. */
export class TextTime {
  readonly #clf = new ClfTime();
  readonly #views = new ViewCache();
  readonly #field: TimeField;

  constructor(name: string, unit: TimeUnit | undefined) {
    this.#field = new TimeField(name, unit);
  }

  /** Whole microseconds since the epoch; negative when it is no time or out of range. */
  parse(bytes: Uint8Array, start: number, end: number): number {
    const bracketed =
      end - start > 1 && bytes[start] === Ascii.openBracket && bytes[end - 1] === Ascii.closeBracket;
    const from = bracketed ? start + 1 : start;
    const to = bracketed ? end - 1 : end;
    if (to - from === CLF_TIME_LENGTH && bytes[from + 2] === Ascii.slash) {
      return this.#clf.read(this.#views.of(bytes), from) ? this.#clf.micros : -1;
    }
    return from < to ? this.#field.ofText(bytes, from, to) : -1;
  }

  notes(): readonly string[] {
    return this.#field.notes();
  }
}

/** Why a line without a good time is bad. */
export const badTime = (bytes: Uint8Array, start: number, end: number, expected: string): string =>
  `time ${quoted(textOf(bytes, start, end))} is not one that exists: expected the form ${expected}`;
