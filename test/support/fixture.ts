import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';

/** The path of a file of test/fixtures. */
export const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A JSON file of test/fixtures; the caller says what is in it. */
export const jsonFixture = <T>(name: string): T => JSON.parse(readFileSync(pathOf(name), 'utf8')) as T;

/** The lines of an NDJSON file of test/fixtures, gzipped or not. */
export const ndjsonFixture = <T>(name: string): T[] => {
  const bytes = readFileSync(pathOf(name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
};
