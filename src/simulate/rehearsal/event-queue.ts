/** Something that is going to happen. */
export interface Happening {
  /** `now`: the instant it was put down for, whole µs. */
  happen(now: number): void;
}

/**
 * What is to come, in order of time; what was put down first goes first of equal times. A binary heap in three columns: an event
 * costs no object of its own.
 */
export class EventQueue {
  readonly #times: number[] = [];
  readonly #serials: number[] = [];
  readonly #events: Happening[] = [];
  #serial = 0;

  /** When the next event is, µs; Infinity: there is none. */
  get nextAt(): number {
    return this.#times.length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(at: number, event: Happening): void {
    const times = this.#times;
    const serials = this.#serials;
    const events = this.#events;
    const serial = ++this.#serial;
    let hole = times.length;
    times.push(at);
    serials.push(serial);
    events.push(event);
    // The newest of equal times stays behind the others, so only an earlier time rises.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (times[parent]! <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    times[hole] = at;
    serials[hole] = serial;
    events[hole] = event;
  }

  /** Lets the next event happen, if it is due at `until` or before; false: none is. */
  next(until: number): boolean {
    const at = this.nextAt;
    if (at > until || this.#times.length === 0) return false;
    const event = this.#events[0]!;
    this.#removeFirst();
    event.happen(at);
    return true;
  }

  #removeFirst(): void {
    const at = this.#times.pop()!;
    const serial = this.#serials.pop()!;
    const event = this.#events.pop()!;
    const length = this.#times.length;
    if (length === 0) return;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isBefore(child + 1, this.#times[child]!, this.#serials[child]!))
        child++;
      if (!this.#isBefore(child, at, serial)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#times[hole] = at;
    this.#serials[hole] = serial;
    this.#events[hole] = event;
  }

  #isBefore(place: number, at: number, serial: number): boolean {
    const time = this.#times[place]!;
    return time < at || (time === at && this.#serials[place]! < serial);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!;
    this.#serials[to] = this.#serials[from]!;
    this.#events[to] = this.#events[from]!;
  }
}
