import type {Condition, ConditionKind} from './conditions.ts';

/** What is told: that a condition began, that it still lasts, or that it is over. */
export interface AlertNotice extends Condition {
  readonly status: 'firing' | 'repeated' | 'resolved';
  /** When it was first seen, µs. */
  readonly since: number;
  /** Now, µs. */
  readonly at: number;
}

export interface SeenConditions {
  /** `store`: only that the store is lost is known; the other conditions may have ended, or not. */
  readonly known: 'all' | 'store';
  readonly conditions: readonly Condition[];
}

interface Entry {
  condition: Condition;
  readonly since: number;
  toldAt: number;
  /** Looks in a row that did not find it. */
  missed: number;
}

/** A condition is over when so many looks in a row do not find it: a key that is refilled drop by drop is not a new alert each second. */
const GONE_AFTER = 2;
/** A bucket that is emptied as fast as it fills goes to and fro between the two: neither is over while the other is seen. */
const HELD_BY: Readonly<Partial<Record<ConditionKind, ConditionKind>>> = {
  'limit-reached': 'limit-near',
  'limit-near': 'limit-reached',
};

/** Conditions that are followed at once. */
const MOST = 1_000;

/** Remembers what was told, so that each condition is told once, again after a while, and when it is over. */
export class AlertBook {
  readonly #repeatEvery: number;
  readonly #entries = new Map<string, Entry>();

  /** `repeatEvery`: µs between two notices about a condition that lasts. */
  constructor(repeatEvery: number) {
    this.#repeatEvery = repeatEvery;
  }

  /** What is to be told after a look at `now` (µs). */
  update({known, conditions}: SeenConditions, now: number): readonly AlertNotice[] {
    const notices: AlertNotice[] = [];
    const found = new Set<string>();
    for (const condition of conditions) {
      const id = idOf(condition.kind, condition);
      if (found.has(id)) continue;
      found.add(id);
      const entry = this.#entries.get(id);
      if (entry === undefined) {
        if (this.#entries.size >= MOST) continue;
        this.#entries.set(id, {condition, since: now, toldAt: now, missed: 0});
        notices.push({...condition, status: 'firing', since: now, at: now});
        continue;
      }
      entry.condition = condition;
      entry.missed = 0;
      if (now - entry.toldAt < this.#repeatEvery) continue;
      entry.toldAt = now;
      notices.push({...condition, status: 'repeated', since: entry.since, at: now});
    }
    for (const [id, entry] of this.#entries) {
      if (found.has(id) || known === 'store') continue;
      const heldBy = HELD_BY[entry.condition.kind];
      if (heldBy !== undefined && found.has(idOf(heldBy, entry.condition))) {
        entry.missed = 0;
        continue;
      }
      // The store either answers or it does not: there is nothing to wait for.
      if (++entry.missed < GONE_AFTER && entry.condition.kind !== 'store-lost') continue;
      this.#entries.delete(id);
      notices.push({...entry.condition, status: 'resolved', since: entry.since, at: now});
    }
    return notices;
  }
}

const idOf = (kind: ConditionKind, {subject}: Condition): string => `${kind}\u0000${subject}`;
