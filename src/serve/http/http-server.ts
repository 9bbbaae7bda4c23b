import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {refusalAnswer, send, setSecurityHeaders} from './answer.ts';
import {bearerCheck} from './bearer-token.ts';
import {hostCheck} from './host-check.ts';
import {type ListenAddress, urlOf} from './listen-address.ts';

export interface Route {
  readonly methods: readonly string[];
  /** `open`: answers without a token, since it holds no data. */
  readonly access: 'token' | 'open';
  handle(request: IncomingMessage, response: ServerResponse, url: URL): void | Promise<void>;
}

export interface HttpOptions {
  readonly listen: ListenAddress;
  /** Undefined: none is asked for, which only loopback allows. */
  readonly token: string | undefined;
  /** Further names that requests may come for, on loopback. */
  readonly allowHosts: readonly string[];
  /** By path. */
  readonly routes: ReadonlyMap<string, Route>;
  /** Told about every answer; `other` for a path that is none of ours. */
  readonly onAnswer: (route: string, code: number) => void;
  readonly onError: (error: unknown) => void;
}

const MOST_CONNECTIONS = 256;
const HEADER_BYTES = 16_384;
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
/** What is under way when we are told to end gets so long. */
const LAST_ANSWERS_MS = 3_000;
const IDLE_EVERY_MS = 50;

export interface RunningHttp {
  readonly url: string;
  /** Takes no more connections, and ends those that are there once they are answered. */
  close(): Promise<void>;
}

/** Listens. Throws a RatectlError (exit 4) without a token where others could reach it, (exit 2) where the address cannot be had. */
export const startHttp = async (options: HttpOptions): Promise<RunningHttp> => {
  const {listen, token} = options;
  if (token === undefined && !listen.loopback)
    throw new RatectlError(`a token is required to listen on ${quoted(listen.host)}: others can reach it`, {
      code: 'serve/no-token',
      exit: ExitCode.refused,
      hint: 'openssl rand -hex 32 > token && chmod 600 token, then --token-file token; or listen on 127.0.0.1',
    });
  const handler = new Handler(options);
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADERS_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void handler.handle(request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  await listening(server, listen);
  const {address, port} = server.address() as AddressInfo;
  return {
    url: urlOf(listen.host === 'localhost' ? 'localhost' : address, port),
    close: () => closing(server),
  };
};

const listening = (server: Server, {host, port}: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const reason = taken
        ? 'another program has it'
        : error.code === 'EACCES'
          ? 'not permitted'
          : error.message;
      reject(
        new RatectlError(`cannot listen on ${urlOf(host, port)}: ${reason}`, {
          code: 'serve/cannot-listen',
          hint: taken
            ? 'choose another port with --listen, 127.0.0.1:0 for any that is free'
            : 'choose an address of this machine, and a port above 1023',
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });

const closing = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
    // One that is kept alive becomes idle when its answer is out.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY_MS);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(idle);
      resolve();
    });
  });

class Handler {
  readonly #options: HttpOptions;
  readonly #hosts: ReturnType<typeof hostCheck>;
  readonly #allows: (authorization: string | undefined) => boolean;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#hosts = hostCheck(options.listen, options.allowHosts);
    this.#allows = options.token === undefined ? () => true : bearerCheck(options.token);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {routes, onAnswer, onError} = this.#options;
    const url = urlOfRequest(request);
    const route = url === undefined ? undefined : routes.get(url.pathname);
    response.on('finish', () => onAnswer(route === undefined ? 'other' : url!.pathname, response.statusCode));
    setSecurityHeaders(response);
    try {
      const refusal = this.#refusal(request, url, route);
      if (refusal === undefined) await route!.handle(request, response, url!);
      else {
        // What comes behind the head is not read: the connection is of no more use.
        if (
          request.headers['content-length'] !== undefined ||
          request.headers['transfer-encoding'] !== undefined
        )
          response.setHeader('connection', 'close');
        send(request, response, refusal);
      }
    } catch (error) {
      onError(error);
      send(request, response, refusalAnswer(500, UNEXPECTED));
    }
  }

  /** Undefined: go on. */
  #refusal(request: IncomingMessage, url: URL | undefined, route: Route | undefined) {
    const {host, origin, authorization} = request.headers;
    if (!this.#hosts.host(host))
      return refusalAnswer(421, {
        code: 'http/host',
        message: 'this name is not served here',
        hint: 'use the address that ratectl serve listens on, or start it with --allow-host NAME',
      });
    if (!this.#hosts.origin(origin) && origin !== `http://${host}` && origin !== `https://${host}`)
      return refusalAnswer(403, {
        code: 'http/origin',
        message: 'pages of other origins are not answered',
        hint: 'start ratectl serve with --allow-host NAME for a name of yours',
      });
    if (url === undefined || route === undefined)
      return refusalAnswer(404, {
        code: 'http/not-found',
        message: 'there is nothing at this path',
        hint: `there is ${[...this.#options.routes.keys()].join(', ')}`,
      });
    if (route.access === 'token' && !this.#allows(authorization))
      return refusalAnswer(
        401,
        {code: 'http/token', message: 'a token is required', hint: 'send it as Authorization: Bearer TOKEN'},
        {'www-authenticate': 'Bearer realm="ratectl"'},
      );
    if (!route.methods.includes(request.method ?? ''))
      return refusalAnswer(
        405,
        {
          code: 'http/method',
          message: 'this method does nothing here',
          hint: `use ${route.methods.join(' or ')}`,
        },
        {allow: route.methods.join(', ')},
      );
    return undefined;
  }
}

const UNEXPECTED = {
  code: 'unexpected',
  message: 'something went wrong here',
  hint: 'the standard error of ratectl serve says what',
};

const urlOfRequest = ({url = ''}: IncomingMessage): URL | undefined => {
  if (!url.startsWith('/')) return undefined;
  try {
    return new URL(`http://localhost${url}`);
  } catch {
    return undefined;
  }
};
