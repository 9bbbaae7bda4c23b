import {tierAfter} from '../../engine/behaviour/behaviour-move.ts';
import {behaviourSlot} from '../../engine/behaviour/behaviour-record.ts';
import type {BehaviourSpec} from '../../engine/behaviour/behaviour-spec.ts';
import {type BehaviourOutcome, KeyBehaviour} from './key-behaviour.ts';

/** A key whose turn it is to be shared. */
export interface SharedKey {
  readonly entry: KeyBehaviour;
  readonly spec: BehaviourSpec;
  /** `tell`: what was counted is added to the store; `read`: the store is only asked; `alone`: it is not even asked. */
  readonly turn: 'tell' | 'read' | 'alone';
}

/** Keys come from requests: longer ones are not followed. */
export const LONGEST_KEY = 1_024;
/**
 * Requests that are worth telling at once. A single one waits for another, at most for a slot: so a flood of keys that are never seen
 * again writes next to nothing.
 */
const WORTH_TELLING = 2;

/** The keys of one limit that this process knows: those used last, at most `maxKeys`. */
export class LimitBehaviour {
  readonly spec: BehaviourSpec;
  readonly #maxKeys: number;
  readonly #entries = new Map<string, KeyBehaviour>();
  /** Requests that were forgotten, with their key, before the store was told of them. */
  dropped = 0;

  constructor(spec: BehaviourSpec, maxKeys: number) {
    this.spec = spec;
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The tier that requests of a key are treated as. */
  tierOf(key: string, tier: string, now: number): string {
    const entry = this.#entries.get(key);
    if (entry === undefined) return tier;
    entry.tier = tier;
    return entry.isMoved(now) ? tierAfter(this.spec, tier, entry.held.move).tier : tier;
  }

  count(key: string, tier: string, outcome: BehaviourOutcome, now: number): void {
    if (key.length > LONGEST_KEY) return;
    const entry = this.#entries.get(key) ?? new KeyBehaviour(key, tier);
    // The map is in the order of use.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.count(outcome, this.spec, now);
    if (this.#entries.size > this.#maxKeys) this.#forgetOldest();
  }

  /** Whose turn it is: those to be told of, most requests first, then those to be asked for. */
  due(now: number, turn: 'usual' | 'last'): readonly SharedKey[] {
    const slot = behaviourSlot(this.spec);
    const tell: KeyBehaviour[] = [];
    const read: SharedKey[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.untold === 0) continue;
      if (entry.isForeign) {
        if (entry.isStale) read.push(this.#shared(entry, 'alone'));
        continue;
      }
      const isDue = turn === 'last' || entry.untold >= WORTH_TELLING || now - entry.untoldSince >= slot;
      if (isDue) tell.push(entry);
      else if (entry.isStale) read.push(this.#shared(entry, 'read'));
    }
    tell.sort((a, b) => b.untold - a.untold);
    return [...tell.map((entry) => this.#shared(entry, 'tell')), ...read];
  }

  #shared(entry: KeyBehaviour, turn: SharedKey['turn']): SharedKey {
    return {entry, spec: this.spec, turn};
  }

  #forgetOldest(): void {
    const [oldest] = this.#entries.values();
    if (oldest === undefined) return;
    this.#entries.delete(oldest.key);
    this.dropped += oldest.untold;
  }
}
