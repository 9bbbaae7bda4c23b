import type {TimeUnit} from '../../time/time-unit.ts';
import type {ByteWriter} from '../byte-writer.ts';

/** Appends an instant (whole µs, > 0) in whole units, rounded down. */
export const writeTime = (out: ByteWriter, us: number, unit: TimeUnit): void => {
  if (unit === 's') out.number(Math.floor(us / 1e6));
  else if (unit === 'ms') out.number(Math.floor(us / 1e3));
  else out.number(us);
  // Nanoseconds go beyond 2^53: their last digits are written, not computed.
  if (unit === 'ns') out.padded(0, 3);
};
