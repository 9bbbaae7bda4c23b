import {safeJson} from '../base/safe-text.ts';
import {type Answer, JSON_TYPE} from './http/answer.ts';
import type {StatusFeed} from './status-feed.ts';

/** Whether this process is of use, and why not. Says nothing about the store that a stranger should not know. */
export class Health {
  readonly #feed: StatusFeed;
  #stopping = false;

  constructor(feed: StatusFeed) {
    this.#feed = feed;
  }

  stop(): void {
    this.#stopping = true;
  }

  /** The process runs and answers. */
  live(): Answer {
    return answerOf([], {process: 'ok'});
  }

  /** The store answers, too. */
  async healthy(): Promise<Answer> {
    const state = await this.#feed.state();
    const reasons = state.kind === 'lost' ? ['the store does not answer'] : [];
    return answerOf(reasons, {process: 'ok', store: state.kind === 'lost' ? 'lost' : 'ok'});
  }

  /** It may be asked: it is not about to end, either. */
  async ready(): Promise<Answer> {
    if (this.#stopping) return answerOf(['this process is ending'], {process: 'stopping'});
    return this.healthy();
  }
}

const answerOf = (reasons: readonly string[], checks: Readonly<Record<string, string>>): Answer => ({
  status: reasons.length === 0 ? 200 : 503,
  type: JSON_TYPE,
  body: `${safeJson({status: reasons.length === 0 ? 'ok' : 'unavailable', reasons, checks})}\n`,
});
