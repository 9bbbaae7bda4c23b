import {MICROS_PER_SECOND} from '../../base/micros.ts';
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
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  // The last stamp that was understood: `14/Nov/2`, `023:22:1`, `4:` and ` +03`, `30`.
  readonly #first = new Float64Array(2).fill(Number.NaN);
  #minuteTail = 0;
  #zoneHead = 0;
  #zoneTail = 0;
  /** Of second 00 of that minute. */
  #minuteMicros = 0;

  /**
   * The stamp that begins at `at`, of which `CLF_TIME_LENGTH` bytes must be in `bytes`. −1 when it is none, when it lies
   * before 1970, and for a second of 60 (no clock that is replayed here has it).
   */
  parse(bytes: Uint8Array, at: number): number {
    if (bytes !== this.#bytes) this.#look(bytes);
    const view = this.#view;
    const tens = bytes[at + 18]! - 0x30;
    const ones = bytes[at + 19]! - 0x30;
    if (
      view.getFloat64(at, true) !== this.#first[0] ||
      view.getFloat64(at + 8, true) !== this.#first[1] ||
      view.getUint16(at + 16, true) !== this.#minuteTail ||
      view.getInt32(at + 20, true) !== this.#zoneHead ||
      view.getUint16(at + 24, true) !== this.#zoneTail
    ) {
      if (!this.#newMinute(bytes, at)) return -1;
    }
    if (bytes[at + 17] !== 0x3a || tens >>> 0 > 5 || ones >>> 0 > 9) return -1;
    const micros = this.#minuteMicros + (tens * 10 + ones) * MICROS_PER_SECOND;
    return micros >= 0 ? micros : -1;
  }

  #look(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #newMinute(bytes: Uint8Array, at: number): boolean {
    const minute = clfMinute(bytes, at);
    const zone = clfZone(bytes, at + 20);
    if (Number.isNaN(minute) || Number.isNaN(zone)) return false;
    const view = this.#view;
    this.#first[0] = view.getFloat64(at, true);
    this.#first[1] = view.getFloat64(at + 8, true);
    this.#minuteTail = view.getUint16(at + 16, true);
    this.#zoneHead = view.getInt32(at + 20, true);
    this.#zoneTail = view.getUint16(at + 24, true);
    this.#minuteMicros = (minute - zone) * 60 * MICROS_PER_SECOND;
    return true;
  }
}

/**
 * `14/Nov/2023:22:14:00.127` in `bytes[start … end)`, with 0 to 9 digits after the dot, in UTC: whole microseconds
 * (rounded down), or −1.
 */
export const parseNaiveClfTime = (bytes: Uint8Array, start: number, end: number): number => {
  if (end - start < 20 || bytes[start + 17] !== 0x3a) return -1;
  const minute = clfMinute(bytes, start);
  const second = twoDigits(bytes, start + 18);
  if (Number.isNaN(minute) || !(second <= 59)) return -1;
  let fraction = 0;
  if (end - start > 20) {
    const digits = end - start - 21;
    if (bytes[start + 20] !== 0x2e || digits < 1 || digits > 9) return -1;
    let scale = 100_000;
    for (let i = start + 21; i < end; i++, scale = Math.floor(scale / 10)) {
      const digit = bytes[i]! - 0x30;
      if (digit >>> 0 > 9) return -1;
      fraction += digit * scale;
    }
  }
  const micros = (minute * 60 + second) * MICROS_PER_SECOND + fraction;
  return micros >= 0 ? micros : -1;
};

/** Minutes since the epoch of `14/Nov/2023:22:14`, its zone left out; NaN when that is no time. */
const clfMinute = (bytes: Uint8Array, at: number): number => {
  if (bytes[at + 2] !== 0x2f || bytes[at + 6] !== 0x2f || bytes[at + 11] !== 0x3a || bytes[at + 14] !== 0x3a) return Number.NaN;
  const day = twoDigits(bytes, at);
  const month = monthOf(bytes[at + 3]!, bytes[at + 4]!, bytes[at + 5]!);
  const year = twoDigits(bytes, at + 7) * 100 + twoDigits(bytes, at + 9);
  const hour = twoDigits(bytes, at + 12);
  const minute = twoDigits(bytes, at + 15);
  // NaN fails every comparison that asks for validity.
  if (!(hour <= 23 && minute <= 59 && month > 0 && year >= 0 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN;
  return (daysFromCivil(year, month, day) * 24 + hour) * 60 + minute;
};

/** Minutes east of UTC of ` +0330`; NaN when that is no zone. */
const clfZone = (bytes: Uint8Array, at: number): number => {
  const sign = bytes[at + 1] === 0x2b ? 1 : bytes[at + 1] === 0x2d ? -1 : Number.NaN;
  const hours = twoDigits(bytes, at + 2);
  const minutes = twoDigits(bytes, at + 4);
  return bytes[at] === 0x20 && hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) : Number.NaN;
};

const twoDigits = (bytes: Uint8Array, at: number): number => {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
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
