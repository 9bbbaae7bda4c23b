import {expect, onTestFinished, test} from 'vitest';
import {DemoProviders} from '../../src/cli/demo/demo-providers.ts';

const started = async (): Promise<DemoProviders> => {
  const providers = new DemoProviders();
  await providers.listen();
  onTestFinished(() => providers.close());
  return providers;
};

const ask = async (
  {port}: DemoProviders,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<{readonly status: number; readonly body: Readonly<Record<string, unknown>>}> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  });
  return {status: response.status, body: (await response.json()) as Record<string, unknown>};
};

const refresh = (providers: DemoProviders, token: string) =>
  ask(providers, '/crm/token', {grant_type: 'refresh_token', client_id: 'demo', refresh_token: token});

test('a refresh token is spent once', async () => {
  const providers = await started();
  const first = providers.firstRefreshToken;
  const granted = await refresh(providers, first);
  expect(granted).toMatchObject({status: 200, body: {token_type: 'Bearer', expires_in: 12}});
  expect(await refresh(providers, first)).toEqual({status: 400, body: {error: 'invalid_grant'}});
  expect((await refresh(providers, granted.body['refresh_token'] as string)).status).toBe(200);
});

test('each fourth refresh is put off, and spends nothing', async () => {
  const providers = await started();
  let token = providers.firstRefreshToken;
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) {
    const {status, body} = await refresh(providers, token);
    statuses.push(status);
    token = (body['refresh_token'] as string | undefined) ?? token;
  }
  expect(statuses).toEqual([200, 200, 200, 503, 200]);
});

test('client credentials need the secret of the run', async () => {
  const providers = await started();
  const asked = (secret: string) =>
    ask(
      providers,
      '/billing/token',
      {grant_type: 'client_credentials'},
      {authorization: `Basic ${Buffer.from(`demo:${secret}`).toString('base64')}`},
    );
  expect((await asked('guessed')).status).toBe(401);
  expect((await asked(providers.clientSecret)).body).toMatchObject({expires_in: 3_600});
});

test('payments fail at first, and nothing else is there', async () => {
  const providers = await started();
  expect((await ask(providers, '/payments', {})).status).toBe(503);
  expect((await ask(providers, '/', {})).status).toBe(404);
});
