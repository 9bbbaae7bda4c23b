import {setTimeout as sleep} from 'node:timers/promises';
import type {Page} from 'playwright-core';
import {describe, expect, test} from 'vitest';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {browserForTests} from '../support/chromium.ts';
import {type Serving, serve, until} from './served.ts';
import {fillStore, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const browser = browserForTests();

const opened = async (serving: Serving): Promise<Page> => {
  const {page} = await browser.open(serving.url);
  await page.goto(`${serving.url}/`);
  await page.waitForSelector('#keys-table tbody tr');
  return page;
};

const answered = (page: Page): Promise<unknown> =>
  page.waitForResponse((response) => response.url().includes('rate-limit-status'));

/** Longer than a second: what runs is painted each second. */
const PAINTED_MS = 2_200;

describe('the status page', {timeout: 60_000}, () => {
  test('while it is paused its spans stand still, whatever the answers that come meanwhile', async () => {
    const store = storeUrl('sqlite');
    await fillStore(await openedStore(store), 'troubled');
    const serving = await serve([], {store, policy: SERVED_POLICY});
    const page = await opened(serving);
    const expires = page.locator('#tokens-table tbody tr:first-child td:nth-child(4)');
    const first = await expires.innerText();
    await until(async () => (await expires.innerText()) !== first);
    await page.click('#pause');
    const held = await expires.innerText();
    await answered(page);
    await answered(page);
    await sleep(PAINTED_MS);
    expect(await expires.innerText()).toBe(held);
    await serving.stop();
    await page.waitForSelector('#stale:not([hidden])');
    await page.click('#pause');
    await sleep(PAINTED_MS);
    // Nothing newer came: it is as old as it was.
    expect(await expires.innerText()).toBe(held);
  });

  test('a limit with more limited keys than the page has says that there are more', async () => {
    const store = storeUrl('sqlite');
    const own = await openedStore(store);
    const router = new RequestRouter(parsePolicy(SERVED_POLICY, 'ratectl.yaml').policy);
    const now = await own.now();
    const checks = Array.from({length: 300}, (_, i) =>
      router.route({ip: `10.0.${i >> 8}.${i & 255}`}, {cost: 20, now, hold: 0}),
    );
    await own.check(checks);
    await own.record({
      limits: ['per-ip', 'plan'].map((limit) => ({limit, allowed: 300, denied: 300, shadowDenied: 0})),
      keys: checks.map(({layers}) => ({
        address: layers[0]!.address,
        denied: 1,
        shadow: false,
        until: now + 3e9,
      })),
    });
    const page = await opened(await serve([], {store, policy: SERVED_POLICY}));
    const limited = page.locator('#limits-table tbody tr td:nth-child(2)');
    expect((await limited.allInnerTexts()).toSorted()).toEqual(['200+', '–']);
    await page.fill('#filter', '10.');
    // Whoever chooses gets up to 1,000 keys: all are counted.
    await until(async () => (await limited.first().innerText()) === '300');
  });
});
