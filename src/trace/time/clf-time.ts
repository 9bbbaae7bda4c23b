import {MAX_MICROS, MICROS_PER_SECOND} from '../../base/micros.ts';
import {daysFromCivil, daysInMonth} from './civil.ts';

/** Bytes of `14/Nov/2023:22:14:00 +0330`, brackets not counted. */
export const CLF_TIME_LENGTH = 26;

/**
 * Times of the Common Log Format: `14/Nov/2023:22:14:00 +0330` → whole microseconds since the epoch, and HAProxy's
 * form with a fraction and no zone, `14/Nov/2023:22:14:00.127`, taken as UTC.
 *
 * Neighbouring lines mostly share the minute, so that what is before and after the seconds is compared with the stamp
 * before, eight bytes at a time (as doubles: two runs of ASCII are the same double only when they are the same bytes),
 * and only the seconds are computed. Allocates nothing per stamp.
 */
export class ClfTime {
  /** The stamp that `read` understood. A field, since a double that a function returns may cost an allocation. */
  micros = 0;
  // The last stamp that was understood: `14/Nov/2`, `023:22:1`, `4:` and ` +03`, `30`.
  readonly #head = new Float64Array(2).fill(Number.NaN);
  #minuteTail = 0;
  #zoneHead = 0;
  #zoneTail = 0;
  /** Of second 00 of that minute. */
  #minuteMicros = 0;

  /**
   * Reads the stamp that begins at `at`, of which `CLF_TIME_LENGTH` bytes must be there. False when it is none, when it
   * lies outside 1970 … 2255, and for a second of 60 (no clock that is replayed here has it).
   */
  read(view: DataView, at: number): boolean {
    const same =
      view.getFloat64(at, true) === this.#head[0] &&
      view.getFloat64(at + 8, true) === this.#head[1] &&
      view.getUint16(at + 16, true) === this.#minuteTail &&
      view.getInt32(at + 20, true) === this.#zoneHead &&
      view.getUint16(at + 24, true) === this.#zoneTail;
    if (!same && !this.#newMinute(view, at)) return false;
    const tens = view.getUint8(at + 18) - 0x30;
    const ones = view.getUint8(at + 19) - 0x30;
    this.micros = this.#minuteMicros + (tens * 10 + ones) * MICROS_PER_SECOND;
    return view.getUint8(at + 17) === 0x3a && tens >>> 0 <= 5 && ones >>> 0 <= 9 && this.micros >= 0;
  }

  #newMinute(view: DataView, at: number): boolean {
    const minute = clfMinute(view, at);
    const zone = clfZone(view, at + 20);
    const micros = (minute - zone) * 60 * MICROS_PER_SECOND;
    // Also false when one of them is NaN.
    if (!(micros <= MAX_MICROS - 60 * MICROS_PER_SECOND)) return false;
    this.#head[0] = view.getFloat64(at, true);
    this.#head[1] = view.getFloat64(at + 8, true);
    this.#minuteTail = view.getUint16(at + 16, true);
    this.#zoneHead = view.getInt32(at + 20, true);
    this.#zoneTail = view.getUint16(at + 24, true);
    this.#minuteMicros = micros;
    return true;
  }
}

/**
 * `14/Nov/2023:22:14:00.127` in `view[start … end)`, with up to 9 digits behind the seconds, in UTC: whole
 * microseconds (cut), or −1.
 */
export const parseNaiveClfTime = (view: DataView, start: number, end: number): number => {
  if (end - start < 20 || view.getUint8(start + 17) !== 0x3a) return -1;
  const minute = clfMinute(view, start);
  const second = twoDigits(view, start + 18);
  if (Number.isNaN(minute) || !(second <= 59)) return -1;
  let fraction = 0;
  if (end - start > 20) {
    const digits = end - start - 21;
    if (view.getUint8(start + 20) !== 0x2e || digits < 1 || digits > 9) return -1;
    let scale = 100_000;
    for (let i = start + 21; i < end; i++, scale = Math.floor(scale / 10)) {
      const digit = view.getUint8(i) - 0x30;
      if (digit >>> 0 > 9) return -1;
      fraction += digit * scale;
    }
  }
  const micros = (minute * 60 + second) * MICROS_PER_SECOND + fraction;
  return micros >= 0 && micros <= MAX_MICROS ? micros : -1;
};

/** Minutes since the epoch of `14/Nov/2023:22:14`, its zone left out; NaN when that is no time. */
const clfMinute = (view: DataView, at: number): number => {
  if (
    view.getUint8(at + 2) !== 0x2f ||
    view.getUint8(at + 6) !== 0x2f ||
    view.getUint8(at + 11) !== 0x3a ||
    view.getUint8(at + 14) !== 0x3a
  )
    return Number.NaN;
  const day = twoDigits(view, at);
  const month = monthOf(view.getUint8(at + 3), view.getUint8(at + 4), view.getUint8(at + 5));
  const year = twoDigits(view, at + 7) * 100 + twoDigits(view, at + 9);
  const hour = twoDigits(view, at + 12);
  const minute = twoDigits(view, at + 15);
  // NaN fails every comparison that asks for validity.
  if (!(hour <= 23 && minute <= 59 && month > 0 && year >= 0 && day >= 1 && day <= daysInMonth(year, month)))
    return Number.NaN;
  return (daysFromCivil(year, month, day) * 24 + hour) * 60 + minute;
};

/** Minutes east of UTC of ` +0330`; NaN when that is no zone. */
const clfZone = (view: DataView, at: number): number => {
  const sign = view.getUint8(at + 1) === 0x2b ? 1 : view.getUint8(at + 1) === 0x2d ? -1 : Number.NaN;
  const hours = twoDigits(view, at + 2);
  const minutes = twoDigits(view, at + 4);
  return view.getUint8(at) === 0x20 && hours <= 23 && minutes <= 59
    ? sign * (hours * 60 + minutes)
    : Number.NaN;
};

const twoDigits = (view: DataView, at: number): number => {
  const tens = view.getUint8(at) - 0x30;
  const ones = view.getUint8(at + 1) - 0x30;
  return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? tens * 10 + ones : Number.NaN;
};

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** 1 … 12; 0 when the three letters are no month. Case does not matter. */
const monthOf = (a: number, b: number, c: number): number => {
  for (let i = 0; i < MONTHS.length; i += 3) {
    if (
      (a | 0x20) === MONTHS.charCodeAt(i) &&
      (b | 0x20) === MONTHS.charCodeAt(i + 1) &&
      (c | 0x20) === MONTHS.charCodeAt(i + 2)
    ) {
      return i / 3 + 1;
    }
  }
  return 0;
};
