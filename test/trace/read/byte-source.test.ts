import {closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {expect, onTestFinished, test} from 'vitest';
import {openByteSource} from '../../../src/trace/read/byte-source.ts';

const fileWith = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-source-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  writeFileSync(join(folder, 'trace'), text);
  return join(folder, 'trace');
};

/** Standard input that may not be opened: a terminal or an application may be waiting behind it. */
const untouched = {
  get stdin(): never {
    throw new Error('standard input was opened');
  },
};

test('a file that is closed twice closes no other file that was opened in between', async () => {
  const path = fileWith('a trace');
  const source = await openByteSource(path, untouched);
  await source.close();
  const fd = openSync(path, 'r');
  await source.close();
  expect(fstatSync(fd).size).toBe(7);
  closeSync(fd);
});

test('standard input is opened for "-" alone', async () => {
  const source = await openByteSource(fileWith('a trace'), untouched);
  const target = new Uint8Array(16);
  expect(await source.read(target)).toBe(7);
  expect(await source.read(target)).toBe(0);
  await source.close();
  await expect(openByteSource('-', untouched)).rejects.toThrow('standard input was opened');
  const typed = await openByteSource('-', {stdin: Readable.from([Buffer.from('typed')])});
  expect(await typed.read(target)).toBe(5);
});
