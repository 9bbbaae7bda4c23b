import {randomUUID} from 'node:crypto';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {describe, expect, onTestFinished, test} from 'vitest';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {axeViolations, browserForTests, type WatchedPage} from '../support/chromium.ts';
import {startRedis} from '../support/servers/redis-server.ts';
import {type Serving, serve, until} from './served.ts';
import {fillStore, HOSTILE, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const browser = browserForTests();
const TOKEN = 'a-token-of-32-characters-or-more';

/** Screenshots for a person to look at, when somebody asks for them. */
const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, {recursive: true});
  await page.screenshot({path: join(folder, `page-${name}.png`), fullPage: true});
};

const served = async (sections: 'troubled' | 'calm' = 'troubled', env = {}): Promise<Serving> => {
  const store = storeUrl('sqlite');
  await fillStore(await openedStore(store), sections);
  return serve([], {store, policy: SERVED_POLICY, env});
};

const opened = async (
  serving: Serving,
  options: Parameters<typeof browser.open>[1] = {},
): Promise<WatchedPage> => {
  const watched = await browser.open(serving.url, options);
  await watched.page.goto(`${serving.url}/`);
  return watched;
};

const rows = (page: Page, table: string): Promise<string[]> =>
  page.locator(`#${table} tbody tr`).allInnerTexts();

describe('the status page', {timeout: 60_000}, () => {
  test('shows keys, limits, tokens, breakers, queues, instances and alerts', async () => {
    const {page, errors, strayed} = await opened(await served());
    await page.waitForSelector('#keys-table tbody tr');
    expect(await rows(page, 'keys-table')).toHaveLength(11);
    expect((await rows(page, 'keys-table'))[1]).toMatch(
      /limited.*203\.0\.113\.7.*per-ip.*20 \/ 20.*1h1[12]m/s,
    );
    expect(await rows(page, 'limits-table')).toHaveLength(3);
    expect(await rows(page, 'tokens-table')).toHaveLength(5);
    expect(await rows(page, 'breakers-table')).toHaveLength(5);
    expect((await rows(page, 'queues-table'))[0]).toContain('batch 1');
    expect(await rows(page, 'instances-table')).toHaveLength(2);
    expect(await page.locator('#alerts-heading').innerText()).toBe('6 alerts');
    expect(await page.title()).toBe('(6!) ratectl');
    await shoot(page, 'troubled-light');
    expect([errors, strayed]).toEqual([[], []]);
  });

  test('a key that is markup is text; what cannot be seen, or turns text around, is spelled out', async () => {
    const {page, errors} = await opened(await served());
    await page.waitForSelector('#keys-table tbody tr');
    const text = (await rows(page, 'keys-table')).join('\n');
    expect(text).toContain(HOSTILE[0]);
    expect(text).toContain('a\\u{1b}]0;x\\u{7}\\u{202e}*');
    expect(await page.locator('img').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  test('numbers move by themselves: countdowns every second, the rest within a few', async () => {
    const store = storeUrl('sqlite');
    const own = await openedStore(store);
    await fillStore(own);
    const {page} = await opened(await serve([], {store, policy: SERVED_POLICY}));
    const expires = page.locator('#tokens-table tbody tr:first-child td:nth-child(4)');
    await page.waitForSelector('#tokens-table tbody tr');
    const before = await expires.innerText();
    await until(async () => (await expires.innerText()) !== before);
    await own.remove('override', JSON.stringify(['per-ip', '192.0.2.44']));
    await until(async () => !(await rows(page, 'keys-table')).some((row) => row.startsWith('blocked')));
  });

  test('a filter and a state leave the keys that fit, and say when none does', async () => {
    const {page} = await opened(await served());
    await page.waitForSelector('#keys-table tbody tr');
    await page.keyboard.press('/');
    await page.keyboard.type('acme');
    const shown = (count: number): Promise<void> =>
      until(async () => (await rows(page, 'keys-table')).length === count);
    await shown(2);
    await page.getByRole('button', {name: /^limited/}).click();
    await shown(1);
    await page.fill('#filter', 'nobody');
    await until(async () => (await page.locator('#keys-empty').innerText()) === 'No key matches the filter.');
    await page.fill('#filter', '');
    await page.getByRole('button', {name: /^limited/}).click();
    await shown(11);
  });

  test('of many keys it shows the worst 200 and says so; a filter finds what is not among them', async () => {
    const store = storeUrl('sqlite');
    const own = await openedStore(store);
    const router = new RequestRouter(parsePolicy(SERVED_POLICY, 'ratectl.yaml').policy);
    const now = await own.now();
    const checks = Array.from({length: 900}, (_, i) =>
      router.route({ip: `10.0.${i >> 8}.${i & 255}`}, {cost: i < 300 ? 20 : 19, now, hold: 0}),
    );
    await own.check(checks);
    await own.record({
      limits: [],
      keys: checks.map(({layers}) => ({
        address: layers[0]!.address,
        denied: 1,
        shadow: false,
        until: now + 3e9,
      })),
    });
    const {page} = await opened(await serve([], {store, policy: SERVED_POLICY}));
    await page.waitForSelector('#keys-table tbody tr');
    expect(await rows(page, 'keys-table')).toHaveLength(200);
    expect(await page.locator('#keys-note').innerText()).toBe('the worst 200 of 900');
    expect(await page.locator('#states').innerText()).toMatch(/limited 300\s+near 600/);
    await page.fill('#filter', '10.0.3.131');
    await until(async () => (await rows(page, 'keys-table')).length === 1);
    expect((await rows(page, 'keys-table'))[0]).toContain('10.0.3.131');
    await shoot(page, 'many');
  });

  test('Pause holds what is shown; the theme goes round and is remembered', async () => {
    const {page} = await opened(await served());
    await page.waitForSelector('#keys-table tbody tr');
    await page.click('#pause');
    expect(await page.locator('#pulse-text').innerText()).toBe('paused');
    await page.click('#pause');
    await until(async () => (await page.locator('#pulse-text').innerText()) === 'live');
    await page.click('#theme');
    await page.click('#theme');
    expect(await page.locator('#theme').innerText()).toBe('Theme: dark');
    await page.reload();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  test('says that all is well when it is', async () => {
    const store = storeUrl('sqlite');
    await openedStore(store);
    const policy = 'version: 1\nlimits: [{name: per-ip, key: "{ip}", rate: 10/s}]\n';
    const {page, errors} = await opened(await serve([], {store, policy}));
    await page.waitForSelector('#content:not([hidden])');
    expect(await page.locator('#keys-empty').innerText()).toBe(
      'No key was refused or near its limit lately.',
    );
    expect(await page.locator('#alerts').isVisible()).toBe(false);
    await shoot(page, 'empty');
    expect(errors).toEqual([]);
  });

  test('its policy lets nothing run but what is in it', async () => {
    const serving = await served();
    const {page, errors} = await opened(serving);
    await page.waitForSelector('#keys-table tbody tr');
    const ran = await page.evaluate(
      `(() => { try { document.body.innerHTML = '<b>x</b>'; return true; } catch { return false; } })()`,
    );
    expect(ran).toBe(false);
    await page.evaluate(
      `(() => { const s = document.createElement('img'); s.src = 'https://evil.example/x.png'; document.body.append(s); })()`,
    );
    await until(() => errors.some((text) => text.includes('img-src')));
  });
});

describe('for everybody', {timeout: 60_000}, () => {
  test.each(['light', 'dark'] as const)('axe finds nothing (%s)', async (colorScheme) => {
    const {page} = await opened(await served(), {colorScheme, bypassCSP: true, reducedMotion: 'reduce'});
    await page.waitForSelector('#keys-table tbody tr');
    await shoot(page, `troubled-${colorScheme}`);
    expect(await axeViolations(page)).toEqual([]);
  });

  test('on a phone nothing but tables is wider than the screen', async () => {
    const {page} = await opened(await served(), {viewport: {width: 360, height: 740}, bypassCSP: true});
    await page.waitForSelector('#keys-table tbody tr');
    await shoot(page, 'phone');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await axeViolations(page)).toEqual([]);
  });
});

describe('with a token', {timeout: 60_000}, () => {
  test('it asks for it, says when it is wrong, and keeps it for the tab', async () => {
    const serving = await served('troubled', {RATECTL_SERVE_TOKEN: TOKEN});
    const {page} = await opened(serving, {bypassCSP: true});
    await page.waitForSelector('#sign-in:not([hidden])');
    expect(await page.locator('#content').isVisible()).toBe(false);
    await shoot(page, 'sign-in');
    expect(await axeViolations(page)).toEqual([]);
    await page.fill('#token', 'not this one');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#sign-in-error:not([hidden])');
    await page.fill('#token', TOKEN);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#keys-table tbody tr');
    await page.reload();
    await page.waitForSelector('#keys-table tbody tr');
    expect(page.url()).not.toContain(TOKEN);
  });
});

describe('when nobody answers', {timeout: 60_000}, () => {
  test('the store is lost: the last state stays under a banner with its age; then it goes on', async () => {
    const redis = await startRedis({args: ['--appendonly', 'yes']});
    onTestFinished(() => redis.stop());
    const store = `${redis.url}?prefix=${randomUUID().slice(0, 8)}`;
    await fillStore(await openedStore(store));
    const serving = await serve(['--timeout', '3s'], {store, policy: SERVED_POLICY});
    const {page} = await opened(serving, {bypassCSP: true});
    await page.waitForSelector('#keys-table tbody tr');
    await redis.kill();
    await page.waitForSelector('#stale:not([hidden])');
    await until(async () => /seen \d+(\.\d+)?s ago/.test(await page.locator('#stale').innerText()));
    expect(await page.locator('#stale').innerText()).toMatch(
      /^The store does not answer\. What is below was seen .*connection/s,
    );
    expect(await rows(page, 'keys-table')).toHaveLength(11);
    expect(await page.locator('#pulse-text').innerText()).toBe('stale');
    await shoot(page, 'stale');
    expect(await axeViolations(page)).toEqual([]);

    const late = await opened(serving);
    await late.page.waitForSelector('#keys-table tbody tr');
    expect(await late.page.locator('#stale').isVisible()).toBe(true);

    await redis.start();
    await page.waitForSelector('#stale', {state: 'hidden'});
    expect(await page.locator('#pulse-text').innerText()).toBe('live');
  }, 120_000);

  test('the server is gone: the banner says so', async () => {
    const serving = await served();
    const {page} = await opened(serving);
    await page.waitForSelector('#keys-table tbody tr');
    await serving.stop();
    await page.waitForSelector('#stale:not([hidden])');
    expect(await page.locator('#stale').innerText()).toMatch(/^The server does not answer\./);
  });
});
