import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type WatchedPage, hasBrowser, openPage, startBrowser } from './support/browser.js';
import { FixtureServer } from './support/fixture-server.js';

describe.skipIf(!hasBrowser)('in the browser, which needs Chromium at CHROMIUM_PATH or /usr/bin/chromium', () => {
  let browser: Browser;
  let server: FixtureServer;
  let watched: WatchedPage;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = await new FixtureServer(inject('builtApp')).listen();
    watched = await openPage(browser);
  });
  afterEach(() => server.close());

  test('the start leads to the executions of the first organisation', async () => {
    const { page } = watched;
    await page.goto(server.url);
    await page.waitForURL(`${server.url}/org/dev/workflows/executions`);
    await page.getByText('No workflow has run yet.').waitFor();
    await watched.close();
  });

  test('a new run appears by itself, and its status changes by itself', async () => {
    const { page } = watched;
    await page.goto(server.url);
    await page.getByText('No workflow has run yet.').waitFor();
    const run = server.add('workflow', 'order');
    run.workflowNews('WORKFLOW_CREATED', 'PENDING');
    const badge = page.locator('tbody .badge');
    await expect.poll(() => badge.innerText()).toBe('Pending');
    run.workflowNews('WORKFLOW_STARTED', 'RUNNING');
    run.workflowNews('WORKFLOW_FAILED', 'FAILED', { error: 'no stock' });
    await expect.poll(() => badge.innerText()).toBe('Failed');
    await watched.close();
  });

  test('rows move with one stream, and nothing is asked for while they do', async () => {
    const { page } = watched;
    const STREAM = '/api/orgs/dev/stream';
    const STANDS = 'the stream stands';
    const log: string[] = [];
    page.on('request', (request) => log.push(new URL(request.url()).pathname));
    page.on('response', (response) => new URL(response.url()).pathname === STREAM && log.push(STANDS));
    const listRequests = (from = 0) => log.slice(from).filter((line) => line.endsWith('-executions')).length;
    const [one, other] = [server.add('task', 'export'), server.add('task', 'import')];
    await page.goto(`${server.url}/org/dev/tasks/executions`);
    const rowOf = (kind: string) => page.locator('tbody tr').filter({ hasText: kind });
    const badgeOf = (kind: string) => rowOf(kind).locator('.badge').innerText();
    await expect.poll(() => badgeOf('export')).toBe('Pending');
    // What happened before the stream stood was not heard, so the list is asked for once more, and then no more.
    await expect.poll(() => (log.includes(STANDS) ? listRequests(log.indexOf(STANDS)) : 0)).toBe(1);
    const before = listRequests();

    const self = { id: one.id, kind: 'export', attempt: 1 };
    one.taskNews('TASK_STARTED', 'RUNNING', self);
    await expect.poll(() => badgeOf('export')).toBe('Running');
    for (const progress of [0.2, 0.6, 1]) {
      one.output(one.id, { type: 'progress', progress });
      const bar = rowOf('export').getByRole('progressbar');
      await expect.poll(() => bar.getAttribute('value')).toBe(String(progress));
    }
    one.taskNews('TASK_COMPLETED', 'COMPLETED', self);
    await expect.poll(() => badgeOf('export')).toBe('Completed');
    expect(await badgeOf('import')).toBe('Pending');
    expect(other.connections).toEqual([]);
    expect(server.organisation.connections).toEqual([undefined]);
    expect(listRequests()).toBe(before);
    await watched.close();
  });

  test('a run that no longer fits the filter leaves the list, and one that comes to fit it appears', async () => {
    const { page } = watched;
    const run = server.add('workflow', 'order');
    await page.goto(`${server.url}/org/dev/workflows/executions?status=RUNNING`);
    await page.getByText('The filter lets nothing through.').waitFor();
    await expect.poll(() => server.organisation.connections.length).toBe(1);
    run.workflowNews('WORKFLOW_STARTED', 'RUNNING');
    await page.getByRole('link', { name: 'order' }).waitFor();
    run.workflowNews('WORKFLOW_COMPLETED', 'COMPLETED');
    await page.getByText('The filter lets nothing through.').waitFor();
    await watched.close();
  });

  test('a filter is part of the address, and says when it is the reason for an empty list', async () => {
    const { page } = watched;
    server.add('workflow', 'order');
    await page.goto(server.url);
    await page.getByRole('link', { name: 'order' }).waitFor();
    await page.getByLabel('Status').selectOption('Failed');
    await page.getByText('The filter lets nothing through.').waitFor();
    expect(page.url()).toContain('status=FAILED');
    await page.reload();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('link', { name: 'order' }).waitFor();
    expect(page.url()).not.toContain('status');
    await page.goto(`${server.url}/org/dev/workflows/executions?status=NONSENSE`);
    await page.getByRole('link', { name: 'order' }).waitFor();
    await watched.close();
  });

  test('what could not be refreshed stays, and says how old it is', async () => {
    const { page } = watched;
    server.add('workflow', 'order');
    await page.goto(server.url);
    await page.getByRole('link', { name: 'order' }).waitFor();
    server.status = 503;
    server.organisation.cut();
    await page.getByText('The list is not up to date.').waitFor();
    await page.getByRole('link', { name: 'order' }).waitFor();
    server.status = 200;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The list is not up to date.').waitFor({ state: 'detached' });
    await watched.close(/503|ERR_/);
  });

  test('a form starts one run, however often its button is pressed, and opens it', async () => {
    const { page } = watched;
    await page.goto(server.url);
    const form = page.getByRole('form', { name: 'Ask a language model' });
    await form.getByLabel('Prompt').fill('Why <b>me</b>?');
    await form.getByRole('button', { name: 'Start' }).dblclick();
    await page.waitForURL(/executions\/[0-9a-f-]{36}$/);
    expect(server.runs).toHaveLength(1);
    expect(server.runs[0]?.fields).toMatchObject({ kind: 'streaming-llm', input: { prompt: 'Why <b>me</b>?' } });
    await watched.close();
  });

  test('a start that fails keeps what was typed, and works when pressed again', async () => {
    const { page } = watched;
    await page.goto(`${server.url}/org/dev/tasks/executions`);
    const form = page.getByRole('form', { name: 'Export data' });
    await form.getByLabel('Dataset').fill('invoices');
    await form.getByLabel('Rows', { exact: true }).fill('70');
    await page.route('**/task-executions', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    );
    await form.getByRole('button', { name: 'Start' }).click();
    await form.getByText('It was not started.').waitFor();
    await page.unroute('**/task-executions');
    await form.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/executions\/[0-9a-f-]{36}$/);
    expect(server.runs).toHaveLength(1);
    expect(server.runs[0]?.fields['input']).toEqual({
      format: 'csv',
      dataset_name: 'invoices',
      record_count: 70,
      rows_per_second: 1_000,
    });
    await watched.close(/ERR_FAILED/);
  });

  test('signed out, the page asks for a key and goes on where it was', async () => {
    const { page } = watched;
    server.isSignedIn = false;
    const run = server.add('workflow', 'order');
    await page.goto(server.pageOf(run));
    await page.getByLabel('API key').fill('a-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'order' }).waitFor();
    await watched.close(/401/);
  });

  test('keyboard alone leads from the top of the page to a run', async () => {
    const { page } = watched;
    server.add('workflow', 'order');
    await page.goto(server.url);
    await page.getByRole('link', { name: 'order' }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    for (let steps = 0; steps < 10 && (await focused()) !== 'order'; steps++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'order' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await watched.close();
  });
});
