import {sleep} from './sleep.ts';

/** The line of those whom a limit makes wait for a key. */
export const lineOf = ({
  limit,
  tier,
  key,
}: {
  limit?: string | undefined;
  tier?: string | undefined;
  key?: string | undefined;
}): string => `${limit} ${tier ?? ''} ${key}`;

/** Lines of those who wait for the same thing: first come, first served, unless news end all waits. A line that is empty is gone. */
export class WaitingLines {
  readonly #lines = new Map<string, (() => void)[]>();
  /** How somebody who has joined is woken when the place in front is theirs. */
  readonly #places = new Map<() => void, {readonly line: (() => void)[]; wake: (() => void) | undefined}>();

  readonly #wakes = new Set<() => void>();

  get areEmpty(): boolean {
    return this.#lines.size === 0;
  }

  has(id: string): boolean {
    return this.#lines.has(id);
  }

  /** For `sleep`: ends a wait in front when there is news. */
  readonly onWake = (wake: () => void): (() => void) => {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  };

  /** A reset or an override was heard of: whoever is in front asks anew. */
  wakeAll(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  /** Joins the end of a line. The answer leaves it, wherever one stands. */
  join(id: string): () => void {
    const line = this.#lines.get(id) ?? [];
    this.#lines.set(id, line);
    const leave = (): void => {
      const at = line.indexOf(leave);
      if (at < 0) return;
      line.splice(at, 1);
      this.#places.delete(leave);
      if (line.length === 0) this.#lines.delete(id);
      else if (at === 0) this.#places.get(line[0]!)?.wake?.();
    };
    line.push(leave);
    this.#places.set(leave, {line, wake: undefined});
    return leave;
  }

  /** Waits to be in front, at most `ms`. Answers whether there was a wait. Rejects with the signal's reason when it is aborted. */
  async front(leave: () => void, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    const place = this.#places.get(leave);
    if (place === undefined || place.line[0] === leave) return false;
    await sleep(ms, signal, (wake) => {
      place.wake = wake;
      return () => {
        place.wake = undefined;
      };
    });
    return true;
  }
}
