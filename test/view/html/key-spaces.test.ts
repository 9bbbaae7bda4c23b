import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect, onTestFinished, test} from 'vitest';
import {reportHtml} from '../../../src/view/html/report.ts';
import {browserForTests} from '../../support/chromium.ts';
import {busyReport} from '../report/reports.ts';
import {PAGE} from './page.ts';

const browser = browserForTests();

/** Two clients each, whose keys differ in spaces alone. */
const KEYS = ['lead', ' lead', 'a b', 'a  b'];

test('keys that differ in spaces look different', {timeout: 120_000}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-spaces-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  const report = await busyReport();
  const keys = KEYS.map((key) => ({limit: 'per-ip', key, denied: 1, share: 0.25}));
  const path = join(folder, 'page.html');
  writeFileSync(path, reportHtml({...report, identities: {...report.identities, keys}}, PAGE));
  const url = pathToFileURL(path).href;
  const {page} = await browser.open(url);
  await page.goto(url);
  // As a reader sees it: where spaces collapse, this text has one.
  const shown = await page
    .locator('#keys th[scope=row]')
    .evaluateAll((cells: {innerText: string}[]) => cells.map(({innerText}) => innerText));
  expect(shown).toEqual(KEYS);
});
