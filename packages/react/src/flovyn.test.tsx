import type { Client } from '@flovyn/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { type Root, createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WorkflowExecution } from './executions.js';
import { createFlovyn } from './flovyn.js';
import { FlovynProvider } from './provider.js';
import { EXECUTION, FakeStream, TASK, status, token, workflowNews } from '../test/support/streams.js';
import { useRunView } from './use-run-view.js';
import { useWorkflow, useWorkflows } from './use-workflows.js';

const AT_START = { id: EXECUTION, kind: 'order', status: 'PENDING', asOf: 'e.0' } as WorkflowExecution;

let stream: FakeStream;
let answer: WorkflowExecution;
let streamsOpened: number;
let root: Root;
let host: HTMLElement;
let client: Client;

beforeEach(() => {
  stream = new FakeStream();
  answer = AT_START;
  streamsOpened = 0;
  host = document.createElement('div');
  root = createRoot(host);
  client = {
    workflows: {
      get: () => Promise.resolve(answer),
      list: () => Promise.resolve({ workflows: [answer], total: 1, limit: 50, offset: 0 }),
    },
    stream: () => {
      streamsOpened++;
      return stream;
    },
  } as unknown as Client;
});

afterEach(() => root.unmount());

function Page() {
  const detail = useWorkflow(EXECUTION);
  const list = useWorkflows();
  const text = useRunView({ type: 'workflow', id: EXECUTION }, (view) => view.live.tasks.get(TASK)?.text);
  return `${detail.data?.status} / ${list.data?.[0]?.status} / ${text}`;
}

function show(): QueryClient {
  const queryClient = new QueryClient();
  const flovyn = createFlovyn({ client, org: 'dev', queryClient });
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <FlovynProvider flovyn={flovyn}>
          <Page />
        </FlovynProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
  return queryClient;
}

function waitForText(text: string): Promise<void> {
  return vi.waitFor(() => expect(host.textContent).toBe(text), { timeout: 60_000 });
}

describe('a page', () => {
  test('detail and list take what the stream says, in the same moment, over one stream', async () => {
    show();
    await waitForText('PENDING / PENDING / undefined');
    stream.say(status({ state: 'live' }), workflowNews(1, 'WORKFLOW_STARTED'), token(2, 'Hel'));
    await waitForText('RUNNING / RUNNING / Hel');
    expect(streamsOpened).toBe(1);
  });

  test('an older answer that lands late changes neither of them back', async () => {
    const queryClient = show();
    await waitForText('PENDING / PENDING / undefined');
    stream.say(status({ state: 'live' }), workflowNews(1, 'WORKFLOW_STARTED'));
    await waitForText('RUNNING / RUNNING / undefined');
    await queryClient.invalidateQueries();
    await waitForText('RUNNING / RUNNING / undefined');
  });

  test('a replay of what has long happened does not show in the status', async () => {
    answer = { ...AT_START, status: 'COMPLETED', asOf: 'e.9' };
    show();
    await waitForText('COMPLETED / COMPLETED / undefined');
    stream.say(status({ state: 'catching-up', head: 9 }), workflowNews(1, 'WORKFLOW_STARTED'), token(2, 'Hel'));
    await waitForText('COMPLETED / COMPLETED / Hel');
  });

  test('at the end the answer is fetched once more, for the result', async () => {
    show();
    await waitForText('PENDING / PENDING / undefined');
    const get = vi.spyOn(client.workflows, 'get');
    answer = { ...AT_START, status: 'COMPLETED', asOf: 'e.2' };
    stream.say(
      status({ state: 'live' }),
      workflowNews(1, 'WORKFLOW_STARTED'),
      workflowNews(2, 'WORKFLOW_COMPLETED'),
      status({ state: 'ended', executionStatus: 'COMPLETED' }),
    );
    await waitForText('COMPLETED / COMPLETED / undefined');
    expect(get).toHaveBeenCalledTimes(1);
  });
});
