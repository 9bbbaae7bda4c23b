import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {afterEach, describe, expect, test} from 'vitest';
import type {ClientAuth} from '../../../src/engine/refresh/token-provider-spec.ts';
import {createProviderClient} from '../../../src/token/provider/create-provider-client.ts';
import {createSecretReader} from '../../../src/token/secret/secret-reader.ts';
import type {KnownClient} from '../../support/oauth/check-client.ts';
import {FakeOAuthServer} from '../../support/oauth/fake-oauth-server.ts';
import {ask, specOf} from './provider-setup.ts';

let fake: FakeOAuthServer | undefined;
afterEach(() => fake?.close());

const startWith = async (client: KnownClient): Promise<FakeOAuthServer> => {
  fake = await FakeOAuthServer.start({client});
  return fake;
};

const secret = {kind: 'env', name: 'DESK_SECRET'} as const;
/** Has all that has to be encoded somewhere. */
const SECRET = ' p@:/?#[]%+& ü';
const id = 'app:1';

describe.each(['basic', 'post'] as const)('a client with a secret (%s)', (kind) => {
  test('is known', async () => {
    const server = await startWith({id, auth: kind, secret: SECRET});
    const spec = specOf({tokenUrl: server.tokenUrl, clientId: id, auth: {kind, secret}});
    const refreshToken = server.book.begin().refreshToken;
    expect(await ask(spec, {refreshToken, env: {DESK_SECRET: SECRET}})).toMatchObject({kind: 'token'});
  });

  test('with another secret is refused, which spends nothing and names no secret', async () => {
    const server = await startWith({id, auth: kind, secret: SECRET});
    const spec = specOf({tokenUrl: server.tokenUrl, clientId: id, auth: {kind, secret}});
    const {refreshToken} = server.book.begin();
    const refused = await ask(spec, {refreshToken, env: {DESK_SECRET: 'hunter2'}});
    expect(refused).toEqual({kind: 'misconfigured', error: 'invalid_client', detail: 'wrong secret'});
    expect(await ask(spec, {refreshToken, env: {DESK_SECRET: SECRET}})).toMatchObject({kind: 'token'});
  });
});

test('a secret is read when it is needed, kept, and read again after the provider refused it', async () => {
  const server = await startWith({id, auth: 'basic', secret: 'one'});
  let reads = 0;
  const values = {DESK_SECRET: 'one'};
  const env = new Proxy(values, {
    get: (target, name) => {
      reads++;
      return Reflect.get(target, name);
    },
  });
  const client = createProviderClient(
    specOf({
      tokenUrl: server.tokenUrl,
      clientId: id,
      auth: {kind: 'basic', secret},
      grant: 'client-credentials',
    }),
    {secrets: createSecretReader({env, folder: '.'})},
  );
  const request = (): Promise<{kind: string}> =>
    client.request({refreshToken: undefined, signal: new AbortController().signal});
  expect(reads).toBe(0);
  expect(await request()).toMatchObject({kind: 'token'});
  expect(await request()).toMatchObject({kind: 'token'});
  expect(reads).toBe(1);
  server.client = {id, auth: 'basic', secret: 'two'};
  values.DESK_SECRET = 'two';
  // One request per attempt: the new secret is for the next one.
  expect(await request()).toMatchObject({kind: 'misconfigured', error: 'invalid_client'});
  expect(await request()).toMatchObject({kind: 'token'});
  expect(server.journal.entries.map(({result}) => result)).toEqual([
    'issued',
    'issued',
    'invalid-client',
    'issued',
  ]);
});

test('a public client says who it is', async () => {
  const server = await startWith({id, auth: 'none'});
  const {refreshToken} = server.book.begin();
  expect(await ask(specOf({tokenUrl: server.tokenUrl, clientId: id}), {refreshToken})).toMatchObject({
    kind: 'token',
  });
  expect(server.last!.form.get('client_id')).toBe(id);
});

const pemsOf = (pair: {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}): {readonly publicKey: string; readonly privateKey: string} => ({
  publicKey: pair.publicKey.export({type: 'spki', format: 'pem'}).toString(),
  privateKey: pair.privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
});

describe('a client with a private key', () => {
  const rsa = pemsOf(generateKeyPairSync('rsa', {modulusLength: 2_048}));
  const pairs = {
    RS256: rsa,
    PS256: rsa,
    ES256: pemsOf(generateKeyPairSync('ec', {namedCurve: 'P-256'})),
    EdDSA: pemsOf(generateKeyPairSync('ed25519')),
  };
  const key = {kind: 'env', name: 'DESK_KEY'} as const;
  const authOf = (algorithm: keyof typeof pairs, keyId = ''): ClientAuth => ({
    kind: 'private-key-jwt',
    key,
    algorithm,
    keyId,
  });

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('signs with %s', async (algorithm) => {
    const {publicKey, privateKey} = pairs[algorithm];
    const server = await startWith({id, auth: 'private-key-jwt', publicKey});
    const spec = specOf({tokenUrl: server.tokenUrl, clientId: id, auth: authOf(algorithm, 'key-7')});
    const {refreshToken} = server.book.begin();
    expect(await ask(spec, {refreshToken, env: {DESK_KEY: privateKey}})).toMatchObject({kind: 'token'});
    const [head = ''] = (server.last!.form.get('client_assertion') ?? '').split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({alg: algorithm, kid: 'key-7'});
  });

  test('on one line, as variables often hold it, is known too', async () => {
    const {publicKey, privateKey} = pairs.ES256;
    const server = await startWith({id, auth: 'private-key-jwt', publicKey});
    const spec = specOf({tokenUrl: server.tokenUrl, clientId: id, auth: authOf('ES256')});
    const {refreshToken} = server.book.begin();
    const env = {DESK_KEY: privateKey.replaceAll('\n', '\\n')};
    expect(await ask(spec, {refreshToken, env})).toMatchObject({kind: 'token'});
  });

  test('that the provider does not know is refused', async () => {
    const other = pemsOf(generateKeyPairSync('ec', {namedCurve: 'P-256'}));
    const server = await startWith({id, auth: 'private-key-jwt', publicKey: other.publicKey});
    const spec = specOf({tokenUrl: server.tokenUrl, clientId: id, auth: authOf('ES256')});
    const answer = await ask(spec, {refreshToken: 'r', env: {DESK_KEY: pairs.ES256.privateKey}});
    expect(answer).toMatchObject({kind: 'misconfigured', error: 'invalid_client'});
  });

  test.each([
    ['of another kind', pairs.RS256.privateKey, /is not one for ES256, but for rsa$/],
    ['that is a public one', pairs.ES256.publicKey, /cannot be read; expected PEM text, not encrypted$/],
    ['that is no key', 'hunter2', /cannot be read; expected PEM text, not encrypted$/],
  ])('%s is not used', async (_, pem, detail) => {
    const server = await startWith({id, auth: 'none'});
    const spec = specOf({tokenUrl: server.tokenUrl, clientId: id, auth: authOf('ES256')});
    const answer = await ask(spec, {refreshToken: 'r', env: {DESK_KEY: pem}});
    expect(answer).toMatchObject({
      kind: 'misconfigured',
      error: 'client-secret',
      detail: expect.stringMatching(detail),
    });
    expect(server.journal.entries).toEqual([]);
  });
});

describe('a request', () => {
  test('for client credentials spends nothing', async () => {
    const server = await startWith({id, auth: 'none'});
    const spec = specOf({
      tokenUrl: server.tokenUrl,
      clientId: id,
      grant: 'client-credentials',
      scopes: ['a', 'b'],
    });
    expect(await ask(spec)).toMatchObject({kind: 'token', refreshToken: undefined, scopes: ['a', 'b']});
    expect(server.journal.entries).toMatchObject([{grant: 'client_credentials', spent: 0, issued: 0}]);
  });

  test.each(['refresh-token', 'client-credentials'] as const)(
    'has the further parameters (%s)',
    async (grant) => {
      const server = await startWith({id, auth: 'none'});
      const parameters = new Map([['audience', 'https://api.example.com/?a=b&c']]);
      const refreshToken = grant === 'refresh-token' ? server.book.begin().refreshToken : undefined;
      await ask(specOf({tokenUrl: server.tokenUrl, clientId: id, grant, parameters}), {refreshToken});
      expect(Object.fromEntries(server.last!.form)).toEqual({
        grant_type: grant.replace('-', '_'),
        client_id: id,
        audience: 'https://api.example.com/?a=b&c',
        ...(refreshToken === undefined ? {} : {refresh_token: refreshToken}),
      });
      expect(server.last!.headers).toMatchObject({accept: 'application/json', connection: 'close'});
    },
  );
});
