import {expect, test} from 'vitest';
import {browserForTests} from '../support/chromium.ts';
import {serve} from './served.ts';
import {fillStore, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const browser = browserForTests();
const TOKEN = 'a-token-of-32-characters-or-more';

test('in a browser that keeps no data of sites the page works, signs in, and changes its theme', async () => {
  const store = storeUrl('sqlite');
  await fillStore(await openedStore(store));
  const serving = await serve([], {store, policy: SERVED_POLICY, env: {RATECTL_SERVE_TOKEN: TOKEN}});
  const {page, errors} = await browser.open(serving.url);
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(globalThis, name, {
        get: () => {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
  });
  await page.goto(`${serving.url}/`);
  await page.fill('#token', TOKEN);
  await page.click('#sign-in button');
  await page.waitForSelector('#keys-table tbody tr');
  await page.click('#theme');
  await page.click('#theme');
  expect(await page.locator('#theme').innerText()).toBe('Theme: dark');
  expect(errors.filter((text) => !text.includes('401'))).toEqual([]);
}, 60_000);
