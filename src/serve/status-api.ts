import {toRfc3339} from '../base/micros.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {safeJson} from '../base/safe-text.ts';
import type {StatusAnswer} from '../operate/status/read-status.ts';
import {type Answer, JSON_TYPE, refusalAnswer} from './http/answer.ts';
import type {FeedState, Look, StatusFeed} from './status-feed.ts';
import {chosenKeys, type StatusArguments, type StatusRequest, statusRequest} from './status-request.ts';

/** The JSON answer of a command: `data` and `warnings` in their envelope. */
export type Wrap = (
  command: string,
  data: unknown,
  warnings: readonly string[],
) => Readonly<Record<string, unknown>>;

/** Bytes of answers that are kept for the look they were made of. */
const MOST_KEPT = 16 * 1_048_576;
/** Selectors that are read from the store in a second, those of all who ask together. */
const MOST_READ = 10;

/** The store does not answer, and what was seen before. */
export class StoreLostError extends RatectlError {
  readonly state: Extract<FeedState, {kind: 'lost'}>;

  constructor(state: Extract<FeedState, {kind: 'lost'}>) {
    super(state.reason, {code: state.code.startsWith('store/') ? state.code : 'store/unreachable', exit: 3});
    this.state = state;
  }
}

/** What `/api/rate-limit-status` and the tool `rate_limit_status` answer. */
export class StatusApi {
  readonly #feed: StatusFeed;
  readonly #wrap: Wrap;
  #kept: {readonly of: Look; readonly bodies: Map<string, Buffer>; bytes: number} | undefined;
  #second = 0;
  #reads = 0;

  constructor(feed: StatusFeed, wrap: Wrap) {
    this.#feed = feed;
    this.#wrap = wrap;
  }

  /** Throws a RatectlError for arguments that mean nothing, a StoreLostError while the store does not answer. */
  async answer(given: StatusArguments): Promise<StatusAnswer> {
    const request = statusRequest(given);
    if (request.selector !== undefined) return this.#one(request);
    const look = await this.#look();
    return {report: chosenKeys(look.report, request), warnings: look.warnings};
  }

  async http(given: StatusArguments): Promise<Answer> {
    try {
      if (given.selector !== undefined) return ok(this.#bodyOf(await this.answer(given)));
      return ok(this.#recent(await this.#look(), given));
    } catch (error) {
      if (error instanceof StoreLostError) return this.#lost(error.state, given);
      if (error instanceof BusyError) return busy();
      throw error;
    }
  }

  /** The same question about the same look is answered with the same text. */
  #recent(look: Look, given: StatusArguments): Buffer {
    if (this.#kept?.of !== look) this.#kept = {of: look, bodies: new Map(), bytes: 0};
    const kept = this.#kept;
    const id = JSON.stringify([given.limit, given.filter, given.state]);
    const known = kept.bodies.get(id);
    if (known !== undefined) return known;
    const request = statusRequest(given);
    const body = this.#bodyOf({report: chosenKeys(look.report, request), warnings: look.warnings});
    if (kept.bytes + body.length <= MOST_KEPT) {
      kept.bodies.set(id, body);
      kept.bytes += body.length;
    }
    return body;
  }

  async #look(): Promise<Look> {
    const state = await this.#feed.state();
    if (state.kind === 'seen') return state.look;
    throw new StoreLostError(state);
  }

  async #one({selector, filter, states, limit}: StatusRequest): Promise<StatusAnswer> {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) this.#reads = 0;
    this.#second = second;
    if (++this.#reads > MOST_READ) throw new BusyError();
    const answer = await this.#feed.query({
      scope: selector!,
      filter: undefined,
      states: undefined,
      sort: 'used',
      direction: 'forward',
      limit: Number.POSITIVE_INFINITY,
      maxKeys: 10_000,
      mostRecent: 0,
    });
    return {...answer, report: chosenKeys(answer.report, {filter, states, limit})};
  }

  #bodyOf({report, warnings}: StatusAnswer): Buffer {
    return Buffer.from(`${safeJson(this.#wrap('status', report, warnings))}\n`);
  }

  /** 503, with what was seen last: a page shows it under a banner, a script sees the status. */
  #lost({reason, code, since, last}: Extract<FeedState, {kind: 'lost'}>, given: StatusArguments): Answer {
    const chosen =
      last === undefined || given.selector !== undefined
        ? null
        : this.#wrap('status', chosenKeys(last.report, statusRequest(given)), last.warnings);
    return {
      status: 503,
      type: JSON_TYPE,
      body: `${safeJson({
        error: {code, message: reason, hint: 'it is tried again once a second'},
        since: toRfc3339(since),
        lastSeenAt: last === undefined ? null : toRfc3339(last.at),
        last: chosen,
      })}\n`,
      headers: {'retry-after': '1'},
    };
  }
}

/** Too many questions about single keys. */
export class BusyError extends RatectlError {
  constructor() {
    super(`more than ${MOST_READ} questions about single keys in a second`, {
      code: 'serve/busy',
      hint: 'ask again in a second; without a selector every question is answered',
    });
  }
}

const ok = (body: Buffer): Answer => ({status: 200, type: JSON_TYPE, body});

const busy = (): Answer => {
  const {code, message, hint = ''} = new BusyError();
  return refusalAnswer(429, {code, message, hint}, {'retry-after': '1'});
};
