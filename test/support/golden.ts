import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect} from 'vitest';

const FOLDER = join(import.meta.dirname, '..', 'golden');

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/**
 * Compares with the text kept in `test/golden/NAME`, byte for byte. Only `UPDATE_GOLDEN=1` writes it: look at the change
 * before it is committed.
 */
export const expectGolden = (name: string, actual: string): void => {
  const file = join(FOLDER, name);
  const expected = read(file);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    if (expected === actual) return;
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, actual);
    return;
  }
  expect(expected, `no test/golden/${name}: run with UPDATE_GOLDEN=1`).toBeDefined();
  expect(actual, `test/golden/${name} differs: UPDATE_GOLDEN=1 takes the new text`).toBe(expected);
};
