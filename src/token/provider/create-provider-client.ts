import * as oauth from 'oauth4webapi';
import {isRatectlError, RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import type {SecretReader} from '../secret/secret-reader.ts';
import {type ReadyClientAuth, readyClientAuth} from './client-auth.ts';
import {oneShotFetch, type TokenFetch} from './one-shot-fetch.ts';
import type {ProviderAnswer, ProviderClient, ProviderRequest} from './provider-client.ts';
import {readAnswer} from './read-answer.ts';
import {isSafeTokenUrl} from './token-url.ts';
import {TransportError, transportErrorOf} from './transport-error.ts';

export interface ProviderClientOptions {
  readonly secrets: SecretReader;
  /**
   * Sends the request instead of a connection of its own, such as through a proxy. What it throws tells less about whether the request
   * left; when in doubt it did.
   */
  readonly fetch?: TokenFetch;
  /** Epoch ms. @default Date.now */
  readonly now?: () => number;
}

/** The client of a token endpoint. Throws a RatectlError for a URL that would show secrets to the network. */
export const createProviderClient = (
  spec: TokenProviderSpec,
  options: ProviderClientOptions,
): ProviderClient => {
  if (!isSafeTokenUrl(spec.tokenUrl))
    throw new RatectlError(
      `the token URL of ${quoted(spec.name)} is not https, and http is only for a loopback address`,
      {
        code: 'token/insecure-url',
        hint: 'use the https URL of the provider',
      },
    );
  return {request: (request) => requestToken(spec, options, request)};
};

const requestToken = async (
  spec: TokenProviderSpec,
  options: ProviderClientOptions,
  request: ProviderRequest,
): Promise<ProviderAnswer> => {
  let client: ReadyClientAuth;
  try {
    client = await readyClientAuth(spec.auth, options.secrets, request.signal);
  } catch (error) {
    if (request.signal.aborted) return notSent('lease-lost');
    const detail = isRatectlError(error) ? {detail: error.message} : {};
    return {kind: 'misconfigured', error: 'client-secret', ...detail};
  }
  const answer = await withDeadline(spec.timeout / 1_000, request.signal, (deadline) =>
    sendAndRead(spec, client, {options, request, deadline}),
  );
  if (answer.kind === 'misconfigured' && REFUSED_CLIENT.has(answer.error))
    forgetSecret(spec, options.secrets);
  return answer;
};

/** The secret may have been rotated: it is read again, for the next request. */
const REFUSED_CLIENT = new Set([
  'invalid_client',
  'http-401',
  'incorrect_client_credentials',
  'bad_client_secret',
]);

const forgetSecret = ({auth}: TokenProviderSpec, secrets: SecretReader): void => {
  if (auth.kind === 'private-key-jwt') secrets.forget(auth.key);
  else if (auth.kind !== 'none') secrets.forget(auth.secret);
};

interface Deadline {
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
}

/** The longest that a timer can be. */
const MOST_MS = 2_147_483_647;

const withDeadline = async <T>(
  ms: number,
  outer: AbortSignal,
  run: (deadline: Deadline) => Promise<T>,
): Promise<T> => {
  const ending = new AbortController();
  let over = false;
  const timer = setTimeout(
    () => {
      over = true;
      // A process that was held up reads first what came meanwhile: it may be the only copy of the new token.
      setImmediate(() => ending.abort());
    },
    Math.min(ms, MOST_MS),
  );
  const end = (): void => ending.abort();
  outer.addEventListener('abort', end, {once: true});
  if (outer.aborted) end();
  try {
    return await run({signal: ending.signal, isOver: () => over});
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', end);
  }
};

interface Sending {
  readonly options: ProviderClientOptions;
  readonly request: ProviderRequest;
  readonly deadline: Deadline;
}

const sendAndRead = async (
  spec: TokenProviderSpec,
  {auth, secret}: ReadyClientAuth,
  {options, request, deadline}: Sending,
): Promise<ProviderAnswer> => {
  let phase: TransportError['phase'] = 'before-sending';
  const isHeld = (): boolean =>
    !deadline.isOver() && !deadline.signal.aborted && (request.isHeld?.() ?? true);
  const transport: TokenFetch = async (url, init) => {
    if (!isHeld()) throw new TransportError('lease-lost', 'before-sending');
    try {
      // Only the own connection is sure to end with the signal, and to tell whether the request had left.
      const response = await (options.fetch === undefined
        ? oneShotFetch(isHeld)(url, init)
        : until(deadline.signal, options.fetch(url, init)));
      phase = 'after-sending';
      return response;
    } catch (error) {
      phase = transportErrorOf(error).phase;
      throw error;
    }
  };
  try {
    const response = await tokenRequest(spec, auth, request.refreshToken, {
      signal: deadline.signal,
      headers: {'user-agent': 'ratectl'},
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: transport as NonNullable<
        oauth.TokenEndpointRequestOptions[typeof oauth.customFetch]
      >,
    });
    const secrets = [secret, request.refreshToken ?? ''];
    const context = {now: (options.now ?? Date.now)(), secrets};
    return await until(deadline.signal, readAnswer(response, context));
  } catch (error) {
    const ended = deadline.isOver() ? 'timeout' : request.signal.aborted ? 'lease-lost' : undefined;
    const code = ended ?? transportErrorOf(error).code;
    return phase === 'before-sending' ? notSent(code) : {kind: 'answer-lost', error: code, retryAfterMs: 0};
  }
};

const notSent = (error: string): ProviderAnswer => ({kind: 'failed', error, retryAfterMs: 0});

/** A promise that no longer keeps anyone waiting once the signal has come, whatever the other side does with the signal. */
const until = <T>(signal: AbortSignal, promise: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = (): void => reject(new TypeError('ended'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, {once: true});
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });

const tokenRequest = (
  spec: TokenProviderSpec,
  auth: oauth.ClientAuth,
  refreshToken: string | undefined,
  options: oauth.TokenEndpointRequestOptions,
): Promise<Response> => {
  // Providers without a metadata document are known by their token URL, which is also what assertions are addressed to.
  const server = {issuer: spec.tokenUrl, token_endpoint: spec.tokenUrl};
  const client = {client_id: spec.clientId};
  const parameters = new URLSearchParams([...spec.parameters]);
  if (spec.scopes.length > 0) parameters.set('scope', spec.scopes.join(' '));
  return spec.grant === 'refresh-token'
    ? oauth.refreshTokenGrantRequest(server, client, auth, refreshToken ?? '', {
        ...options,
        additionalParameters: parameters,
      })
    : oauth.clientCredentialsGrantRequest(server, client, auth, parameters, options);
};
