/**
 * Answers of a server as places in the bytes that came: nothing is made of a text that nobody asks for. Arrays are taken apart;
 * what is in them follows one upon the other.
 */
export class BulkReplies {
  bytes: Buffer = Buffer.alloc(0);
  /** How many texts there are. */
  count = 0;
  /** Where each begins; −1: there is none (null, or an error). */
  from = new Int32Array(FIRST_COUNT);
  until = new Int32Array(FIRST_COUNT);
  /** By the number of the text in whose place they came. */
  readonly errors = new Map<number, Error>();

  text(i: number): string {
    return this.bytes.toString('utf8', this.from[i], this.until[i]);
  }

  /** Reads so many answers from `at` on. Answers with where they end; −1: not all of it has come yet. Throws at what is no answer. */
  read(bytes: Buffer, at: number, end: number, answers: number): number {
    this.bytes = bytes;
    this.count = 0;
    if (this.errors.size > 0) this.errors.clear();
    let next = at;
    for (let left = answers; left > 0; left--) {
      const line = next;
      // A line may end with the last byte that came.
      for (next++; next < end && bytes[next] !== LF; next++);
      if (next >= end) return -1;
      const lineEnd = next - 1;
      next++;
      switch (bytes[line]) {
        case ARRAY:
          left += Math.max(0, numberIn(bytes, line + 1, lineEnd));
          break;
        case BULK: {
          const length = numberIn(bytes, line + 1, lineEnd);
          if (length >= 0) {
            if (next + length + 2 > end) return -1;
            this.#found(next, next + length);
            next += length + 2;
          } else this.#found(-1, -1);
          break;
        }
        case ERROR:
          this.errors.set(this.count, errorOf(bytes.toString('utf8', line + 1, lineEnd)));
          this.#found(-1, -1);
          break;
        case STATUS:
        case INTEGER:
          this.#found(line + 1, lineEnd);
          break;
        default:
          throw new Error(`Protocol error: an answer begins with byte ${bytes[line]}`);
      }
    }
    return next;
  }

  #found(from: number, until: number): void {
    if (this.count === this.from.length) {
      this.from = twiceAsLong(this.from);
      this.until = twiceAsLong(this.until);
    }
    this.from[this.count] = from;
    this.until[this.count] = until;
    this.count++;
  }
}

const [ARRAY, BULK, ERROR, STATUS, INTEGER] = ['*', '$', '-', '+', ':'].map((sign) => sign.charCodeAt(0));
const FIRST_COUNT = 1_024;
const LF = 10;
const MINUS = 45;
const ZERO = 48;

const twiceAsLong = (numbers: Int32Array): Int32Array<ArrayBuffer> => {
  const longer = new Int32Array(2 * numbers.length);
  longer.set(numbers);
  return longer;
};

const numberIn = (bytes: Buffer, from: number, until: number): number => {
  if (bytes[from] === MINUS) return -1;
  let number = 0;
  for (let at = from; at < until; at++) number = 10 * number + bytes[at]! - ZERO;
  return number;
};

/** As the driver names what a server refused. */
const errorOf = (message: string): Error => Object.assign(new Error(message), {name: 'ReplyError'});
