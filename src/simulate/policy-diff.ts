import type {KeyResolver} from '../engine/key-resolver.ts';
import {keyText} from '../trace/key-text.ts';
import type {PolicyDiff} from '../view/model/simulate-report.ts';
import {Counters} from './counters.ts';
import {compareText, TOP_KEYS, TopList} from './top-keys.ts';

type KeyFlips = PolicyDiff['keys'][number];

const flips = (key: KeyFlips): number => key.allowToDeny + key.denyToAllow;

/** Most flips first; ties by key. */
export const compareFlips = (a: KeyFlips, b: KeyFlips): number =>
  flips(b) - flips(a) || compareText(a.key, b.key);

/** Counts who flips between two policies that decide the same requests. */
export class DiffTally {
  readonly #keys: KeyResolver;
  readonly #requests = new Counters();
  readonly #allowToDeny = new Counters();
  readonly #denyToAllow = new Counters();
  #allowed = 0;
  #denied = 0;
  #toDeny = 0;
  #toAllow = 0;

  constructor(keys: KeyResolver) {
    this.#keys = keys;
  }

  /** `keyId` is the id of the request's `key`, −1 when it has none. */
  add(keyId: number, before: boolean, after: boolean): void {
    if (before) this.#allowed++;
    else this.#denied++;
    if (keyId >= 0) this.#requests.increment(keyId);
    if (before === after) return;
    if (before) this.#toDeny++;
    else this.#toAllow++;
    if (keyId >= 0) (before ? this.#allowToDeny : this.#denyToAllow).increment(keyId);
  }

  result(against: string): PolicyDiff {
    const top = new TopList<KeyFlips>(TOP_KEYS, compareFlips);
    for (let id = 0; id < this.#keys.keys.size; id++) {
      const allowToDeny = this.#allowToDeny.get(id);
      const denyToAllow = this.#denyToAllow.get(id);
      const worst = top.items[TOP_KEYS - 1];
      if (
        allowToDeny + denyToAllow === 0 ||
        (worst !== undefined && allowToDeny + denyToAllow < flips(worst))
      )
        continue;
      top.offer({
        key: keyText(this.#keys.keys.bytesOf(id)),
        requests: this.#requests.get(id),
        allowToDeny,
        denyToAllow,
      });
    }
    const all = this.#allowed + this.#denied;
    return {
      against,
      before: {allowed: this.#allowed, denied: this.#denied, deniedRate: all === 0 ? 0 : this.#denied / all},
      allowToDeny: this.#toDeny,
      denyToAllow: this.#toAllow,
      keys: top.items,
    };
  }
}
