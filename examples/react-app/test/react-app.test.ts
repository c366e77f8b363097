import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { type ViteDevServer, createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningHouse, startHouse } from '../../../tooling/testing/running-house.js';

const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

describe.skipIf(!existsSync(chromiumPath))(
  'in the browser, which needs Chromium at CHROMIUM_PATH or /usr/bin/chromium',
  () => {
    let browser: Browser;
    let house: RunningHouse;
    let vite: ViteDevServer;

    beforeAll(async () => {
      [browser, house] = await Promise.all([
        chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] }),
        startHouse(),
      ]);
      process.env['FLOVYN_SERVER_URL'] = house.http;
      const root = fileURLToPath(new URL('..', import.meta.url));
      vite = await createServer({ root, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
      await vite.listen();
    });
    afterAll(async () => {
      await Promise.all([browser.close(), vite.close(), house.stop()]);
    });

    test('a question is answered word by word, and an export moves in the list', async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      const wrongs: string[] = [];
      page.on('pageerror', (error) => void wrongs.push(error.message));
      await page.goto(vite.resolvedUrls?.local[0] ?? '');
      await page.getByRole('button', { name: 'Ask' }).click();
      const answer = page.getByRole('region', { name: 'Answer' });
      await answer.getByText('Let me look up what a history is').waitFor();
      await page.getByRole('button', { name: 'Export' }).click();
      const row = page.getByRole('region', { name: 'Exports' }).getByRole('listitem');
      await expect.poll(() => row.innerText()).toContain('COMPLETED');
      expect(await row.getByRole('progressbar').getAttribute('value')).toBe('1');
      await answer.getByText('COMPLETED').waitFor();
      await answer.getByText('and a real model answers.').waitFor();
      expect(wrongs).toEqual([]);
    });
  },
);
