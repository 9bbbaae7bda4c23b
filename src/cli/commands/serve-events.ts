import {ceilMillis, toRfc3339} from '../../base/micros.ts';
import {isRatectlError} from '../../base/ratectl-error.ts';
import {safeJson, safeText} from '../../base/safe-text.ts';
import {spanText} from '../../base/span-text.ts';
import type {RefreshAnswer} from '../../token/refresh-answer.ts';
import type {CliContext} from '../context.ts';

/** One line about what happened; `text` says it in words. Holds no secret. */
export interface ServeEvent {
  readonly event:
    | 'started'
    | 'listening'
    | 'leading'
    | 'standing-by'
    | 'refresh'
    | 'warning'
    | 'error'
    | 'stopping'
    | 'stopped';
  readonly text: string;
  readonly fields?: Readonly<Record<string, string | number | null>>;
}

/** Writes events to standard error, in the order in which they happened. */
export class EventLog {
  readonly #context: CliContext;
  readonly #form: 'text' | 'json';
  #last: Promise<void> = Promise.resolve();

  constructor(context: CliContext, form: 'text' | 'json') {
    this.#context = context;
    this.#form = form;
  }

  add({event, text, fields = {}}: ServeEvent): void {
    const at = toRfc3339(this.#context.clock.now());
    const line =
      this.#form === 'json'
        ? safeJson({at, event, ...fields, text})
        : `${at}  ${event.padEnd(11)}  ${safeText(text)}`;
    this.#write(line);
  }

  /** A line of its own form: JSON, whatever the form of the events. */
  json(record: Readonly<Record<string, unknown>>): void {
    this.#write(safeJson(record));
  }

  /** Resolves once all is written. */
  flush(): Promise<void> {
    return this.#last;
  }

  #write(line: string): void {
    // A reader that went away must not end the refreshing of tokens.
    this.#last = this.#last.then(() => this.#context.streams.err.write(`${line}\n`).catch(() => undefined));
  }
}

export const refreshEvent = (provider: string, answer: RefreshAnswer): ServeEvent => {
  const before = answer.kind === 'refreshed' ? answer.before : undefined;
  const after = 'after' in answer ? answer.after : undefined;
  const retryAfterMs = 'now' in answer ? ceilMillis(Math.max(0, retryAt(answer) - answer.now)) : null;
  return {
    event: 'refresh',
    text: `${provider}: ${wordsOf(answer, retryAfterMs)}`,
    fields: {
      provider,
      outcome: answer.kind,
      error: 'error' in answer && answer.error !== '' ? answer.error : null,
      generationBefore: before?.generation ?? null,
      generation: after?.generation ?? null,
      accessFingerprint: after?.accessPrint || null,
      expiresAt: after !== undefined && Number.isFinite(after.expiresAt) ? toRfc3339(after.expiresAt) : null,
      retryAfterMs,
    },
  };
};

export const errorEvent = (error: unknown, then = 'trying again'): ServeEvent => {
  const message = error instanceof Error ? error.message : String(error);
  return {
    event: 'error',
    text: `${message}; ${then}`,
    fields: {code: isRatectlError(error) ? error.code : null},
  };
};

type Waiting = Extract<RefreshAnswer, {readonly now: number}>;

const retryAt = (answer: Waiting): number => ('until' in answer ? answer.until : answer.retryAt);

const wordsOf = (answer: RefreshAnswer, retryAfterMs: number | null): string => {
  const wait = spanText(retryAfterMs ?? 0);
  switch (answer.kind) {
    case 'refreshed':
      return `refreshed, token ${answer.before === undefined ? '' : `${answer.before.generation} → `}${answer.after.generation}`;
    case 'adopted':
      return `token ${answer.after.generation} of another process is taken`;
    case 'fresh':
      return `token ${answer.token.generation} is fresh`;
    case 'busy':
      return `${answer.by} is refreshing it, at most ${wait} more`;
    case 'wait':
      return `not before ${wait} (${answer.because})`;
    case 'failed':
      return `failed (${answer.error}), again in ${wait}`;
    case 'answer-lost':
      return `the answer was lost (${answer.error}), again in ${wait}`;
    case 'misconfigured':
      return `the set-up of the client is wrong (${answer.error})${answer.detail === '' ? '' : `: ${answer.detail}`}`;
    case 'reauthorise':
      return `a person has to authorise anew: the refresh token ${answer.why === 'rejected' ? 'is refused' : 'may be spent'}`;
    case 'no-token':
      return 'there is no token to begin with';
  }
};
