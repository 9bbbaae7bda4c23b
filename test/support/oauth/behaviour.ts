/** How the fake provider treats one token request, besides granting or refusing it by its rules. JSON, so that it can be sent. */
export interface Behaviour {
  /** ms before anything is looked at. */
  readonly beforeMs?: number;
  /** ms between issuing and answering. */
  readonly afterMs?: number;
  /**
   * `drop-before`: the connection is cut before the body is read. `drop-after`: tokens are issued, and no answer comes.
   * `answer`: `answer` instead of the grant, nothing is issued. `issue-and-answer`: `answer` after tokens were issued.
   */
  readonly does?: 'drop-before' | 'drop-after' | 'answer' | 'issue-and-answer';
  readonly answer?: RawAnswer;
  /** The share of requests that it is for, 0 … 1. @default 1 */
  readonly share?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Cuts the connection when so many bytes of the body were sent. */
  readonly cutAfter?: number;
}

const json = {'content-type': 'application/json'};

export const refuses = (status: number, error: string, description?: string): Behaviour => ({
  does: 'answer',
  answer: {status, headers: json, body: JSON.stringify({error, error_description: description})},
});

export const answers = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Behaviour => ({
  does: 'answer',
  answer: {status, headers, body},
});

/** Issues, and hides what it issued behind this body. */
export const issuesAndAnswers = (
  body: string,
  headers: Readonly<Record<string, string>> = json,
): Behaviour => ({
  does: 'issue-and-answer',
  answer: {status: 200, headers, body},
});

export const dropsBefore: Behaviour = {does: 'drop-before'};
export const dropsAfter: Behaviour = {does: 'drop-after'};
