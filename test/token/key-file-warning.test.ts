import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {generateKey} from '../../src/token/vault/key-ring.ts';
import {managerOf, policyOf, storeWith} from './manager-scene.ts';

test.skipIf(process.platform === 'win32')(
  'a manager warns of a file with its keys that other users can read',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratectl-keys-'));
    onTestFinished(() => rmSync(folder, {recursive: true}));
    const file = join(folder, 'vault.keys');
    writeFileSync(file, `${generateKey('test')}\n`);
    const warningsAt = async (mode: number): Promise<string[]> => {
      chmodSync(file, mode);
      const warnings: string[] = [];
      await managerOf({
        store: storeWith(),
        lead: false,
        vault: undefined,
        env: {RATECTL_VAULT_KEY_FILE: file},
        policy: policyOf({svc: {tokenUrl: 'https://id.example.com/token', clientId: 'app'}}),
        events: {onWarning: (warning) => warnings.push(warning)},
      });
      return warnings;
    };
    expect(await warningsAt(0o600)).toEqual([]);
    expect(await warningsAt(0o644)).toEqual([
      expect.stringContaining('vault.keys can be read by other users'),
    ]);
  },
);
