import {setTimeout as sleep} from 'node:timers/promises';
import {RatectlError} from '../../base/ratectl-error.ts';
import {backoffDelay} from '../../engine/backoff.ts';

export interface WebhookOptions {
  readonly url: URL;
  /** ms. @default 10,000 */
  readonly timeoutMs?: number;
  /** µs between two attempts. @default 1 s, at most 1 min */
  readonly backoff?: {readonly first: number; readonly most: number};
  /** Told in words what was given up; never holds more of the URL than its origin. */
  readonly onTrouble: (text: string) => void;
}

/** Notices that wait at most; the oldest give way. */
const MOST_WAITING = 1_000;
const MOST_ATTEMPTS = 8;
const LONGEST_RETRY_AFTER_US = 300_000_000;

/** The address of a webhook. Throws a RatectlError (exit 2), which does not repeat it: many are secrets. */
export const parseWebhookUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new RatectlError('--alert-webhook: expected a URL that begins with https:// or http://', {
    code: 'usage/webhook',
    hint: 'RATECTL_ALERT_WEBHOOK holds it, too: for an address that is a secret',
  });
};

/** Sends notices one after the other, in their order, and tries again what may succeed later. */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #waiting: string[] = [];
  readonly #stopped = new AbortController();
  #sending: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  send(notice: Readonly<Record<string, unknown>>): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#waiting.push(JSON.stringify(notice));
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Gives what waits so many ms, then ends. */
  async close(graceMs: number): Promise<void> {
    if (this.#sending !== undefined)
      await Promise.race([this.#sending, sleep(graceMs, undefined, {ref: false})]);
    this.#stopped.abort();
    await this.#sending?.catch(() => undefined);
  }

  async #drain(): Promise<void> {
    for (let body = this.#waiting.shift(); body !== undefined; body = this.#waiting.shift()) {
      await this.#deliver(body);
      if (this.#stopped.signal.aborted) return;
      if (this.#dropped === 0) continue;
      this.#trouble(`${this.#dropped} alerts were not sent: more than ${MOST_WAITING} waited`);
      this.#dropped = 0;
    }
  }

  async #deliver(body: string): Promise<void> {
    const {backoff = {first: 1_000_000, most: 60_000_000}} = this.#options;
    for (let failures = 1; ; failures++) {
      const outcome = await this.#attempt(body);
      if (outcome.kind === 'done' || this.#stopped.signal.aborted) return;
      if (outcome.kind === 'refused' || failures >= MOST_ATTEMPTS) {
        this.#trouble(
          `an alert was not sent, ${outcome.why}${outcome.kind === 'failed' ? ` ${failures} times` : ''}`,
        );
        return;
      }
      const wait = backoffDelay(backoff, 'equal', failures, Math.random(), outcome.retryAfter);
      await sleep(wait / 1_000, undefined, {signal: this.#stopped.signal, ref: false}).catch(() => undefined);
      if (this.#stopped.signal.aborted) return;
    }
  }

  async #attempt(body: string): Promise<Outcome> {
    const {url, timeoutMs = 10_000} = this.#options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: {'content-type': 'application/json', 'user-agent': 'ratectl'},
        // What is sent to one address is not meant for another.
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stopped.signal]),
      });
      await response.body?.cancel();
      if (response.ok) return {kind: 'done'};
      const why = `it answered ${response.status}`;
      return response.status >= 500 || response.status === 429 || response.status === 408
        ? {kind: 'failed', why, retryAfter: retryAfterOf(response)}
        : {kind: 'refused', why};
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      return {
        kind: 'failed',
        why: timedOut ? `it did not answer within ${timeoutMs} ms` : `it cannot be reached${causeOf(error)}`,
        retryAfter: 0,
      };
    }
  }

  #trouble(text: string): void {
    this.#options.onTrouble(`webhook ${this.#options.url.origin}: ${text}`);
  }
}

type Outcome =
  | {readonly kind: 'done'}
  | {readonly kind: 'refused'; readonly why: string}
  /** µs. */
  | {readonly kind: 'failed'; readonly why: string; readonly retryAfter: number};

const retryAfterOf = ({headers}: Response): number => {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return seconds > 0 ? Math.min(LONGEST_RETRY_AFTER_US, seconds * 1_000_000) : 0;
};

const causeOf = (error: unknown): string => {
  const {code} = ((error as {cause?: unknown}).cause ?? {}) as {code?: unknown};
  return typeof code === 'string' ? ` (${code})` : '';
};
