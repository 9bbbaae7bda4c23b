import {randomBytes} from 'node:crypto';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

/** Seconds that a token of `crm` lives. */
const CRM_SECONDS = 12;
const BILLING_SECONDS = 3_600;
/** Every so many refreshes of `crm` are put off once. */
const PUT_OFF = 4;
/** The payments fail for the first part of each period, ms. */
const PERIOD_MS = 20_000;
const FAILING_MS = 8_000;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a small service depends on, on the loopback interface: two OAuth token endpoints, and payments that come and go. */
export class DemoProviders {
  readonly clientSecret = secret();
  readonly #server: Server;
  /** When payments were first asked for, ms of the monotonic clock. */
  #firstPayment: number | undefined;
  /** The one refresh token of `crm` that was not spent. */
  #refreshToken = secret();
  #refreshes = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#respond(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get paymentsUrl(): string {
    return `http://127.0.0.1:${this.port}/payments`;
  }

  /** What a person got who authorised `crm` in the browser. */
  get firstRefreshToken(): string {
    return this.#refreshToken;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
    const {status, body} = this.#answer(request, new URLSearchParams(text));
    response
      .writeHead(status, {'content-type': 'application/json', 'cache-control': 'no-store'})
      .end(JSON.stringify(body));
  }

  #answer({method, url, headers}: IncomingMessage, form: URLSearchParams): Answer {
    switch (`${method} ${url}`) {
      case 'POST /crm/token':
        return this.#crm(form);
      case 'POST /billing/token':
        return this.#billing(headers.authorization, form);
      case 'POST /payments':
        return this.#payments();
      default:
        return {status: 404, body: {}};
    }
  }

  /** RFC 6749 section 6, with a new refresh token each time; the one before it is spent. */
  #crm(form: URLSearchParams): Answer {
    if (form.get('grant_type') !== 'refresh_token' || form.get('client_id') !== 'demo')
      return {status: 400, body: {error: 'invalid_request'}};
    if (form.get('refresh_token') !== this.#refreshToken)
      return {status: 400, body: {error: 'invalid_grant'}};
    this.#refreshes++;
    if (this.#refreshes % PUT_OFF === 0) return {status: 503, body: {error: 'temporarily_unavailable'}};
    this.#refreshToken = secret();
    return granted(CRM_SECONDS, {refresh_token: this.#refreshToken});
  }

  /** RFC 6749 section 4.4. */
  #billing(authorization: string | undefined, form: URLSearchParams): Answer {
    const expected = `Basic ${Buffer.from(`demo:${this.clientSecret}`).toString('base64')}`;
    if (authorization !== expected) return {status: 401, body: {error: 'invalid_client'}};
    if (form.get('grant_type') !== 'client_credentials')
      return {status: 400, body: {error: 'unsupported_grant_type'}};
    return granted(BILLING_SECONDS);
  }

  #payments(): Answer {
    const now = performance.now();
    this.#firstPayment ??= now;
    const fails = (now - this.#firstPayment) % PERIOD_MS < FAILING_MS;
    return fails ? {status: 503, body: {}} : {status: 200, body: {paid: true}};
  }
}

const granted = (seconds: number, more: Readonly<Record<string, string>> = {}): Answer => ({
  status: 200,
  body: {access_token: secret(), token_type: 'Bearer', expires_in: seconds, ...more},
});

/** Letters and digits that need no escaping anywhere. */
const secret = (): string => randomBytes(24).toString('hex');
