import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Rotation} from '../../../src/engine/refresh/refresh-transitions.ts';
import type {Behaviour} from './behaviour.ts';
import type {KnownClient} from './check-client.ts';
import type {FakeOAuthServer} from './fake-oauth-server.ts';
import {readBody} from './read-body.ts';

/** What can be changed while it runs; what is left out stays. */
export interface FakeOAuthChange {
  readonly rotation?: Rotation;
  readonly client?: KnownClient;
  readonly expiresIn?: number;
  /** Added behind those that wait. */
  readonly next?: readonly Behaviour[];
  readonly always?: readonly Behaviour[];
}

/**
 *     GET  /admin         {requests}: the journal so far
 *     POST /admin         a FakeOAuthChange
 *     POST /admin/begin   {accessToken, refreshToken, number}: a first pair, of a new family
 *     POST /admin/revoke  revokes every refresh token
 */
export const answerAdmin = async (
  fake: FakeOAuthServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const answer = (value: unknown): void =>
    void response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(value));
  const text = await readBody(request);
  switch (`${request.method} ${request.url}`) {
    case 'GET /admin':
      return answer({requests: fake.journal.entries});
    case 'POST /admin':
      change(fake, JSON.parse(text) as FakeOAuthChange);
      return answer({});
    case 'POST /admin/begin':
      return answer(fake.book.begin());
    case 'POST /admin/revoke':
      fake.book.revokeAll();
      return answer({});
    default:
      response.writeHead(404).end();
  }
};

const change = (
  fake: FakeOAuthServer,
  {rotation, client, expiresIn, next, always}: FakeOAuthChange,
): void => {
  if (rotation !== undefined) fake.book.rotation = rotation;
  if (client !== undefined) fake.client = client;
  if (expiresIn !== undefined) fake.expiresIn = expiresIn;
  if (next !== undefined) fake.next.push(...next);
  if (always !== undefined) fake.always = always;
};
