import {createHash} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {isMapping} from '../../base/untrusted-json.ts';
import type {Store, StoredDocument} from '../../store/port.ts';
import type {QueueReceiptHeader} from './queue-receipt.ts';

/** Kind of the documents, one for a receipt: `{by, until}`, µs of the store's clock. */
export const TURN_KIND = 'undo';

type TurnStore = Pick<Store, 'get' | 'put' | 'now'>;

/** µs without a sign of life after which the next one may go. */
const LEASE = 5_000_000;
/** µs for which versions go on: whoever was held up must not take the turn of somebody else for its own. */
const REMEMBERED = 86_400_000_000;
/** How long somebody else is waited for, ms: one that was killed needs `LEASE`. */
const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 200;

/**
 * The right to put back what a receipt holds, from the time at which it is read: two who read it at the same time would put all of it
 * back twice.
 */
export class ReceiptTurn {
  readonly #store: TurnStore;
  readonly #id: string;
  readonly #by: string;
  #version = 0;

  private constructor(store: TurnStore, id: string, by: string) {
    this.#store = store;
    this.#id = id;
    this.#by = by;
  }

  /** Waits for whoever is at it, for a while. Throws a RatectlError (exit 4) when they go on. */
  static async take(store: TurnStore, header: QueueReceiptHeader, by: string): Promise<ReceiptTurn> {
    // Copies of a receipt are the same one.
    const id = createHash('sha256').update(JSON.stringify(header)).digest('hex');
    const turn = new ReceiptTurn(store, id, by);
    const patient = performance.now() + PATIENCE_MS;
    for (;;) {
      const now = await store.now();
      const other = await store.get(TURN_KIND, id);
      turn.#version = other?.version ?? 0;
      if (untilOf(other) <= now && (await turn.#put(now, now + LEASE))) return turn;
      if (performance.now() > patient) throw busy(other);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** To be called before each step. Throws a RatectlError (exit 4) when this run was held up for so long that another one went. */
  async keep(): Promise<void> {
    const now = await this.#store.now();
    if (!(await this.#put(now, now + LEASE))) throw lost();
  }

  /** Never rejects: it ends by itself, too. */
  async end(): Promise<void> {
    await this.#store
      .now()
      .then((now) => this.#put(now, 0))
      .catch(() => undefined);
  }

  /** Whether nobody else was faster. */
  async #put(now: number, until: number): Promise<boolean> {
    const options = {ifVersion: this.#version, expiresAt: now + REMEMBERED};
    const put = await this.#store.put(TURN_KIND, this.#id, {by: this.#by, until}, options);
    this.#version = put?.version ?? this.#version;
    return put !== undefined;
  }
}

const untilOf = (document: StoredDocument | undefined): number =>
  isMapping(document?.value) && typeof document.value['until'] === 'number' ? document.value['until'] : 0;

const busy = (other: StoredDocument | undefined): RatectlError => {
  const by =
    isMapping(other?.value) && typeof other.value['by'] === 'string' ? other.value['by'] : 'somebody';
  return new RatectlError(`${quoted(by)} is putting these items back`, {
    code: 'reset/busy',
    exit: ExitCode.refused,
    hint: 'nothing was put back by this run; look with --dry-run when that one is done',
  });
};

const lost = (): RatectlError =>
  new RatectlError('this run was held up, and another one puts these items back', {
    code: 'reset/busy',
    exit: ExitCode.refused,
    hint: 'look with --dry-run when that one is done',
  });
