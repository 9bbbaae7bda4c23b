import {inspect} from 'node:util';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createVault} from '../../../src/token/vault/create-vault.ts';
import {generateKey, parseKeyRing} from '../../../src/token/vault/key-ring.ts';

const [ONE, TWO] = [generateKey('one'), generateKey('two')];
const vaultOf = (...lines: readonly string[]): ReturnType<typeof createVault> =>
  createVault(parseKeyRing(lines.join('\n'), 'test'));
const vault = vaultOf(ONE);
const text = fc.string({unit: 'binary', maxLength: 200});

const errorOf = (run: () => unknown): Error & {exit: number; code: string; hint: string} => {
  try {
    run();
  } catch (error) {
    return error as Error & {exit: number; code: string; hint: string};
  }
  return expect.fail('nothing was thrown');
};

/** Everything of an error that could be shown. */
const shown = (error: Error): string => inspect(error, {depth: 9, showHidden: true}) + JSON.stringify(error);

describe('a sealed text', () => {
  test('is opened as it was, for any text and context', () => {
    fc.assert(
      fc.property(text, text, (plain, context) => {
        expect(vault.open(vault.seal(plain, context), context)).toBe(plain);
      }),
    );
  });

  test('is written anew each time, and shows nothing of the text', () => {
    fc.assert(
      fc.property(fc.string({minLength: 8}), text, (plain, context) => {
        const [one, two] = [vault.seal(plain, context), vault.seal(plain, context)];
        expect(one).not.toBe(two);
        expect(one).toMatch(/^v1\.one\.[A-Za-z0-9_-]+$/);
        expect(Buffer.from(one.split('.')[2]!, 'base64url').includes(Buffer.from(plain))).toBe(false);
      }),
    );
  });

  test('is refused with another context', () => {
    fc.assert(
      fc.property(text, text, text, (plain, context, other) => {
        fc.pre(context !== other);
        expect(errorOf(() => vault.open(vault.seal(plain, context), other)).code).toBe('vault/changed');
      }),
    );
  });

  test('is refused when any character of it was changed', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.string({minLength: 1, maxLength: 1}), (plain, place, other) => {
        const sealed = vault.seal(plain, 'c');
        const at = place % sealed.length;
        fc.pre(sealed[at] !== other);
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
        expect(errorOf(() => vault.open(changed, 'c')).exit).toBe(2);
      }),
      {numRuns: 500},
    );
  });

  test('is refused when any byte of it was changed, cut off or added', () => {
    const sealed = vault.seal('a text', 'c');
    const bytes = Buffer.from(sealed.split('.')[2]!, 'base64url');
    const refused = (changed: Uint8Array): void => {
      const again = `v1.one.${Buffer.from(changed).toString('base64url')}`;
      expect(errorOf(() => vault.open(again, 'c')).code).toMatch(/^vault\/(changed|not-sealed)$/);
    };
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 128]) refused(bytes.map((byte, index) => (index === at ? byte ^ bit : byte)));
      refused(bytes.subarray(0, at));
    }
    refused(Buffer.concat([bytes, Buffer.from([0])]));
  });

  // Base64 has bits that stand for nothing: several texts for the same bytes.
  test('is refused when it is written in another way', () => {
    // 29 bytes: the last of their 39 characters has bits to spare.
    const sealed = vault.seal('a', 'c');
    const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map(
      (last) => sealed.slice(0, -1) + last,
    );
    const opened = [...others, `${sealed}=`, `${sealed} `].filter((other) => {
      try {
        return vault.open(other, 'c') !== '';
      } catch {
        return false;
      }
    });
    expect(opened).toEqual([sealed]);
  });

  test('that is none is named so, without it', () => {
    for (const stored of [
      '',
      'hunter2',
      'v2.one.AAAA',
      'v1.one',
      'v1..hunter2',
      `v1.${'x'.repeat(33)}.hunter2`,
    ]) {
      const error = errorOf(() => vault.open(stored, 'c'));
      expect(error).toMatchObject({code: 'vault/not-sealed', exit: 2});
      expect(shown(error)).not.toContain('hunter2');
    }
  });

  test('has whole characters', () => {
    expect(errorOf(() => vault.seal('\ud800', 'c')).code).toBe('vault/not-text');
    expect(errorOf(() => vault.seal('a', '\udc00')).code).toBe('vault/not-text');
  });
});

describe('errors', () => {
  test('hold neither key nor text, in any of their parts', () => {
    const key = ONE.split(':')[1]!;
    const bytes = Buffer.from(key, 'base64');
    fc.assert(
      fc.property(fc.string({minLength: 12, maxLength: 60}), fc.nat(), (plain, place) => {
        const sealed = vault.seal(plain, 'c');
        const at = 7 + (place % (sealed.length - 7));
        const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
        const all = shown(errorOf(() => vault.open(changed, 'c')));
        for (const secret of [plain, key, bytes.toString('hex'), bytes.toString('latin1')])
          expect(all).not.toContain(secret);
      }),
    );
  });

  test('nor does the vault itself when it is shown', () => {
    const bytes = Buffer.from(ONE.split(':')[1]!, 'base64');
    const all = inspect(vault, {depth: 9, showHidden: true}) + JSON.stringify(vault);
    expect(all).not.toContain(ONE.split(':')[1]!);
    expect(all).not.toContain(bytes.toString('hex').slice(0, 8));
  });
});

describe('rotation', () => {
  test('the first key seals, those behind it open still', () => {
    const old = vaultOf(ONE).seal('text', 'c');
    const both = vaultOf(TWO, ONE);
    expect(both.keyId).toBe('two');
    expect(both.open(old, 'c')).toBe('text');
    expect(both.isOld(old)).toBe(true);
    const fresh = both.seal('text', 'c');
    expect(both.isOld(fresh)).toBe(false);
    expect(vaultOf(TWO).open(fresh, 'c')).toBe('text');
  });

  test('a key that is gone is named, with what to do', () => {
    const error = errorOf(() => vaultOf(TWO).open(vaultOf(ONE).seal('text', 'c'), 'c'));
    expect(error).toMatchObject({
      message: 'a token is encrypted with the key "one", which is not among the keys',
      exit: 2,
      hint: expect.stringContaining('RATECTL_VAULT_KEY'),
    });
  });

  test('another key with the id of an old one does not open', () => {
    const sealed = vaultOf(generateKey('one')).seal('text', 'c');
    expect(errorOf(() => vaultOf(ONE).open(sealed, 'c')).code).toBe('vault/changed');
  });
});
