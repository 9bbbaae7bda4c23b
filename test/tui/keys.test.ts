import {readFileSync} from 'node:fs';
import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {keyNames} from '../../src/tui/keys/key-names.ts';
import {commandOf, KEYMAP, keysFor} from '../../src/tui/keys/keymap.ts';
import {MouseInput, type MouseReport} from '../../src/tui/mouse-input.ts';

describe('key names', () => {
  test.each([
    ['a', {}, ['a']],
    ['D', {shift: true}, ['D']],
    ['jjk', {}, ['j', 'j', 'k']],
    ['ab\r', {}, ['a', 'b', 'enter']],
    ['', {upArrow: true}, ['up']],
    ['', {pageDown: true}, ['page-down']],
    ['', {tab: true}, ['tab']],
    ['', {tab: true, shift: true}, ['shift+tab']],
    ['', {escape: true}, ['escape']],
    ['c', {ctrl: true}, ['ctrl+c']],
    // Alt with a letter is no letter.
    ['q', {meta: true}, []],
    ['é', {}, ['é']],
    ['😀', {}, ['😀']],
    ['\u0001', {}, []],
  ])('%j %j: %j', (input, key, names) => {
    expect(keyNames(input, key)).toEqual(names);
  });
});

describe('the key map', () => {
  test('gives every key one meaning', () => {
    const keys = KEYMAP.flatMap((binding) => binding.keys);
    expect(keys).toEqual([...new Set(keys)]);
  });

  test('has nothing that changes anything where that is not allowed', () => {
    expect(keysFor('read-only').filter(({needs}) => needs === 'change')).toEqual([]);
    for (const key of ['x', 'u', 'D', 'o']) {
      expect(commandOf(key, 'read-only')).toBeUndefined();
      expect(commandOf(key, 'read-write')).toBeDefined();
    }
  });

  test('is what the documentation says', () => {
    const text = readFileSync(new URL('../../docs/dashboard.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `([^|]+)` \| ([^|]+) \|$/gm)].map(([, key, does]) => [
      key,
      does!.trim(),
    ]);
    const listed = KEYMAP.filter(({shown}) => shown !== undefined);
    expect(rows).toEqual(listed.map(({shown, does}) => [shown!.replaceAll(', ', '`, `'), does]));
  });
});

describe('the mouse', () => {
  const read = (...chunks: readonly (string | Buffer)[]): {keys: string; reports: MouseReport[]} => {
    const source = new PassThrough();
    const reports: MouseReport[] = [];
    const input = new MouseInput(source as unknown as NodeJS.ReadStream, (report) => reports.push(report));
    for (const chunk of chunks) source.emit('data', Buffer.from(chunk as string));
    return {keys: String(input.read() ?? ''), reports};
  };

  test('is taken out of what was typed', () => {
    expect(read('a\u001b[<64;10;5Mb\u001b[<65;1;1Mc\u001b[<0;3;7M\u001b[<0;3;7m')).toEqual({
      keys: 'abc',
      reports: [
        {what: 'wheel-up', column: 9, line: 4},
        {what: 'wheel-down', column: 0, line: 0},
        {what: 'press', column: 2, line: 6},
      ],
    });
  });

  test('may come in pieces, like a letter of several bytes', () => {
    const bytes = Buffer.from('é\u001b[<64;10;5M');
    const pieces = Array.from(bytes, (byte) => Buffer.from([byte]));
    // A lone Esc is passed on at once: nobody knows yet what follows.
    expect(read(pieces[0]!, Buffer.concat([pieces[1]!, Buffer.from('\u001b[<6')]), '4;10;5', 'Mx')).toEqual({
      keys: 'éx',
      reports: [{what: 'wheel-up', column: 9, line: 4}],
    });
  });

  test('leaves every other sequence alone', () => {
    const text = '\u001b[A\u001b[200~x\u001b[201~\u001b\u001b[3~';
    expect(read(text)).toEqual({keys: text, reports: []});
  });
});
