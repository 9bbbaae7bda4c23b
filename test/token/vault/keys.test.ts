import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {afterAll, describe, expect, test} from 'vitest';
import {generateKey, parseKeyRing} from '../../../src/token/vault/key-ring.ts';
import {openVault} from '../../../src/token/vault/open-vault.ts';
import type {Vault} from '../../../src/token/vault/vault.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-keys-'));
afterAll(() => rmSync(folder, {recursive: true}));

const KEY = 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=';
const [ONE, TWO] = [`one:${KEY}`, generateKey('two')];
const idsOf = (text: string): readonly string[] => [...parseKeyRing(text, 'KEYS').keys()];

describe('a key', () => {
  test('is 32 random bytes behind its id', () => {
    expect(generateKey('2027-01')).toMatch(/^2027-01:[A-Za-z0-9+/]{43}=$/);
    expect(generateKey('k')).not.toBe(generateKey('k'));
    expect(idsOf(generateKey('2027-01'))).toEqual(['2027-01']);
  });

  test.each(['', 'a b', 'a.b', 'a:b', 'x'.repeat(33), 'ü'])('cannot have the id %j', (id) => {
    expect(() => generateKey(id)).toThrow(/cannot be the id of a key$/);
  });
});

describe('a key ring', () => {
  test.each<readonly [string, string]>([
    ['lines', `${ONE}\n${TWO}\n`],
    ['lines of Windows, with a mark in front', `\ufeff${ONE}\r\n${TWO}\r\n`],
    ['commas', `${ONE},${TWO}`],
    ['commas and spaces', ` ${ONE} , ${TWO} ,`],
    ['comments and empty lines', `# new, since May\n\n${ONE}\n  # old\n${TWO}`],
    ['spaces around', `  one : ${KEY}  \n${TWO}`],
    [
      'the alphabet of URLs, without padding',
      `${ONE.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}\n${TWO}`,
    ],
  ])('is read from %s, in its order', (_, text) => {
    expect(idsOf(text)).toEqual(['one', 'two']);
  });

  test.each<readonly [string, string, string]>([
    ['no colon', `# x\n${KEY}`, 'line 2: there is no colon; expected id:key'],
    ['no id', `${TWO}\n:${KEY}`, 'line 2: the id before the colon is 1 to 32 letters, digits, - and _'],
    ['an odd id', `${KEY}:one`, 'line 1: the id before the colon is 1 to 32 letters, digits, - and _'],
    ['an id twice', `${ONE}\n\n${ONE}`, 'line 3: there is another key with the id "one" above'],
    ['a short key', `one:${KEY.slice(4)}`, 'line 1: what follows "one:" is not the base64 text of 32 bytes'],
    ['a long key', `one:AAAA${KEY}`, 'line 1: what follows "one:" is not the base64 text of 32 bytes'],
    [
      'a key with another character',
      `one:${KEY.replace('q', '!')}`,
      'line 1: what follows "one:" is not the base64 text of 32 bytes',
    ],
    [
      'bits that stand for nothing',
      `one:${KEY.replace('k=', 'l=')}`,
      'line 1: what follows "one:" is not the base64 text of 32 bytes',
    ],
    ['no line', '# nothing\n', 'KEYS holds no key'],
  ])('with %s is refused by its line, which is not repeated', (_, text, message) => {
    const thrown = (() => {
      try {
        return parseKeyRing(text, 'KEYS');
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({
      message: expect.stringContaining(message),
      code: 'vault/keys',
      exit: 2,
      hint: expect.stringContaining('ratectl token keygen'),
    });
    expect(inspect(thrown, {showHidden: true, depth: 9})).not.toContain(KEY.slice(6, 30));
  });
});

describe('the vault of an environment', () => {
  const path = join(folder, 'keys');
  writeFileSync(path, `# ours\n${ONE}\n${TWO}\n`);
  chmodSync(path, 0o600);
  const open = (
    env: Readonly<Record<string, string>>,
    onWarning?: (text: string) => void,
  ): Promise<Vault | undefined> =>
    openVault({PATH: process.env['PATH'], ...env}, {folder, ...(onWarning === undefined ? {} : {onWarning})});

  test('is none when nothing is set', async () => {
    expect(await open({})).toBeUndefined();
    expect(await open({RATECTL_VAULT_KEY: ''})).toBeUndefined();
  });

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['the key ring itself', {RATECTL_VAULT_KEY: `${ONE}\n${TWO}`}],
    ['the key ring on one line', {RATECTL_VAULT_KEY: `${ONE},${TWO}`}],
    ['a file', {RATECTL_VAULT_KEY_FILE: 'keys'}],
    ['a command in words', {RATECTL_VAULT_KEY_COMMAND: `  cat  ${path} `}],
    ['a command as a list', {RATECTL_VAULT_KEY_COMMAND: JSON.stringify(['cat', path])}],
  ])('has the keys of %s', async (_, env) => {
    const vault = await open(env);
    expect(vault?.keyId).toBe('one');
    expect(vault?.open(vault.seal('text', 'c'), 'c')).toBe('text');
  });

  test('warns of a file that others can read', async () => {
    const warnings: string[] = [];
    writeFileSync(join(folder, 'open'), ONE);
    chmodSync(join(folder, 'open'), 0o644);
    await open({RATECTL_VAULT_KEY_FILE: 'open'}, (warning) => warnings.push(warning));
    expect(warnings).toEqual([expect.stringMatching(/open can be read by other users: chmod 600 it$/)]);
  });

  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    [
      'a malformed line',
      {RATECTL_VAULT_KEY: `${ONE}\nhunter2`},
      'RATECTL_VAULT_KEY, line 2: there is no colon',
    ],
    [
      'two sources',
      {RATECTL_VAULT_KEY: ONE, RATECTL_VAULT_KEY_FILE: 'keys'},
      'RATECTL_VAULT_KEY and RATECTL_VAULT_KEY_FILE are set, expected one of them',
    ],
    ['no file', {RATECTL_VAULT_KEY_FILE: 'none'}, 'none": no such file'],
    ['a command that fails', {RATECTL_VAULT_KEY_COMMAND: 'false'}, 'ended with 1'],
    ['a list that is none', {RATECTL_VAULT_KEY_COMMAND: '["hunter2"'}, 'is not a JSON list of strings'],
    ['a list of numbers', {RATECTL_VAULT_KEY_COMMAND: '[1]'}, 'is not a JSON list of strings'],
    ['an empty list', {RATECTL_VAULT_KEY_COMMAND: '[]'}, 'is not a JSON list of strings'],
  ])('is an error with %s, which says how to make a key', async (_, env, message) => {
    const error = await open(env).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: expect.stringContaining(message),
      exit: 2,
      hint: expect.stringContaining('ratectl token keygen'),
    });
    expect(inspect(error)).not.toContain('hunter2');
  });
});
