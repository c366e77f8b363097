import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { hasBrowser, openPage, startBrowser } from './support/browser.js';
import { FixtureServer } from './support/fixture-server.js';

/** Colours do not depend on the width, nor widths on the colours: two looks see what four would. */
const LOOKS = [
  { look: 'light and narrow', colorScheme: 'light', viewport: { width: 320, height: 740 } },
  { look: 'dark and wide', colorScheme: 'dark', viewport: { width: 1_400, height: 900 } },
] as const;

describe.skipIf(!hasBrowser)('in the browser, which needs Chromium at CHROMIUM_PATH or /usr/bin/chromium', () => {
  let browser: Browser;
  let server: FixtureServer;
  const pages: Record<string, string> = {};

  beforeAll(async () => {
    browser = await startBrowser();
    server = await new FixtureServer(inject('builtApp')).listen();
    const run = server.add('workflow', 'a-kind-with-a-name-that-is-longer-than-a-narrow-screen-is-wide');
    const task = { id: '00000000-0000-4000-8000-00000000000a', kind: 'llm-request', attempt: 1 };
    run.workflowNews('WORKFLOW_CREATED', 'PENDING');
    run.workflowNews('WORKFLOW_STARTED', 'RUNNING');
    run.taskNews('TASK_CREATED', 'PENDING', { ...task, attempt: 0 });
    run.taskNews('TASK_STARTED', 'RUNNING', task);
    run.output(task.id, { type: 'token', text: `Words, and a very${'long'.repeat(60)}word.` });
    run.output(task.id, { type: 'progress', progress: 0.4, details: 'Four of ten' });
    run.output(task.id, { type: 'data', data: { wide: 'x'.repeat(300) } });
    run.taskNews('TASK_FAILED', 'PENDING', { ...task, error: 'once' });
    for (const status of ['FAILED', 'WAITING', 'COMPLETED', 'CANCELLED'])
      server.add('workflow', 'order').fields['status'] = status;
    const alone = server.add('task', 'data-export-task');
    alone.fields['progress'] = 0.3;
    pages['workflows'] = `${server.url}/org/dev/workflows/executions`;
    pages['one workflow'] = server.pageOf(run);
    pages['tasks'] = `${server.url}/org/dev/tasks/executions`;
    pages['one task'] = server.pageOf(alone);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  describe.each(LOOKS)('$look', ({ colorScheme, viewport }) => {
    test.each(['workflows', 'one workflow', 'tasks', 'one task'])(
      '%s: accessible, and no wider than the screen',
      async (name) => {
        const watched = await openPage(browser, { colorScheme, viewport });
        const { page } = watched;
        await page.goto(pages[name] ?? '');
        await page.locator('tbody tr, [data-freshness="live"]').first().waitFor();
        expect(await seriousProblems(page)).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBeLessThanOrEqual(0);
        const clipped = await page.$$eval(
          '.card',
          (cards) => cards.filter((card) => card.scrollWidth > card.clientWidth).length,
        );
        expect(clipped).toBe(0);
        await watched.close();
      },
    );
  });
});

/** What axe finds serious or critical, in one line each. */
async function seriousProblems(page: Page): Promise<string[]> {
  const script = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(script);
  const violations = await page.evaluate(async () => {
    const { axe: tool } = window as unknown as { axe: typeof axe };
    return (await tool.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`));
}
