import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Page} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {reportHtml} from '../../../src/view/html/report.ts';
import {axeViolations, browserForTests, type WatchedPage} from '../../support/chromium.ts';
import {busyReport, emptyReport, hostileReport} from '../report/reports.ts';
import {PAGE} from './page.ts';

const THEMES = ['light', 'dark'] as const;
const folder = mkdtempSync(join(tmpdir(), 'ratectl-html-'));
const urlOf = (name: string): string => pathToFileURL(join(folder, `${name}.html`)).href;
const browser = browserForTests();

beforeAll(async () => {
  for (const [name, report] of [
    ['busy', await busyReport()],
    ['empty', await emptyReport()],
    ['hostile', await hostileReport()],
  ] as const)
    writeFileSync(join(folder, `${name}.html`), reportHtml(report, PAGE));
}, 60_000);

afterAll(() => rmSync(folder, {recursive: true, force: true}));

interface PageOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  /** Lets a test bring axe with it; what the page does is looked at without it. */
  readonly bypassCSP?: boolean;
  readonly javaScriptEnabled?: boolean;
}

const withPage = async (
  name: string,
  {scheme = 'light', width = 1_280, ...options}: PageOptions,
  work: (opened: WatchedPage) => Promise<void>,
): Promise<void> => {
  const opened = await browser.open(urlOf(name), {
    colorScheme: scheme,
    viewport: {width, height: 900},
    ...options,
  });
  await opened.page.goto(urlOf(name));
  await work(opened);
};

const rangeOf = (page: Page): Promise<readonly number[]> =>
  page
    .locator('.plot')
    .first()
    .evaluate((plot: {dataset: Record<string, string>}) => [
      Number(plot.dataset['from']),
      Number(plot.dataset['to']),
    ]);

describe.each(['busy', 'empty', 'hostile'])('the %s page', {timeout: 120_000}, (name) => {
  test('asks nobody for anything, and has nothing to complain about', () =>
    withPage(name, {}, async ({page, errors, strayed}) => {
      for (const button of await page.locator('button').all())
        if (await button.isVisible()) await button.click();
      await page.mouse.move(300, 500);
      expect([errors, strayed]).toEqual([[], []]);
      expect(await page.evaluate('globalThis.attacked')).toBeUndefined();
    }));

  test.each(THEMES)('has nothing that axe finds fault with, %s', (scheme) =>
    withPage(name, {scheme, bypassCSP: true}, async ({page}) => {
      for (const details of await page.locator('summary').all()) await details.click();
      expect(await axeViolations(page)).toEqual([]);
    }),
  );
});

describe('the theme', {timeout: 120_000}, () => {
  const background = (page: Page): Promise<string> =>
    page.evaluate('getComputedStyle(document.body).backgroundColor') as Promise<string>;

  test('is that of the system until the switch says otherwise', () =>
    withPage('busy', {scheme: 'dark'}, async ({page}) => {
      const dark = await background(page);
      await page.getByRole('button', {name: 'Light theme'}).click();
      const light = await background(page);
      expect(light).not.toBe(dark);
      await page.getByRole('button', {name: 'Dark theme'}).click();
      expect(await background(page)).toBe(dark);
      await page.getByRole('button', {name: 'Light theme'}).click();
      await page.emulateMedia({media: 'print'});
      expect(await background(page)).toBe('rgb(255, 255, 255)');
    }));
});

describe('a plot', {timeout: 120_000}, () => {
  test('is zoomed by dragging, and shows all again', () =>
    withPage('busy', {}, async ({page, errors, strayed}) => {
      const whole = await rangeOf(page);
      const stage = page.locator('.stage').first();
      await stage.scrollIntoViewIfNeeded();
      const box = (await stage.boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.25, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 60, {steps: 4});
      await page.mouse.up();
      const [from, to] = await rangeOf(page);
      expect(from! / whole[1]!).toBeCloseTo(0.25, 1);
      expect(to! / whole[1]!).toBeCloseTo(0.5, 1);
      const box2 = await page.locator('.plot svg').first().getAttribute('viewBox');
      expect(box2!.startsWith(`${from} `)).toBe(true);
      await stage.dblclick();
      expect(await rangeOf(page)).toEqual(whole);
      expect([errors, strayed]).toEqual([[], []]);
    }));

  test('is zoomed by Ctrl and the wheel, and leaves the wheel alone to the page', () =>
    withPage('busy', {}, async ({page}) => {
      const whole = await rangeOf(page);
      const stage = page.locator('.stage').first();
      await stage.hover();
      await page.mouse.wheel(0, -100);
      expect(await rangeOf(page)).toEqual(whole);
      await stage.hover();
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -100);
      await page.keyboard.up('Control');
      await expect
        .poll(async () => (await rangeOf(page))[1]! - (await rangeOf(page))[0]!)
        .toBeLessThan(whole[1]!);
    }));

  test('is worked by keys alone: marker, zoom, all', () =>
    withPage('busy', {}, async ({page}) => {
      const whole = await rangeOf(page);
      const stage = page.locator('.stage').first();
      await stage.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      const readout = page.locator('.plot .readout').first();
      await expect
        .poll(() => readout.textContent())
        .toMatch(/^Sat 14 Nov,? 14:00 · allowed [\d,]+ · .*refused [\d,]+/);
      await page.keyboard.press('+');
      await page.keyboard.press('+');
      const [from, to] = await rangeOf(page);
      expect(to! - from!).toBeLessThan(whole[1]! / 3);
      await page.keyboard.press('Shift+ArrowRight');
      expect((await rangeOf(page))[0]).toBeGreaterThan(from!);
      await page.keyboard.press('0');
      expect(await rangeOf(page)).toEqual(whole);
    }));

  test('has buttons that are reached with Tab', () =>
    withPage('busy', {}, async ({page}) => {
      const whole = await rangeOf(page);
      const zoom = page.getByRole('button', {name: 'Zoom in'}).first();
      await zoom.focus();
      await page.keyboard.press('Enter');
      const [from, to] = await rangeOf(page);
      expect(to! - from!).toBeLessThan(whole[1]!);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await rangeOf(page)).toEqual(whole);
    }));

  test('is there without the script, with its axis, and every chart has a table', () =>
    withPage('busy', {javaScriptEnabled: false}, async ({page}) => {
      expect(await page.locator('.plot path').count()).toBeGreaterThan(4);
      expect(await page.locator('.plot .ticks span').first().textContent()).toBe('11-15 02:00');
      for (const figure of await page.locator('figure').all())
        expect(await figure.locator('details table tr').count()).toBeGreaterThan(20);
      expect(await page.getByRole('button').count()).toBe(0);
    }));
});

test('a value stands beside the pointer over the hours of the week', () =>
  withPage('busy', {}, async ({page}) => {
    await page.locator('.heat').first().locator('tr').nth(3).locator('td').nth(13).hover();
    expect(await page.locator('.tip').textContent()).toMatch(/^Wed 13:00: [\d.,]+[kM]? checks$/);
  }));

test('keys are found by a part of them, and all are shown when asked for', () =>
  withPage('hostile', {}, async ({page}) => {
    const rows = page.locator('#keys tbody tr:visible');
    expect(await rows.count()).toBe(25);
    await page.getByRole('button', {name: 'Show all'}).click();
    const all = await rows.count();
    expect(all).toBeGreaterThan(100);
    await page.getByLabel('Find a key').fill('onmouseover');
    expect(await rows.count()).toBe(1);
    await page.getByLabel('Find a key').fill('');
    expect(await rows.count()).toBe(all);
  }));

test('printed, controls are gone and nothing is wider than the paper', () =>
  withPage('busy', {width: 760, scheme: 'dark'}, async ({page}) => {
    await page.emulateMedia({media: 'print'});
    expect(await page.locator('button:visible, nav:visible, .readout:visible').count()).toBe(0);
    expect(await page.locator('.plot svg:visible').count()).toBeGreaterThan(1);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(760);
    const pdf = await page.pdf({format: 'A4'});
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  }));
