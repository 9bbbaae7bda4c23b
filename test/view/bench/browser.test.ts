import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {benchHtml} from '../../../src/view/bench/html.ts';
import {axeViolations, browserForTests} from '../../support/chromium.ts';
import {emptyReport, hostileReport, openReport, sweepReport, troubledReport} from './reports.ts';

const REPORTS = {
  open: openReport,
  troubled: troubledReport,
  sweep: sweepReport,
  empty: emptyReport,
  hostile: hostileReport,
};
const folder = mkdtempSync(join(tmpdir(), 'ratectl-bench-html-'));
const urlOf = (name: string): string => pathToFileURL(join(folder, `${name}.html`)).href;
const browser = browserForTests();

beforeAll(() => {
  for (const [name, report] of Object.entries(REPORTS))
    writeFileSync(
      join(folder, `${name}.html`),
      benchHtml(report(), {generatedAt: '2026-11-21T12:00:00.000Z', version: '0.1.0', warnings: []}),
    );
}, 60_000);

afterAll(() => rmSync(folder, {recursive: true, force: true}));

describe.each(Object.keys(REPORTS))('the %s page', {timeout: 120_000}, (name) => {
  test('asks nobody for anything, and has nothing to complain about', async () => {
    const {page, errors, strayed} = await browser.open(urlOf(name));
    await page.goto(urlOf(name));
    await page.locator('.switch').click();
    expect([errors, strayed]).toEqual([[], []]);
  });

  test.each(['light', 'dark'] as const)('can be read by everybody (%s)', async (colorScheme) => {
    const {page} = await browser.open(urlOf(name), {colorScheme, bypassCSP: true});
    await page.goto(urlOf(name));
    expect(await axeViolations(page)).toEqual([]);
  });

  test('is not wider than a telephone', async () => {
    const {page} = await browser.open(urlOf(name), {viewport: {width: 390, height: 800}});
    await page.goto(urlOf(name));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });
});

test('the charts of an open loop are drawn, with a line for each store', async () => {
  const {page} = await browser.open(urlOf('open'));
  await page.goto(urlOf('open'));
  expect(await page.locator('#latency svg polyline').count()).toBe(6);
  expect(await page.locator('#time svg polyline').count()).toBe(6);
  expect(await page.locator('#histogram .meter').count()).toBeGreaterThan(5);
});
