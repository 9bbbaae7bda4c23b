import http, {type IncomingMessage} from 'node:http';
import https from 'node:https';
import {Readable} from 'node:stream';
import {shortCode, TransportError, transportErrorOf} from './transport-error.ts';

/** What `fetch` is used for here: one POST that is answered with a Response. */
export type TokenFetch = (
  url: string,
  init: {
    readonly method: 'POST';
    readonly headers: Record<string, string>;
    readonly body: URLSearchParams;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

/**
 * A `fetch` that knows whether the request left. The connection is its own: one that was kept open may have been closed by the other
 * side, and nobody could tell whether the request arrived; nor does it hold the process. Nothing is written before the connection
 * stands, TLS included, and `isHeld` was asked once more. Rejects with a TransportError.
 */
export const oneShotFetch =
  (isHeld: () => boolean): TokenFetch =>
  (url, init) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const isSecure = target.protocol === 'https:';
      const body = Buffer.from(init.body.toString());
      const request = (isSecure ? https : http).request(target, {
        method: init.method,
        headers: {...init.headers, 'content-length': body.length, connection: 'close'},
        agent: false,
      });
      let phase: TransportError['phase'] = 'before-sending';
      const fail = (code: string): void => {
        reject(new TransportError(code, phase));
        request.destroy();
      };
      const abort = (): void => fail('aborted');
      // Also while the answer is read: the connection ends with the signal.
      init.signal.addEventListener('abort', abort, {once: true});
      request.once('close', () => init.signal.removeEventListener('abort', abort));
      request.on('error', (error) => fail(transportErrorOf(error).code));
      request.once('socket', (socket) =>
        socket.once(isSecure ? 'secureConnect' : 'connect', () => {
          if (request.destroyed) return;
          if (init.signal.aborted || !isHeld()) return fail('lease-lost');
          phase = 'after-sending';
          request.end(body);
        }),
      );
      request.once('response', (message) => {
        try {
          resolve(responseOf(message));
        } catch {
          fail(shortCode(`http-${message.statusCode}`));
        }
      });
    });

const WITHOUT_BODY = new Set([204, 205, 304]);

const responseOf = (message: IncomingMessage): Response => {
  const status = message.statusCode ?? 0;
  const headers = new Headers();
  for (const name of ['retry-after', 'date', 'content-type']) {
    const value = message.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  if (WITHOUT_BODY.has(status)) {
    message.resume();
    return new Response(null, {status, headers});
  }
  return new Response(Readable.toWeb(message) as ReadableStream, {status, headers});
};
