import type {ByteWriter} from '../byte-writer.ts';
import type {TraceRequest} from '../trace-request.ts';

/** Writes requests as lines of bytes. */
export interface LineFormat {
  /** What a file begins with; may be empty. */
  readonly header: string;
  /** Appends one line, at most `MAX_LINE` bytes. */
  write(request: TraceRequest, out: ByteWriter): void;
}

/** More than any line of any format takes. */
export const MAX_LINE = 4_096;

const encoder = new TextEncoder();

/** Words are encoded once, lines copy them. */
export const pieces = <T>(
  items: readonly T[],
  text: (item: T, index: number) => string,
): readonly Uint8Array[] => items.map((item, index) => encoder.encode(text(item, index)));
