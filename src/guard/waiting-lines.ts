import {ExitCode} from '../base/exit-code.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {sleep} from './sleep.ts';

/** What a line is for: a key that a limit makes wait. */
export interface LineOf {
  readonly limit?: string | undefined;
  readonly tier?: string | undefined;
  readonly key?: string | undefined;
}

type Lines = Map<string, Place[]>;

const idOf = ({limit, tier, key}: LineOf): string => `${limit} ${tier ?? ''} ${key}`;

/**
 * Lines of those who wait for the same thing, in the order in which they came, whichever line they stood in before. A line that is
 * empty is gone.
 */
export class WaitingLines {
  readonly #lines: Lines = new Map();
  #arrivals = 0;
  #news = 0;
  #isClosed = false;

  /** Somebody comes; they stand in no line yet. */
  arrive(): Place {
    return new Place(this.#lines, this.#arrivals++);
  }

  /** How often something was heard of: what was asked before that may be answered otherwise now. */
  get news(): number {
    return this.#news;
  }

  /** A reset or an override was heard of: whoever is in front asks anew. */
  wakeFronts(): void {
    this.#news++;
    for (const [front] of this.#lines.values()) front!.wake();
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isClosed = true;
    for (const line of this.#lines.values()) for (const place of line) place.wake();
  }

  throwIfClosed(): void {
    if (this.#isClosed)
      throw new RatectlError('the limiter is closed, and nobody waits for it any more', {
        code: 'limiter/closed',
        exit: ExitCode.refused,
      });
  }
}

/** Where somebody stands who came: in no line, or in one. */
export class Place {
  readonly #lines: Lines;
  readonly #arrival: number;
  #id: string | undefined;
  #limit: string | undefined;
  #wake: (() => void) | undefined;
  /** Whether there is enough for those in front, too. */
  #isCalled = false;

  /** For `WaitingLines.arrive`. */
  constructor(lines: Lines, arrival: number) {
    this.#lines = lines;
    this.#arrival = arrival;
  }

  /** The limit that its line waits for; undefined outside of lines. */
  get limit(): string | undefined {
    return this.#limit;
  }

  /** The first of these lines in which somebody stands who came earlier, and has to be let go first. */
  behind(lines: () => readonly LineOf[]): LineOf | undefined {
    return this.#lines.size === 0 ? undefined : lines().find((line) => this.#isBehind(idOf(line)));
  }

  #isBehind(id: string): boolean {
    const [first] = this.#lines.get(id) ?? [];
    return first !== undefined && first.#arrival < this.#arrival && !(this.#isCalled && id === this.#id);
  }

  /** Stands in a line, and in no other: whoever waits for one thing is in nobody's way at another. */
  stand(of: LineOf): void {
    this.#isCalled = false;
    const id = idOf(of);
    if (id === this.#id) return;
    this.leave();
    const line = this.#lines.get(id) ?? [];
    line.splice(line.findLastIndex((other) => other.#arrival < this.#arrival) + 1, 0, this);
    this.#lines.set(id, line);
    this.#id = id;
    this.#limit = of.limit;
  }

  /** Leaves the line, wherever one stands. As many as there is enough for, `more`, need not wait for each other. */
  leave(more = 0): void {
    const id = this.#id;
    if (id === undefined) return;
    this.#id = undefined;
    this.#limit = undefined;
    const line = this.#lines.get(id)!;
    const at = line.indexOf(this);
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(id);
    else if (at === 0) line[0]!.wake();
    for (const other of line.slice(0, more)) other.#call();
  }

  get isInFront(): boolean {
    return this.#id !== undefined && this.#lines.get(this.#id)?.[0] === this;
  }

  /** Waits for `ms`, or less when it is woken. Rejects with the signal's reason when that is aborted. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return sleep(ms, signal, (wake) => {
      this.#wake = wake;
      return () => {
        this.#wake = undefined;
      };
    });
  }

  /** Ends its wait: it is in front now, it is called, or there is news. */
  wake(): void {
    this.#wake?.();
  }

  #call(): void {
    this.#isCalled = true;
    this.wake();
  }
}
