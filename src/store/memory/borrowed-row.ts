import type {Layer} from '../../engine/live/check.ts';
import type {Row} from '../../engine/live/check-decider.ts';
import {RowState} from '../row-state.ts';
import type {RowGroup} from './row-group.ts';

/**
 * The row of a key while a check is decided: the numbers in their place, where the row stands in the array of its group. Used again
 * for the next check, so that deciding about a known key makes no objects.
 */
export class BorrowedRow implements Row {
  state: Float64Array = NOTHING;
  at = 0;
  expiresAt = 0;
  /** Undefined before it was used first. */
  group: RowGroup | undefined;
  /** Of the row in the group; −1: the key has none, or one that has ended. */
  #number = -1;
  /** What is not a row in the array. */
  #object: RowState | undefined;
  /** The words of a key never seen. */
  #blank: Float64Array = NOTHING;

  /** The row to decide with. It is kept only by `keep`, when it was charged: looking changes nothing. */
  borrow(layer: Layer, group: RowGroup, now: number): void {
    const {address, buckets} = layer;
    this.group = group;
    this.#object = undefined;
    const number = group.find(address.key);
    const isLive = number >= 0 && group.expiresAt(number) > now;
    this.#number = isLive ? number : -1;
    const held = isLive ? group.held(number) : undefined;
    if (isLive && held === undefined) {
      this.state = group.table;
      this.at = group.wordsAt(number);
    } else if (held !== undefined) this.#lend(held.buckets === buckets ? held : held.boundTo(buckets));
    else if (group.hasLists) this.#lend(RowState.fresh(address, buckets));
    else this.#lendBlank(buckets.words);
  }

  /** Keeps what was charged, of the layer that it was borrowed for, until `expiresAt`. */
  keep(layer: Layer): 'added' | 'changed' {
    if (this.#number < 0 || this.#object !== undefined) return this.#put(layer);
    this.group!.extend(this.#number, this.expiresAt);
    return 'changed';
  }

  /** What does not stand in the array comes into it, or is held. */
  #put({address, buckets}: Layer): 'added' | 'changed' {
    const group = this.group!;
    const object = this.#object;
    const known = group.find(address.key);
    const number = known < 0 ? group.add(address.key) : known;
    if (object !== undefined && group.hasLists) {
      object.expiresAt = this.expiresAt;
      group.hold(number, object);
    } else {
      group.write(number, this.state, buckets.words, this.expiresAt);
      this.#blank.fill(0);
    }
    return known < 0 ? 'added' : 'changed';
  }

  /** It was not charged. */
  giveBack(): void {
    const object = this.#object;
    if (object !== undefined && this.group!.held(this.#number) !== object) object.free();
  }

  #lendBlank(words: number): void {
    if (this.#blank.length < words) this.#blank = new Float64Array(words);
    this.state = this.#blank;
    this.at = 0;
  }

  #lend(row: RowState): void {
    this.#object = row;
    this.state = row.state;
    this.at = 0;
  }
}

const NOTHING = new Float64Array(0);
