import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {PATIENTLY} from '../../support/in-time.ts';
import {
  answers,
  type Behaviour,
  dropsAfter,
  dropsBefore,
  issuesAndAnswers,
  refuses,
} from '../../support/oauth/behaviour.ts';
import {FakeOAuthServer} from '../../support/oauth/fake-oauth-server.ts';
import {ask, specOf} from './provider-setup.ts';

let fake: FakeOAuthServer;

beforeAll(async () => {
  fake = await FakeOAuthServer.start();
});
beforeEach(() => {
  fake.next.length = 0;
  fake.always = [];
});
afterAll(() => fake.close());

const first = (): string => fake.book.begin().refreshToken!;
const html = {'content-type': 'text/html'};

/** Every row of the classification: how the provider behaves, and what that means for the refresh token. */
const ROWS: readonly (readonly [string, Behaviour, object])[] = [
  ['429', answers(429), {kind: 'failed', error: 'http-429', retryAfterMs: 0}],
  [
    '429 with seconds',
    answers(429, {'retry-after': '7'}),
    {kind: 'failed', error: 'http-429', retryAfterMs: 7_000},
  ],
  [
    '429 with a date, against the date of the answer',
    answers(429, {date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 10:01:30 GMT'}),
    {kind: 'failed', error: 'http-429', retryAfterMs: 90_000},
  ],
  [
    'a date that has passed',
    answers(429, {date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT'}),
    {kind: 'failed', error: 'http-429', retryAfterMs: 0},
  ],
  ['Retry-After that is none', answers(429, {'retry-after': '-5'}), {kind: 'failed', retryAfterMs: 0}],
  [
    'a week at most',
    answers(429, {'retry-after': '9e9'.replace('e9', '000000000')}),
    {retryAfterMs: 604_800_000},
  ],
  [
    '503',
    answers(503, {'retry-after': '2', ...html}, '<p>'),
    {kind: 'failed', error: 'http-503', retryAfterMs: 2_000},
  ],
  ['invalid_grant', refuses(400, 'invalid_grant'), {kind: 'rejected', error: 'invalid_grant'}],
  [
    'invalid_grant with 403, as Auth0 does',
    refuses(403, 'invalid_grant'),
    {kind: 'rejected', error: 'invalid_grant'},
  ],
  ['invalid_grant with 200', refuses(200, 'invalid_grant'), {kind: 'rejected', error: 'invalid_grant'}],
  ['bad_refresh_token with 200, as GitHub does', refuses(200, 'bad_refresh_token'), {kind: 'rejected'}],
  ['invalid_client', refuses(401, 'invalid_client'), {kind: 'misconfigured', error: 'invalid_client'}],
  ['invalid_scope', refuses(400, 'invalid_scope'), {kind: 'misconfigured', error: 'invalid_scope'}],
  [
    'unauthorized_client',
    refuses(400, 'unauthorized_client'),
    {kind: 'misconfigured', error: 'unauthorized_client'},
  ],
  ['an error of its own', refuses(400, 'AADSTS-x'), {kind: 'misconfigured', error: 'AADSTS-x'}],
  [
    'temporarily_unavailable',
    refuses(400, 'temporarily_unavailable'),
    {kind: 'failed', error: 'temporarily_unavailable'},
  ],
  ['server_error with 400', refuses(400, 'server_error'), {kind: 'answer-lost', error: 'server_error'}],
  ['400 without an error', answers(400, html, '<p>'), {kind: 'misconfigured', error: 'http-400'}],
  ['401 without an error', answers(401), {kind: 'misconfigured', error: 'http-401'}],
  ['404', answers(404, html, '<p>'), {kind: 'misconfigured', error: 'http-404'}],
  ['a redirect', answers(302, {location: 'http://127.0.0.1:1/'}), {kind: 'misconfigured', error: 'http-302'}],
  ['408', answers(408), {kind: 'answer-lost', error: 'http-408'}],
  ['500', answers(500, {'retry-after': '3'}), {kind: 'answer-lost', error: 'http-500', retryAfterMs: 3_000}],
  ['500 that says invalid_grant', refuses(500, 'invalid_grant'), {kind: 'answer-lost', error: 'http-500'}],
  ['502', answers(502, html, '<p>'), {kind: 'answer-lost', error: 'http-502', retryAfterMs: 0}],
  ['504', answers(504), {kind: 'answer-lost', error: 'http-504', retryAfterMs: 0}],
  ['204', answers(204), {kind: 'answer-lost', error: 'not-json'}],
  ['not JSON', issuesAndAnswers('<html>', html), {kind: 'answer-lost', error: 'not-json', retryAfterMs: 0}],
  ['half of the JSON', issuesAndAnswers('{"access_token":"a'), {kind: 'answer-lost', error: 'not-json'}],
  ['JSON that is no object', issuesAndAnswers('["a"]'), {kind: 'answer-lost', error: 'not-json'}],
  ['no access_token', issuesAndAnswers('{"ok":true}'), {kind: 'answer-lost', error: 'no-access-token'}],
  [
    'an empty access_token',
    issuesAndAnswers('{"access_token":""}'),
    {kind: 'answer-lost', error: 'no-access-token'},
  ],
  [
    'a megabyte and more',
    issuesAndAnswers(`{"a":"${'x'.repeat(1_100_000)}"}`),
    {kind: 'answer-lost', error: 'too-long'},
  ],
  [
    'a connection that breaks in the answer',
    {does: 'issue-and-answer', answer: {status: 200, body: '{"access_token":"abc"}', cutAfter: 9}},
    {kind: 'answer-lost', error: 'ECONNRESET'},
  ],
  ['a connection cut before reading', dropsBefore, {kind: 'answer-lost', error: 'ECONNRESET'}],
  ['a connection cut after issuing', dropsAfter, {kind: 'answer-lost', error: 'ECONNRESET'}],
];

describe('an answer means for the refresh token:', () => {
  test.each(ROWS)('%s', async (_, behaviour, expected) => {
    fake.next.push(behaviour);
    const answer = await ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken: first()});
    expect(answer).toMatchObject(expected);
  });

  test('one request is sent, whatever comes of it', async () => {
    const before = fake.journal.entries.length;
    for (const [, behaviour] of ROWS) {
      fake.next.push(behaviour);
      await ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken: first()});
    }
    expect(fake.journal.entries.length - before).toBe(ROWS.length);
  });

  test('nothing of it keeps a connection open', async () => {
    for (const [, behaviour] of ROWS) {
      fake.next.push(behaviour);
      await ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken: first()});
    }
    await expect.poll(() => fake.connections(), PATIENTLY).toBe(0);
  });
});

describe('a token', () => {
  const tokenFrom = async (body: object): Promise<object> => {
    fake.next.push(issuesAndAnswers(JSON.stringify(body)));
    return ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken: first()});
  };

  test('comes with the next refresh token, which can be spent in turn', async () => {
    const spec = specOf({tokenUrl: fake.tokenUrl, scopes: ['read', 'write']});
    const one = await ask(spec, {refreshToken: first()});
    if (one.kind !== 'token') expect.fail(one.kind);
    expect(one).toMatchObject({expiresIn: 3_600, scopes: ['read', 'write']});
    const two = await ask(spec, {refreshToken: one.refreshToken});
    expect(two.kind).toBe('token');
    expect(fake.journal.entries.at(-1)!.spent).toBe(fake.journal.entries.at(-2)!.issued);
  });

  test('without a refresh token, lifetime or scope says so', async () => {
    expect(await tokenFrom({access_token: 'a', token_type: 'Bearer'})).toEqual({
      kind: 'token',
      accessToken: 'a',
      refreshToken: undefined,
      expiresIn: undefined,
      scopes: undefined,
    });
  });

  // The refresh token is spent by then: what came is the only copy of the next one.
  test.each<readonly [string, object, object]>([
    ['no token_type', {}, {}],
    ['an odd token_type', {token_type: 'user'}, {}],
    ['an id_token that cannot be checked', {id_token: 'x.y.z'}, {}],
    ['a lifetime as text', {expires_in: '60'}, {expiresIn: 60}],
    ['a lifetime with a fraction', {expires_in: 59.9}, {expiresIn: 59}],
    ['a lifetime that is none', {expires_in: 'soon'}, {expiresIn: undefined}],
    ['a negative lifetime', {expires_in: -1}, {expiresIn: undefined}],
    ['a lifetime without end', {expires_in: 1e300}, {expiresIn: 3_155_760_000}],
    ['an error beside it', {error: 'none'}, {}],
    ['no scopes', {scope: ''}, {scopes: []}],
  ])('is taken with %s', async (_, body, expected) => {
    expect(await tokenFrom({access_token: 'a', refresh_token: 'next', ...body})).toMatchObject({
      kind: 'token',
      accessToken: 'a',
      refreshToken: 'next',
      ...expected,
    });
  });
});

describe('what a provider says', () => {
  const refused = (description: string, code = 'invalid_scope'): Promise<object> => {
    fake.next.push(refuses(400, code, description));
    return ask(specOf({tokenUrl: fake.tokenUrl}), {refreshToken: 'hunter2'});
  };

  test('is told beside its code', async () => {
    expect(await refused('the scope is not known')).toEqual({
      kind: 'misconfigured',
      error: 'invalid_scope',
      detail: 'the scope is not known',
    });
  });

  test('is escaped and cut', async () => {
    expect(await refused(`\u001b[31mred \u202e${'x y '.repeat(100)}`)).toMatchObject({
      detail: expect.stringMatching(/^\\u001b\[31mred \\u202e(x y ){10,}.*…$/),
    });
  });

  test('names neither the refresh token nor anything that looks like one', async () => {
    expect(await refused('hunter2 is spent, see 0.AXoAbc-DEF123456789_xyz.q and more')).toMatchObject({
      detail: '… is spent, see … and more',
    });
  });

  test.each(['hunter2', 'invalid grant', '\u001b[2J', 'x'.repeat(65)])(
    'as a code %j is not repeated',
    async (code) => {
      expect(await refused('', code)).toEqual({kind: 'misconfigured', error: 'unknown-error'});
    },
  );
});
