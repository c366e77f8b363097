import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { expect } from 'vitest';

const path = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Whether there is a browser to test with. Where there is none, the title of the skipped suite says why. */
export const hasBrowser = existsSync(path);

/** Starts the browser. Sandboxing needs privileges that a container does not have. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page that remembers everything that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** The address and the text of the page, and what went wrong in it, for a test that has failed. */
  shown(): Promise<string>;
  /** Closes the page, and fails when something went wrong that the test does not expect. */
  close(expected?: RegExp): Promise<void>;
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1_400, height: 900 }, ...options });
  // On two shared cores everything takes its time, and what is right comes at last.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('pageerror', (error) => wrongs.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrongs.push(message.text());
  });
  return {
    page,
    async shown() {
      if (page.isClosed()) return 'The page is closed.';
      return [page.url(), ...wrongs, await page.locator('body').innerText()].join('\n');
    },
    async close(expected) {
      await context.close();
      expect(wrongs.filter((wrong) => expected === undefined || !expected.test(wrong))).toEqual([]);
    },
  };
}
