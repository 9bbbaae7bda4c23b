import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';
import {generateKey} from '../../src/token/vault/key-ring.ts';
import {BIN} from '../e2e/command.ts';
import {FakeOAuthServer} from '../support/oauth/fake-oauth-server.ts';
import {Manual} from './manual.ts';
import {troubledShop} from './runbook-state.ts';

/** Whatever the documents name: limits, a pool, queues, breakers, a token provider. */
const policyOf = (tokenUrl: string): string => `version: 1
priorities:
  essential: { path: [/health] }
  normal: {}
  low: { path: "/reports/*" }
limits:
  - { name: per-ip, key: "{ip}", rate: 20/h, burst: 200 }
  - name: plan
    key: "{tenant}"
    tier: "{plan}"
    defaultTier: free
    tiers: { free: { rate: 100/h }, pro: { rate: 1000/h } }
  - { name: per-tenant, key: "{tenant}", mode: shadow, rate: 50/h }
concurrency:
  api: { max: 10, key: "{tenant}", maxPerKey: 5, queue: 50, wait: 5s }
behaviour:
  plan: { ladder: [free, pro] }
breakers:
  payments: { failures: 5, recovery: 5m }
degradation:
  signals: { cpu: 80% }
queue:
  mails: { classes: { interactive: 0s, batch: 5m } }
  calls: { classes: { interactive: 0s, batch: 5m } }
  provider-calls: { classes: { interactive: 0s, batch: 5m } }
tokens:
  google: { tokenUrl: "${tokenUrl}", clientId: app, budget: [1/1s, 100/10m] }
`;

export interface SceneOptions {
  /** Files of the folder that are not there. */
  readonly without?: readonly string[];
  /** Whether an application runs, and has a bad hour. */
  readonly application?: boolean;
  /** Names in the configuration; each is the same store. */
  readonly contexts?: readonly ('prod' | 'staging')[];
}

/** A folder with all that the commands of the documents name, gone with the test. */
export const documentScene = async ({
  without = [],
  application = false,
  contexts = ['prod', 'staging'],
}: SceneOptions = {}): Promise<Manual> => {
  const fake = await FakeOAuthServer.start({rotation: 'none'});
  const key = generateKey('k1');
  const store = (folder: string): string => `sqlite:${join(folder, '.ratectl', 'state.db')}`;
  const manual = new Manual({
    terminal: 'person',
    files: {
      'ratectl.yaml': policyOf(fake.tokenUrl),
      'new.yaml': policyOf(fake.tokenUrl).replace('burst: 200', 'burst: 300'),
      'usage.csv': 'TIMESTAMP,user_id,tokens_in,tokens_out\n2026-01-05T12:00:00Z,ada,10,20\n',
      token: 'sixteen-characters-or-more\n',
      'vault.keys': `${key}\n`,
      'answer.json': JSON.stringify({
        access_token: 'a',
        refresh_token: fake.book.begin().refreshToken,
        expires_in: 3_600,
      }),
      'refresh-token': `${fake.book.begin().refreshToken}\n`,
    },
    copies: {examples: 'examples'},
  });
  onTestFinished(async () => {
    await fake.close();
    manual.remove();
  });
  await setUp(manual, store(manual.folder), contexts);
  for (const name of without) await manual.run(`rm -r '${name}'`);
  if (application) {
    const shop = await troubledShop(join(manual.folder, 'ratectl.yaml'), store(manual.folder), [
      'mails',
      'calls',
    ]);
    onTestFinished(() => shop.close());
  }
  return manual;
};

const setUp = async (manual: Manual, store: string, contexts: readonly string[]): Promise<void> => {
  symlinkSync(dirname(BIN), join(manual.folder, 'bin'));
  const config = join(manual.folder, '.config', 'ratectl');
  mkdirSync(config, {recursive: true});
  const entries = contexts.map(
    (name) => `  ${name}: { store: "${store}", production: ${name === 'prod'} }\n`,
  );
  writeFileSync(join(config, 'config.yaml'), `contexts:\n${entries.join('')}`, {mode: 0o600});
  // A password manager that has one entry.
  writeFileSync(join(manual.folder, '.bin', 'pass'), `#!/bin/sh\ncat "${manual.folder}/refresh-token"\n`);
  chmodSync(join(manual.folder, '.bin', 'pass'), 0o755);
  const {failures, err} = await manual.run(`
    ratectl trace generate --format combined --rate 2/s --duration 10m --scanner 30/s --out access.log
    gzip --keep access.log && cp access.log.gz last-week.log.gz && cp usage.csv requests.csv && cp answer.json token.json
    export RATECTL_VAULT_KEY_FILE="$PWD/vault.keys"
    ratectl token put google < answer.json
    ratectl force-refresh google --reason 'a first access token'`);
  if (failures.length > 0) throw new Error(`${JSON.stringify(failures)} ${err}`);
};
