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
  readonly #address: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #waiting: string[] = [];
  readonly #stopped = new AbortController();
  #sending: Promise<void> | undefined;
  #dropped = 0;
  /** Those that the end left unsent. */
  #left = 0;

  constructor(options: WebhookOptions) {
    this.#options = options;
    const {address, authorization} = withoutCredentials(options.url);
    this.#address = address;
    this.#headers = {'content-type': 'application/json', 'user-agent': 'ratectl', ...authorization};
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
    if (this.#left === 0) return;
    this.#trouble(
      `${this.#left === 1 ? '1 alert was' : `${this.#left} alerts were`} not sent: the process ends`,
    );
    this.#left = 0;
  }

  async #drain(): Promise<void> {
    for (let body = this.#waiting.shift(); body !== undefined; body = this.#waiting.shift()) {
      const outcome = await this.#deliver(body);
      if (this.#stopped.signal.aborted) {
        this.#left = this.#waiting.length + (outcome === 'stopped' ? 1 : 0);
        return;
      }
      if (this.#dropped === 0) continue;
      this.#trouble(`${this.#dropped} alerts were not sent: more than ${MOST_WAITING} waited`);
      this.#dropped = 0;
    }
  }

  /** `stopped`: told to end before it was clear what became of it. */
  async #deliver(body: string): Promise<'settled' | 'stopped'> {
    const {backoff = {first: 1_000_000, most: 60_000_000}} = this.#options;
    for (let failures = 1; ; failures++) {
      const outcome = await this.#attempt(body);
      if (outcome.kind === 'done') return 'settled';
      if (this.#stopped.signal.aborted) return 'stopped';
      if (outcome.kind === 'refused' || failures >= MOST_ATTEMPTS) {
        this.#trouble(
          `an alert was not sent, ${outcome.why}${outcome.kind === 'failed' ? ` ${failures} times` : ''}`,
        );
        return 'settled';
      }
      const wait = backoffDelay(backoff, 'equal', failures, Math.random(), outcome.retryAfter);
      await sleep(wait / 1_000, undefined, {signal: this.#stopped.signal, ref: false}).catch(() => undefined);
      if (this.#stopped.signal.aborted) return 'stopped';
    }
  }

  async #attempt(body: string): Promise<Outcome> {
    const {timeoutMs = 10_000} = this.#options;
    try {
      const response = await fetch(this.#address, {
        method: 'POST',
        body,
        headers: this.#headers,
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

/** `https://user:password@host/` is asked as every client asks it: `fetch` refuses such an address. */
const withoutCredentials = (
  url: URL,
): {readonly address: string; readonly authorization: Readonly<Record<string, string>>} => {
  const {username, password} = url;
  if (username === '' && password === '') return {address: url.href, authorization: {}};
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const pair = Buffer.concat([decoded(username), Buffer.from(':'), decoded(password)]);
  return {address: bare.href, authorization: {authorization: `Basic ${pair.toString('base64')}`}};
};

/** The bytes behind `%41`; a `%` that begins none is one. */
const decoded = (text: string): Buffer => {
  try {
    return Buffer.from(decodeURIComponent(text));
  } catch {
    return Buffer.from(text);
  }
};

const retryAfterOf = ({headers}: Response): number => {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return seconds > 0 ? Math.min(LONGEST_RETRY_AFTER_US, seconds * 1_000_000) : 0;
};

const causeOf = (error: unknown): string => {
  const {code} = ((error as {cause?: unknown}).cause ?? {}) as {code?: unknown};
  return typeof code === 'string' ? ` (${code})` : '';
};
