import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type WatchedPage, hasBrowser, openPage, startBrowser } from './support/browser.js';
import type { FixtureRun } from './support/fixture-run.js';
import { FixtureServer } from './support/fixture-server.js';

const LLM = { id: '00000000-0000-4000-8000-00000000000a', kind: 'llm-request', attempt: 1 };
const SENTENCE = 'A durable workflow writes every step it has finished into a history.';
const WORDS = SENTENCE.match(/\S+\s*/g) ?? [];

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

  function startedWorkflow(): FixtureRun {
    const run = server.add('workflow', 'streaming-llm', { prompt: 'Why?' });
    run.workflowNews('WORKFLOW_CREATED', 'PENDING');
    run.workflowNews('WORKFLOW_STARTED', 'RUNNING');
    run.taskNews('TASK_CREATED', 'PENDING', { ...LLM, attempt: 0 });
    run.workflowNews('WORKFLOW_SUSPENDED', 'WAITING', {
      suspendType: 'SUSPEND_TYPE_TASK',
      waitingOn: [{ type: 'SUSPEND_TYPE_TASK', name: LLM.kind, id: LLM.id }],
    });
    run.taskNews('TASK_STARTED', 'RUNNING', LLM);
    return run;
  }

  function finish(run: FixtureRun): void {
    run.taskNews('TASK_COMPLETED', 'COMPLETED', LLM);
    run.workflowNews('WORKFLOW_RESUMED', 'PENDING');
    run.workflowNews('WORKFLOW_COMPLETED', 'COMPLETED');
    run.end('COMPLETED', { output: { answer: SENTENCE } });
  }

  const textOf = () => watched.page.locator('.streamed').textContent();
  const badge = () => watched.page.locator('.page-head .badge').innerText();
  const freshness = () => watched.page.locator('[data-freshness]').getAttribute('data-freshness');

  test('words appear as they are said, and the run ends without a reload', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    await page.goto(server.pageOf(run));
    await expect.poll(badge).toBe('Waiting');
    await page.getByText('for the task llm-request').first().waitFor();
    await expect.poll(freshness).toBe('live');
    let said = '';
    for (const word of WORDS) {
      run.output(LLM.id, { type: 'token', text: word });
      said += word;
      await expect.poll(textOf).toBe(said);
    }
    finish(run);
    await expect.poll(badge).toBe('Completed');
    await expect.poll(freshness).toBe('ended');
    await page.getByRole('region', { name: 'Result' }).first().getByText(SENTENCE.slice(0, 20)).waitFor();
    expect(run.connections).toEqual([undefined]);
    await watched.close();
  });

  test('a reload in the middle of a sentence shows the whole of it, again and again', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    await page.goto(server.pageOf(run));
    let said = '';
    for (const [index, word] of WORDS.entries()) {
      run.output(LLM.id, { type: 'token', text: word });
      said += word;
      if (index % 2 === 0) await page.reload();
      await expect.poll(textOf).toBe(said);
    }
    expect(new Set(run.connections)).toEqual(new Set([undefined]));
    await watched.close();
  });

  test('a cut connection continues after its last entry: nothing is missing, nothing is said twice', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    await page.goto(server.pageOf(run));
    await expect.poll(freshness).toBe('live');
    for (const word of WORDS) {
      run.output(LLM.id, { type: 'token', text: word });
      if (word.startsWith('step')) run.cut();
    }
    await expect.poll(textOf).toBe(SENTENCE);
    expect(run.connections[0]).toBeUndefined();
    expect(run.connections[1]).toMatch(/^fixture\.\d+$/);
    await watched.close(/ERR_/);
  });

  test('a progress bar moves to 100 % with its message, and the list agrees with the page', async () => {
    const { page } = watched;
    const run = server.add('task', 'data-export-task');
    const self = { id: run.id, kind: 'data-export-task', attempt: 1 };
    run.taskNews('TASK_CREATED', 'PENDING', { ...self, attempt: 0 });
    run.taskNews('TASK_STARTED', 'RUNNING', self);
    await page.goto(server.pageOf(run));
    await expect.poll(freshness).toBe('live');
    const bar = page.getByRole('progressbar', { name: 'Progress of data-export-task' });
    for (let batch = 1; batch <= 10; batch++) {
      run.output(run.id, { type: 'progress', progress: batch / 10, details: `Batch ${batch} of 10` });
      await page.getByText(`Batch ${batch} of 10`).first().waitFor();
      expect(await bar.getAttribute('value')).toBe(String(batch / 10));
      expect(await page.locator('.progress-line output').innerText()).toBe(`${batch * 10} %`);
    }
    run.taskNews('TASK_COMPLETED', 'COMPLETED', self);
    run.end('COMPLETED', { output: { path: '/tmp/orders.csv', rows: 100, bytes: 4_096 } });
    await expect.poll(badge).toBe('Completed');
    await page.getByRole('link', { name: 'Tasks' }).click();
    await expect.poll(() => page.locator('tbody .badge').innerText()).toBe('Completed');
    await watched.close();
  });

  test('a list row follows the stream of the page that was just left', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    await page.goto(`${server.url}/`);
    await page.getByRole('link', { name: 'streaming-llm' }).click();
    await expect.poll(freshness).toBe('live');
    // From here on the list's own answers fail: only the stream, which lingers, can tell.
    server.status = 503;
    await page.getByRole('link', { name: 'Workflows' }).click();
    finish(run);
    await expect.poll(() => page.locator('tbody .badge').innerText()).toBe('Completed');
    expect(run.connections).toHaveLength(1);
    await watched.close(/503/);
  });

  test('an answer that is older than the stream changes nothing back', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    await page.goto(server.pageOf(run));
    await expect.poll(freshness).toBe('live');
    // From here on every answer to the list is the one of this moment.
    const old = await (await fetch(`${server.url}/api/orgs/dev/workflow-executions`)).text();
    let answers = 0;
    await page.route('**/api/orgs/dev/workflow-executions', async (route) => {
      await route.fulfill({ body: old, contentType: 'application/json' });
      answers++;
    });
    finish(run);
    await expect.poll(badge).toBe('Completed');
    await page.getByRole('link', { name: 'Workflows' }).click();
    // Once to show the list, and once more when the stream of the organisation stands.
    await expect.poll(() => answers).toBeGreaterThanOrEqual(2);
    await expect.poll(() => page.locator('tbody .badge').innerText()).toBe('Completed');
    expect(await page.locator('tbody .badge').innerText()).toBe('Completed');
    await watched.close();
  });

  test('the text of a failed attempt makes room for that of the next one', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    run.output(LLM.id, { type: 'token', text: 'A durable work' });
    await page.goto(server.pageOf(run));
    await expect.poll(textOf).toBe('A durable work');
    run.taskNews('TASK_FAILED', 'PENDING', { ...LLM, error: 'the model broke off' });
    run.taskNews('TASK_STARTED', 'RUNNING', { ...LLM, attempt: 2 });
    run.output(LLM.id, { type: 'token', text: SENTENCE }, 2);
    await expect.poll(textOf).toBe(SENTENCE);
    const attempts = page.getByRole('region', { name: 'Tasks' }).locator('tbody tr');
    expect(await attempts.count()).toBe(2);
    expect(await attempts.first().innerText()).toContain('the model broke off');
    expect(await attempts.first().innerText()).toContain('Failed');
    await watched.close();
  });

  test('two tasks are shown side by side, each with its own words', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    const other = { ...LLM, id: '00000000-0000-4000-8000-00000000000b', kind: 'narrate-task' };
    run.taskNews('TASK_CREATED', 'PENDING', { ...other, attempt: 0 });
    run.taskNews('TASK_STARTED', 'RUNNING', other);
    await page.goto(server.pageOf(run));
    for (const word of WORDS) {
      run.output(LLM.id, { type: 'token', text: word });
      run.output(other.id, { type: 'token', text: word.toUpperCase() });
    }
    const wordsOf = (name: string) => page.getByRole('region', { name: `Output of ${name}` }).locator('.streamed');
    await expect.poll(() => wordsOf(LLM.kind).innerText()).toBe(SENTENCE);
    await expect.poll(() => wordsOf(other.kind).innerText()).toBe(SENTENCE.toUpperCase());
    await watched.close();
  });

  test('tool calls, warnings and data of unknown shape are shown in the output', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    const tool = { id: 'c1', name: 'look_up' };
    run.output(LLM.id, {
      type: 'data',
      data: { type: 'tool_call_start', tool_call: { ...tool, arguments: '{"term":"x"}' } },
    });
    run.output(LLM.id, {
      type: 'data',
      data: { type: 'tool_call_end', tool_call: tool, result: { content: 'facts', is_error: false } },
    });
    run.output(LLM.id, { type: 'data', data: { anything: '<img src=x onerror=alert(1)>' } });
    run.output(LLM.id, { type: 'error', message: 'slow today', code: 'SLOW' });
    await page.goto(server.pageOf(run));
    const output = page.getByRole('region', { name: 'Output of llm-request' });
    await output.getByText('Calls look_up {"term":"x"}').waitFor();
    await output.getByText('look_up found: facts').waitFor();
    await output.getByText('{"anything":"<img src=x onerror=alert(1)>"}').waitFor();
    await output.getByText('Warning slow today (SLOW)').waitFor();
    await watched.close();
  });

  test('what is no longer kept is said, and the rest is shown', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    run.output(LLM.id, { type: 'token', text: 'lost ' });
    run.output(LLM.id, { type: 'token', text: 'kept' });
    run.expiredBefore = 7;
    await page.goto(server.pageOf(run));
    await expect.poll(textOf).toBe('kept');
    await page.locator('.events .marker').getByText('Entries 1 to 6').waitFor();
    await page.getByText('Some of the text may be missing.').waitFor();
    await watched.close();
  });

  test('an event this page does not know is a neutral line', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    run.say({ event: { type: 'Event', event: 'WORKFLOW_DREAMED', data: { of: 'sheep' }, timestampMs: 1 } });
    run.output(LLM.id, { type: 'token', text: 'on' });
    await page.goto(server.pageOf(run));
    await page.getByText('WORKFLOW_DREAMED is not known to this version of the page.').waitFor();
    await expect.poll(textOf).toBe('on');
    await watched.close();
  });

  test('an interruption is said after a moment, and a press of the button ends it', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    await page.goto(server.pageOf(run));
    await expect.poll(freshness).toBe('live');
    server.status = 503;
    run.cut();
    await expect.poll(freshness).toBe('stale');
    await page.getByText('Live updates are interrupted.').waitFor();
    run.output(LLM.id, { type: 'token', text: 'meanwhile' });
    server.status = 200;
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(textOf).toBe('meanwhile');
    await expect.poll(freshness).toBe('live');
    await page.getByText('Live updates are interrupted.').waitFor({ state: 'detached' });
    await watched.close(/503|ERR_/);
  });

  test('a run that no worker takes says what it waits for', async () => {
    const { page } = watched;
    const run = server.add('workflow', 'order');
    run.workflowNews('WORKFLOW_CREATED', 'PENDING');
    run.fields['createdAt'] = new Date(Date.now() - 11_000).toISOString();
    run.fields['queue'] = 'slow-lane';
    await page.goto(server.pageOf(run));
    await page.getByText('No worker has taken this yet.').waitFor();
    await page.getByText('slow-lane').first().waitFor();
    run.workflowNews('WORKFLOW_STARTED', 'RUNNING');
    await page.getByText('No worker has taken this yet.').waitFor({ state: 'detached' });
    await watched.close();
  });

  test('ten thousand words replay without the page standing still', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    for (let word = 1; word <= 10_000; word++) run.output(LLM.id, { type: 'token', text: `${word} ` });
    await page.goto(server.pageOf(run));
    await expect.poll(async () => (await textOf())?.endsWith(' 10000 ')).toBe(true);
    await expect.poll(freshness).toBe('live');
    run.output(LLM.id, { type: 'token', text: 'and on' });
    await expect.poll(async () => (await textOf())?.endsWith(' 10000 and on')).toBe(true);
    await watched.close();
  });

  test('offline is said as such', async () => {
    const { page } = watched;
    const run = startedWorkflow();
    await page.goto(server.pageOf(run));
    await expect.poll(freshness).toBe('live');
    await page.context().setOffline(true);
    run.cut();
    await page.getByText('This device is offline.').waitFor();
    await page.context().setOffline(false);
    await expect.poll(freshness).toBe('live');
    await watched.close(/ERR_/);
  });

  test('an id that leads nowhere says so, with the id', async () => {
    const { page } = watched;
    await page.goto(`${server.url}/org/dev/workflows/executions/00000000-0000-4000-8000-0000000000ff`);
    await page.getByText('There is nothing here.').waitFor();
    await page.getByText('00000000-0000-4000-8000-0000000000ff').waitFor();
    await watched.close(/404/);
  });
});
