/**
 * An OAuth 2 token endpoint over real HTTP, strict about what a real one is strict about: who the client is, and which refresh tokens
 * were spent. Told at run time how to misbehave, by its methods or by `/admin` (see admin.ts).
 */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Rotation} from '../../../src/engine/refresh/refresh-transitions.ts';
import {answerAdmin} from './admin.ts';
import type {Behaviour, RawAnswer} from './behaviour.ts';
import {checkClient, type KnownClient} from './check-client.ts';
import {Journal, type TokenRequestEntry, type TokenResult} from './journal.ts';
import {readBody} from './read-body.ts';
import {type IssuedPair, TokenBook} from './token-book.ts';

export interface FakeOAuthOptions {
  /** @default any free one */
  readonly port?: number;
  /** @default strict */
  readonly rotation?: Rotation;
  /** @default the public client `app` */
  readonly client?: KnownClient;
  /** A file of JSON lines, see journal.ts. */
  readonly log?: string;
  /** PEM texts: https instead of http. */
  readonly tls?: {readonly key: string; readonly cert: string};
  /** Seconds that access tokens are valid. @default 3600 */
  readonly expiresIn?: number;
}

/** What a request comes to: what is written down, and what is answered (undefined: the connection is cut). */
interface Outcome {
  readonly result: TokenResult;
  readonly spent?: number;
  readonly issued?: number;
  readonly answer: RawAnswer | undefined;
}

const JSON_HEADERS = {'content-type': 'application/json', 'cache-control': 'no-store'};

/** Between two looks at the clock, ms: how exactly it is known when a request came. */
const TURN_MS = 5;

export class FakeOAuthServer {
  readonly book: TokenBook;
  readonly journal: Journal;
  client: KnownClient;
  expiresIn: number;
  /** For one request each, in this order; then `always`. */
  readonly next: Behaviour[] = [];
  /** For every request: the first whose share it falls into. */
  always: readonly Behaviour[] = [];
  /** Body and headers of the last token request that was read. */
  last: {readonly form: URLSearchParams; readonly headers: IncomingMessage['headers']} | undefined;
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';
  #requests = 0;
  /** When this process last was not held up. */
  #turn = monotonic();
  readonly #turns: NodeJS.Timeout;

  private constructor({rotation = 'strict', client, log, tls, expiresIn = 3_600}: FakeOAuthOptions) {
    this.book = new TokenBook(rotation);
    this.journal = new Journal(log);
    this.client = client ?? {id: 'app', auth: 'none'};
    this.expiresIn = expiresIn;
    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#serve(request, response);
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
    this.#turns = setInterval(() => {
      this.#turn = monotonic();
    }, TURN_MS).unref();
  }

  static async start(options: FakeOAuthOptions = {}): Promise<FakeOAuthServer> {
    const fake = new FakeOAuthServer(options);
    await new Promise<void>((resolve, reject) => {
      fake.#server.once('error', reject);
      fake.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  get tokenUrl(): string {
    return `${this.origin}/token`;
  }

  /** Connections that are open at this moment. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#turns);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    try {
      if (request.url === '/token' && request.method === 'POST') await this.#token(request, response);
      else if (request.url?.startsWith('/admin') === true) await answerAdmin(this, request, response);
      else response.writeHead(404).end();
    } catch {
      response.destroy();
    }
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrived = {request: ++this.#requests, at: Date.now(), mono: monotonic(), since: this.#turn};
    const behaviour = this.#behaviour();
    if (behaviour.beforeMs !== undefined) await sleep(behaviour.beforeMs);
    const note = (grant: string, {result, spent = 0, issued = 0}: Outcome, answered: boolean): void => {
      const entry: TokenRequestEntry = {kind: 'token', ...arrived, grant, spent, issued, result, answered};
      this.journal.add(entry);
    };
    if (behaviour.does === 'drop-before') {
      note('', {result: 'dropped', answer: undefined}, false);
      request.socket.resetAndDestroy();
      return;
    }
    const form = new URLSearchParams(await readBody(request));
    this.last = {form, headers: request.headers};
    const outcome = this.#outcome(behaviour, form, request);
    note(form.get('grant_type') ?? '', outcome, behaviour.does === undefined);
    if (behaviour.afterMs !== undefined) await sleep(behaviour.afterMs);
    send(request, response, outcome.answer);
  }

  #behaviour(): Behaviour {
    return this.next.shift() ?? this.always.find(({share = 1}) => Math.random() < share) ?? {};
  }

  #outcome({does, answer}: Behaviour, form: URLSearchParams, {headers}: IncomingMessage): Outcome {
    if (does === 'answer') return {result: 'refused', answer};
    const outcome = this.#grant(form, headers);
    if (does === 'drop-after') return {...outcome, answer: undefined};
    return does === 'issue-and-answer' ? {...outcome, answer} : outcome;
  }

  #grant(form: URLSearchParams, headers: IncomingMessage['headers']): Outcome {
    const refused = checkClient(this.client, {form, headers, tokenUrl: this.tokenUrl});
    if (refused !== undefined)
      return {result: 'invalid-client', answer: errorAnswer(401, 'invalid_client', refused)};
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return {result: 'issued', answer: this.#pairAnswer(this.book.issueAccessOnly(), form)};
      case 'refresh_token': {
        const exchange = this.book.exchange(form.get('refresh_token') ?? '');
        const {kind: result, spent} = exchange;
        if (exchange.kind !== 'issued' && exchange.kind !== 'replayed')
          return {result, spent, answer: errorAnswer(400, 'invalid_grant', `the refresh token is ${result}`)};
        const {pair} = exchange;
        return {result, spent, issued: pair.number, answer: this.#pairAnswer(pair, form)};
      }
      default:
        return {result: 'unsupported-grant', answer: errorAnswer(400, 'unsupported_grant_type', '')};
    }
  }

  #pairAnswer({accessToken, refreshToken}: IssuedPair, form: URLSearchParams): RawAnswer {
    const body = JSON.stringify({
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: this.expiresIn,
      refresh_token: refreshToken,
      scope: form.get('scope') ?? undefined,
    });
    return {status: 200, headers: JSON_HEADERS, body};
  }
}

/** Milliseconds of the machine's monotonic clock. */
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

const errorAnswer = (status: number, error: string, description: string): RawAnswer => ({
  status,
  headers: JSON_HEADERS,
  body: JSON.stringify({error, error_description: description}),
});

const send = (request: IncomingMessage, response: ServerResponse, answer: RawAnswer | undefined): void => {
  if (answer === undefined) {
    request.socket.resetAndDestroy();
    return;
  }
  const {status, headers = {}, body = '', cutAfter} = answer;
  const hasLength = status !== 204 && status !== 304;
  response.writeHead(status, {...(hasLength ? {'content-length': Buffer.byteLength(body)} : {}), ...headers});
  if (cutAfter === undefined) response.end(body);
  else response.write(body.slice(0, cutAfter), () => request.socket.resetAndDestroy());
};
