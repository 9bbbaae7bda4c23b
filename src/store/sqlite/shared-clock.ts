/**
 * One clock for all processes of a machine that share a state file, whatever their wall clocks say.
 *
 *   now = monotonic + ahead          `monotonic`: the machine's, common to all processes since it was started
 *
 * The first process after a start of the machine writes `ahead` into the file, by its own wall clock; the others take it from
 * there. So a process whose wall clock is wrong cannot get, or cost the others, a single request.
 *
 * - It never goes back. A wall clock that is corrected backwards leaves it ahead: a clock that stood still until the time of day
 *   has caught up would refuse everybody.
 * - It is set forward when some process's wall clock is more than two minutes ahead: the monotonic clock stands still while a
 *   machine sleeps, and a wall clock that was far behind has been put right.
 * - After a start of the machine it begins behind every instant used before. For this the file holds an instant that no answer
 *   passes, `reserved`; it is moved by a second at a time, so that not every check writes it.
 * - A start is told by the system's boot id, and by a monotonic clock that is behind what it was. Containers with a time namespace
 *   of their own count as machines of their own.
 */
import {readFileSync, readlinkSync} from 'node:fs';
import {followWall, MACHINE_TIME, type MachineTime} from '../machine-clock.ts';
import type {SqliteHandle} from './sqlite-handle.ts';

/** µs that are reserved at a time. */
const RESERVED = 1_000_000;
/** How long the anchors of earlier starts are kept: they may be those of another container. 30 days in µs. */
const KEPT = 30 * 86_400_000_000;

interface Anchor {
  /** µs. */
  readonly ahead: number;
  /** The monotonic clock when the anchor was last written. */
  readonly monotonic: number;
  /** No instant that was used is past this one. */
  readonly reserved: number;
}

export class SharedClock {
  readonly #boot: string;
  readonly #time: MachineTime;

  constructor(boot: string = bootId(), time: MachineTime = MACHINE_TIME) {
    this.#boot = boot;
    this.#time = time;
  }

  /** The instant now, inside a transaction that writes. */
  now(handle: SqliteHandle): number {
    const stored = this.#anchor(handle);
    const monotonic = this.#time.monotonic();
    const ahead = this.#ahead(handle, stored, monotonic);
    const now = monotonic + ahead;
    if (stored === undefined || ahead !== stored.ahead || now > stored.reserved)
      this.#write(handle, {ahead, monotonic, reserved: now + RESERVED});
    return now;
  }

  /** The instant now as far as it can be told without writing. */
  peek(handle: SqliteHandle): number {
    const monotonic = this.#time.monotonic();
    return monotonic + this.#ahead(handle, this.#anchor(handle), monotonic);
  }

  #ahead(handle: SqliteHandle, stored: Anchor | undefined, monotonic: number): number {
    if (stored !== undefined && monotonic >= stored.monotonic)
      return followWall(stored.ahead, this.#time.wall(), monotonic);
    const used = handle.number('SELECT max(reserved) FROM clock_anchors');
    return Math.max(this.#time.wall(), used) - monotonic;
  }

  #anchor(handle: SqliteHandle): Anchor | undefined {
    const row = handle.get('SELECT ahead, monotonic, reserved FROM clock_anchors WHERE boot = ?', this.#boot);
    if (row === undefined) return undefined;
    const [ahead, monotonic, reserved] = row as readonly [number, number, number];
    return {ahead, monotonic, reserved};
  }

  #write(handle: SqliteHandle, {ahead, monotonic, reserved}: Anchor): void {
    handle.run('DELETE FROM clock_anchors WHERE boot <> ? AND reserved < ?', this.#boot, reserved - KEPT);
    handle.run(
      'INSERT OR REPLACE INTO clock_anchors (boot, ahead, monotonic, reserved) VALUES (?, ?, ?, ?)',
      this.#boot,
      ahead,
      monotonic,
      reserved,
    );
  }
}

/** What tells one start of the machine from another; empty where the system does not say. */
const bootId = (): string => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/time')}`;
  } catch {
    return '';
  }
};
