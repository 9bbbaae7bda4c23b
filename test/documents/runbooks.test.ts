import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {generateKey} from '../../src/token/vault/key-ring.ts';
import {ROOT} from '../e2e/command.ts';
import {FakeOAuthServer} from '../support/oauth/fake-oauth-server.ts';
import {readDocument} from './document.ts';
import {Manual} from './manual.ts';
import {runDocument} from './run-document.ts';
import {troubledShop} from './runbook-state.ts';

test('docs/runbooks.md: every command does what it says to an application that has a bad hour', async () => {
  const fake = await FakeOAuthServer.start({client: {id: 'shop', auth: 'basic', secret: 'hush'}});
  const policy = readFileSync(join(ROOT, 'examples/deployment/ratectl.yaml'), 'utf8');
  const manual = new Manual({
    files: {'ratectl.yaml': policy.replace('https://auth.example.com/oauth2/token', fake.tokenUrl)},
    env: {CRM_CLIENT_SECRET: 'hush', RATECTL_VAULT_KEY: generateKey('k1')},
  });
  onTestFinished(async () => {
    await fake.close();
    manual.remove();
  });
  const {failures} = await manual.run(
    `echo ${fake.book.begin().refreshToken} | ratectl token put crm
    ratectl trace generate --profile api --rate 1/s --duration 10m --out access.ndjson`,
  );
  expect(failures).toEqual([]);
  const shop = await troubledShop(
    join(manual.folder, 'ratectl.yaml'),
    `sqlite:${join(manual.folder, '.ratectl', 'state.db')}`,
  );
  try {
    expect(await runDocument(readDocument('docs/runbooks.md'), manual)).toBeGreaterThan(30);
  } finally {
    await shop.close();
  }
}, 400_000);
