import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {afterAll, beforeAll, onTestFinished} from 'vitest';
import {ensureBinary, type ServerPackage} from './servers/install.ts';

const CHROMIUM: ServerPackage = {
  binaries: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  apt: 'chromium',
  brew: 'chromium',
};

/** A headless browser; installs one where that may be done without a question, else says what to do. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: ensureBinary(CHROMIUM),
    // Its sandbox needs rights that containers, and root, do not have; it opens nothing but our own pages.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });

/** A page, and what it did that it should not. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, what was thrown, what its policy refused. */
  readonly errors: readonly string[];
  /** Requests that did not go to where the page is from. */
  readonly strayed: readonly string[];
}

export interface BrowserForTests {
  /** A new page in a context of its own, closed after the test. `home`: how the addresses begin that it may ask. */
  open(home: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

/** One browser for the tests of a file. */
export const browserForTests = (): BrowserForTests => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await startChromium();
  }, 120_000);
  afterAll(() => browser?.close());
  return {
    async open(home, options) {
      const context = await browser!.newContext(options);
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const errors: string[] = [];
      const strayed: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(home) && !url.startsWith('data:')) strayed.push(url);
      });
      return {page, errors, strayed};
    },
  };
};

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds fault with: the rule, and where. The page's context needs `bypassCSP` when its policy lets no script in. */
export const axeViolations = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const {violations} = (await page.evaluate('axe.run()')) as {
    violations: readonly {id: string; nodes: readonly {html: string}[]}[];
  };
  return violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(' ')}`);
};
