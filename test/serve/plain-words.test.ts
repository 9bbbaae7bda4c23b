import {describe, expect, test} from 'vitest';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {browserForTests} from '../support/chromium.ts';
import {serve} from './served.ts';
import {openedStore, storeUrl} from './store-of.ts';

const POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", rate: 20/d}
  - {name: plan, key: "{tenant}", rate: 10/d}
  - {name: exports, key: "{tenant}", rate: 1/d}
`;

describe('a selector that names no key', () => {
  test.each(['globex', 'plan/'])(
    'is answered in terms of the question, not of flags: %s',
    async (selector) => {
      const serving = await serve([], {store: storeUrl('redis'), policy: POLICY});
      const response = await serving.get(`/api/rate-limit-status?selector=${encodeURIComponent(selector)}`);
      const {error} = (await response.json()) as {error: {message: string; hint: string}};
      expect(response.status).toBe(400);
      expect(error.hint).toContain('LIMIT/KEY');
      expect(JSON.stringify(error)).not.toContain('--');
    },
  );
});

const browser = browserForTests();

describe('the numbers of the page', {timeout: 60_000}, () => {
  const opened = async () => {
    const store = storeUrl('sqlite');
    const own = await openedStore(store);
    const router = new RequestRouter(parsePolicy(POLICY, 'ratectl.yaml').policy);
    const {now} = await own.facts();
    await own.check([router.route({ip: '203.0.113.7', tenant: 'acme'}, {cost: 1, now, hold: 0})]);
    // A hundred requests, each of which met two limits; the third one met none.
    await own.record({
      limits: [
        {limit: 'per-ip', allowed: 100, denied: 0, shadowDenied: 0},
        {limit: 'plan', allowed: 75, denied: 25, shadowDenied: 0},
        {limit: 'exports', allowed: 0, denied: 0, shadowDenied: 0},
      ],
      keys: [],
    });
    const serving = await serve([], {store, policy: POLICY});
    const {page} = await browser.open(serving.url, {});
    await page.goto(`${serving.url}/`);
    await page.waitForSelector('#limits-table tbody tr');
    return page;
  };

  test('do not call checks requests: a request is counted at every limit that it reaches', async () => {
    const page = await opened();
    const tiles = await page.locator('#tiles > div').allInnerTexts();
    const sum = tiles.find((text) => text.startsWith('200'));
    expect(sum).toContain('checks of limits in the last minute');
    expect(tiles.join('\n')).not.toContain('requests');
  });

  test('say nothing of what was denied of a limit that nobody met', async () => {
    const page = await opened();
    const rows = await page.locator('#limits-table tbody tr').allInnerTexts();
    expect(rows.find((row) => row.startsWith('plan'))).toContain('25 % denied');
    const unmet = rows.find((row) => row.startsWith('exports'));
    expect(unmet).toContain('–');
    expect(unmet).not.toContain('denied');
  });
});
