import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningHouse, startHouse } from '../../../tooling/testing/running-house.js';
import { startTcpProxy } from './support/tcp-proxy.js';
import { type WatchedPage, hasBrowser, openPage, startBrowser } from './support/browser.js';

interface Answer {
  readonly answer: string;
}

/** As long as an aeroplane needs to be forgotten by every timer that is not meant to outlive it. */
const OFFLINE_MS = 20_000;

/** The last words of the scripted model. */
const ENDING = 'and a real model answers.)';

describe.skipIf(!hasBrowser)('in the browser, which needs Chromium at CHROMIUM_PATH or /usr/bin/chromium', () => {
  let browser: Browser;
  let house: RunningHouse;
  let watched: WatchedPage;

  beforeAll(async () => {
    [browser, house] = await Promise.all([startBrowser(), startHouse()]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), house.stop()]);
  });
  beforeEach(async () => {
    watched = await openPage(browser);
  });
  // Where a test has failed, its page is still open, and what it showed tells more than the line that was waited for.
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      process.stderr.write(`${await watched.shown()}\n${house.lastWords()}\n`);
    }
    await watched.page.context().close();
  });

  const badge = () => watched.page.locator('.page-head .badge').innerText();
  const texts = () => watched.page.locator('.streamed').allTextContents();

  test('an export moves its bar to 100 % without a reload, and the list agrees', async () => {
    const { page } = watched;
    // Every value the bar takes, seen from inside of the page: asking from outside could miss some.
    await page.addInitScript(() => {
      const values = new Set<string | null>();
      Object.assign(window, { barValues: values });
      new MutationObserver(() => {
        values.add(document.querySelector('.progress-line progress')?.getAttribute('value') ?? null);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    await page.goto(`${house.http}/org/dev/tasks/executions`);
    const form = page.getByRole('form', { name: 'Export data' });
    await form.getByLabel('Rows', { exact: true }).fill('2000');
    await form.getByLabel('Rows per second').fill('800');
    await form.getByRole('button', { name: 'Start' }).click();
    const bar = page.getByRole('progressbar', { name: 'Progress of data-export-task' });
    await expect.poll(badge).toBe('Completed');
    expect(await bar.getAttribute('value')).toBe('1');
    const values = await page.evaluate(() => [...(window as unknown as { barValues: Set<string | null> }).barValues]);
    expect(values.filter((value) => value !== null).length).toBeGreaterThanOrEqual(8);
    await page.getByText('Batch 10 of 10: 2000 of 2000 rows written').first().waitFor();
    await page.getByRole('region', { name: 'Result' }).first().getByText('"rows": 2000').waitFor();

    await page.getByRole('link', { name: 'Tasks' }).click();
    await expect.poll(() => page.locator('tbody tr').first().locator('.badge').innerText()).toBe('Completed');
    await watched.close();
  });

  test('a list shows an export that somebody else starts, from its first row to its last, and asks for nothing', async () => {
    const { page } = watched;
    let requests = 0;
    page.on('request', (request) => {
      if (new URL(request.url()).pathname.endsWith('-executions')) requests++;
    });
    await page.addInitScript(() => {
      const values = new Set<string | null>();
      Object.assign(window, { barValues: values });
      new MutationObserver(() => {
        values.add(document.querySelector('tbody tr progress')?.getAttribute('value') ?? null);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    await page.goto(`${house.http}/org/dev/tasks/executions?status=RUNNING`);
    await page.getByText('The filter lets nothing through.').waitFor();
    const started = await fetch(`${house.http}/api/orgs/dev/task-executions`, {
      method: 'POST',
      headers: { authorization: 'Bearer flovyn_sk_dev_admin', 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'data-export-task',
        input: { format: 'csv', dataset_name: 'orders', record_count: 2_000, rows_per_second: 800 },
      }),
    });
    expect(started.status).toBe(201);
    await page.locator('tbody tr').waitFor();
    const before = requests;
    await page.getByText('The filter lets nothing through.').waitFor();
    const values = await page.evaluate(() => [...(window as unknown as { barValues: Set<string | null> }).barValues]);
    expect(values.filter((value) => value !== null).length).toBeGreaterThanOrEqual(3);
    expect(requests).toBe(before);
    await watched.close();
  });

  test('a conversation streams, and reloads in mid-sentence lose and double nothing', async () => {
    const { page } = watched;
    await page.goto(house.http);
    await page.getByRole('form', { name: 'Ask a language model' }).getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/executions\/[0-9a-f-]{36}$/);
    await page.getByText('Calls look_up').first().waitFor();
    for (const words of ['A durable workflow writes', 'its past.', 'exactly where', 'nothing that was promised']) {
      await page.getByText(words).first().waitFor();
      await page.reload();
      await page.getByText(words).first().waitFor();
    }
    await page.getByText(ENDING).first().waitFor();
    await expect.poll(badge).toBe('Completed');
    const result = JSON.parse(await page.getByRole('region', { name: 'Result' }).last().innerText()) as Answer;
    expect(result).toMatchObject({ model: 'scripted', turns: 2 });
    // The result is asked for, and the text streams: either may come first.
    await expect.poll(texts).toEqual(['Let me look up what a history is before I answer. ', result.answer]);
    await watched.close();
  });

  test('twenty seconds offline in mid-sentence: the page says so, and goes on without a character too few or too many', async () => {
    const { page } = watched;
    const wire = await startTcpProxy(house.http);
    await page.goto(wire.url);
    const form = page.getByRole('form', { name: 'Two stories at once' });
    // At this speed a story takes longer than the flight.
    await form.getByLabel('Words per second').fill('2');
    await form.getByRole('button', { name: 'Start' }).click();
    await page.getByText('The river has').waitFor();

    await page.context().setOffline(true);
    wire.cut();
    const landing = Date.now() + OFFLINE_MS;
    await page.locator('[data-freshness="stale"]').getByText('Reconnecting').waitFor();
    await page.getByText('This device is offline.').waitFor();
    const before = await texts();
    await expect.poll(() => Date.now()).toBeGreaterThan(landing);
    // What had been said stays, and nothing came through.
    expect(await texts()).toEqual(before);
    wire.mend();
    await page.context().setOffline(false);

    await page.locator('[data-freshness="live"], [data-freshness="ended"]').waitFor();
    await page.getByText('This device is offline.').waitFor({ state: 'detached' });
    const after = await texts();
    for (const [index, text] of before.entries()) expect(after[index]?.startsWith(text)).toBe(true);
    await expect.poll(badge).toBe('Completed');
    const result = JSON.parse(await page.getByRole('region', { name: 'Result' }).last().innerText()) as object;
    await expect.poll(async () => new Set(await texts())).toEqual(new Set(Object.values(result)));
    await watched.close(/ERR_/);
    await wire.close();
  });

  test('two stories stream side by side while the server is killed and comes back', async () => {
    const { page } = watched;
    await page.goto(house.http);
    const form = page.getByRole('form', { name: 'Two stories at once' });
    await form.getByLabel('Words per second').fill('6');
    await form.getByRole('button', { name: 'Start' }).click();
    await page.getByText('The river has never kept').waitFor();
    await page.getByText('The road writes everything down.').waitFor();
    await house.crashServer();
    await expect.poll(badge).toBe('Completed');
    const result = JSON.parse(await page.getByRole('region', { name: 'Result' }).last().innerText()) as object;
    // The result is asked for, and the text streams: either may come first.
    await expect.poll(async () => new Set(await texts())).toEqual(new Set(Object.values(result)));
    await watched.close(/ERR_|503|Failed to load/);
  });
});
