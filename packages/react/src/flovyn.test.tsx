import { type Surroundings, createClient, realSurroundings } from '@flovyn/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import fc from 'fast-check';
import { type ReactNode, StrictMode } from 'react';
import { type Root, createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeServer } from '../test/support/fake-server.js';
import type { ExecutionFilter, ExecutionTarget, ExecutionType, WorkflowExecution } from './executions.js';
import { type Flovyn, createFlovyn } from './flovyn.js';
import { REST_POLL_MS } from './polling.js';
import { FlovynProvider } from './provider.js';
import { useExecution } from './use-execution.js';
import { useExecutions } from './use-executions.js';
import { useLiveView } from './use-live-view.js';
import { useSignal } from './use-signal.js';
import { useTaskStream } from './use-task-stream.js';

const TASK = '00000000-0000-4000-8000-00000000000a';
const LISTS = /-executions$/;

/** Tries again at once, and has the patience of the real ones. */
const surroundings: Surroundings = { ...realSurroundings, chance: () => 0 };

let server: FakeServer;
let flovyn: Flovyn;
let queryClient: QueryClient;
let root: Root;
let host: HTMLElement;

beforeEach(() => {
  server = new FakeServer();
  host = document.createElement('div');
  root = createRoot(host);
  queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const client = createClient({ baseUrl: 'http://flovyn', org: 'dev', fetch: server.fetch, surroundings });
  flovyn = createFlovyn({ client, org: 'dev', queryClient });
});

afterEach(() => {
  root.unmount();
  flovyn.close();
  queryClient.clear();
});

function show(...shown: ReactNode[]): void {
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <FlovynProvider flovyn={flovyn}>{shown}</FlovynProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

const text = () => expect.poll(() => host.textContent);
const listRequests = () => server.requests.filter((path) => LISTS.test(path)).length;
const organisationStreams = () => server.opened.filter((path) => path.startsWith('/api/orgs/dev/stream'));

/** Waits until the stream of the organisation stands and the lists that this asked for are there. */
async function settled(): Promise<void> {
  await expect.poll(() => flovyn.hub.organisation.getSnapshot().freshness).toBe('live');
  await expect.poll(() => queryClient.isFetching()).toBe(0);
}

function Panel({ target }: { readonly target: ExecutionTarget }) {
  const { data } = useExecution(target);
  return <p>{`panel ${data?.status} ${data !== undefined && 'progress' in data ? (data.progress ?? '') : ''}`}</p>;
}

function Detail({ target }: { readonly target: ExecutionTarget }) {
  const { data, error } = useExecution(target);
  return error === null ? data?.status : 'refused';
}

function Fresh({ target }: { readonly target: ExecutionTarget }) {
  return useLiveView(target, (view) => view.freshness);
}

function List({ filter }: { readonly filter: ExecutionFilter }) {
  const { data } = useExecutions<ExecutionType>(filter);
  return (
    <ul>
      {data?.map((row) => (
        <li key={row.id}>{`row ${row.status} ${'progress' in row ? (row.progress ?? '') : ''}`}</li>
      ))}
    </ul>
  );
}

const TASKS = { type: 'task' } as const;

describe('a detail', () => {
  test('takes what its stream says, over one connection, in StrictMode too', async () => {
    const id = server.add('workflow');
    show(<Panel key="one" target={{ type: 'workflow', id }} />, <Panel key="two" target={{ type: 'workflow', id }} />);
    await text().toBe('panel PENDING panel PENDING ');
    server.news(id, 'WORKFLOW_STARTED', 'RUNNING');
    await text().toBe('panel RUNNING panel RUNNING ');
    expect(server.opened).toHaveLength(1);
  });

  test('does not show the replay of what has long happened', async () => {
    const id = server.add('workflow');
    server.news(id, 'WORKFLOW_STARTED', 'RUNNING');
    server.news(id, 'WORKFLOW_COMPLETED', 'COMPLETED');
    const seen: (string | undefined)[] = [];
    queryClient
      .getQueryCache()
      .subscribe(({ query }) => void seen.push((query.state.data as WorkflowExecution)?.status));
    show(<Panel key="it" target={{ type: 'workflow', id }} />);
    await text().toBe('panel COMPLETED ');
    await expect.poll(() => flovyn.hub.view({ type: 'workflow', id }).getSnapshot().freshness).toBe('live');
    expect(new Set(seen)).toEqual(new Set([undefined, 'COMPLETED']));
  });

  test('is asked for once more at the end, for the result', async () => {
    const id = server.add('workflow');
    show(<Panel key="it" target={{ type: 'workflow', id }} />);
    await text().toBe('panel PENDING ');
    const before = server.requests.length;
    server.news(id, 'WORKFLOW_COMPLETED', 'COMPLETED');
    server.end(id, 'COMPLETED');
    await text().toBe('panel COMPLETED ');
    await expect.poll(() => server.requests.length).toBe(before + 1);
  });
});

describe('what the server refuses', () => {
  const UNKNOWN = { type: 'workflow', id: '00000000-0000-4000-8000-0000000000ff' } as const;
  const requestsOf = (path: string) => server.requests.filter((asked) => asked.endsWith(path)).length;

  /** What is drawn, each time; the page itself says how to ask for what. */
  function drawing(useError: () => Error | null) {
    const drawn: string[] = [];
    function Refused() {
      const said = useError() === null ? '-' : 'refused';
      drawn.push(said);
      return said;
    }
    show(<Refused key="it" />);
    return { sinceRefused: () => new Set(drawn.slice(drawn.indexOf('refused'))) };
  }

  beforeEach(() => {
    // As an application has it that says nothing of retries.
    queryClient.setDefaultOptions({});
  });

  afterEach(() => void vi.useRealTimers());

  const holdClock = () =>
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });

  /** Lets all happen that is due within this time, or until it is done. React draws in turns no clock moves. */
  async function within(ms: number, isDone = () => false): Promise<void> {
    for (let passed = 0; passed < ms && !isDone(); passed += 250) {
      await vi.advanceTimersByTimeAsync(250);
      await new Promise(setImmediate);
    }
  }

  test.each([
    ['the stream too', 200],
    ['while the stream is away', 503],
  ])('is said at once, stays said, and is not asked for again: %s', async (_, streamStatus) => {
    holdClock();
    server.streamStatus = streamStatus;
    const { sinceRefused } = drawing(() => useExecution(UNKNOWN).error);
    await within(1_000);
    expect(host.textContent).toBe('refused');
    const asked = requestsOf(UNKNOWN.id);
    await within(4 * REST_POLL_MS);
    expect(requestsOf(UNKNOWN.id)).toBe(asked);
    expect(sinceRefused()).toEqual(new Set(['refused']));
  });

  test.each([
    ['when the stream stands', 200],
    ['while the stream is away', 503],
  ])('in a list is not asked for again either: %s', async (_, streamStatus) => {
    holdClock();
    server.streamStatus = streamStatus;
    server.listStatus = 400;
    let release = (): void => undefined;
    server.streamsHeld = new Promise((resolve) => (release = resolve));
    const { sinceRefused } = drawing(() => useExecutions(TASKS).error);
    await within(1_000);
    expect(host.textContent).toBe('refused');
    const asked = listRequests();
    release();
    await within(4 * REST_POLL_MS);
    server.gap();
    await within(1_000);
    expect(listRequests()).toBe(asked);
    expect(sinceRefused()).toEqual(new Set(['refused']));
  });

  test('is asked for again when its stream says that it is there', async () => {
    let release = (): void => undefined;
    server.streamsHeld = new Promise((resolve) => (release = resolve));
    show(<Detail key="it" target={UNKNOWN} />);
    await text().toBe('refused');
    server.add('workflow', { id: UNKNOWN.id });
    release();
    await text().toBe('PENDING');
  });

  test('is told apart from what is away', async () => {
    show(<Fresh key="it" target={UNKNOWN} />);
    await text().toBe('failed');
  });

  test.each([404, 503])('as a stream (%i) leaves the answers, which are then asked for', async (streamStatus) => {
    holdClock();
    server.streamStatus = streamStatus;
    const id = server.add('workflow');
    show(<Panel key="it" target={{ type: 'workflow', id }} />, <List key="list" filter={{ type: 'workflow' }} />);
    await within(1_000);
    expect(host.textContent).toBe('panel PENDING row PENDING ');
    server.changeSilently(id, { status: 'RUNNING', asOf: 'e.1' });
    await within(4 * REST_POLL_MS, () => host.textContent === 'panel RUNNING row RUNNING ');
    expect(host.textContent).toBe('panel RUNNING row RUNNING ');
    expect(requestsOf(id)).toBeGreaterThan(1);
    expect(listRequests()).toBeGreaterThan(1);
  });
});

describe('a list', () => {
  test('moves with the stream of the organisation, and asks for nothing while it does', async () => {
    const id = server.add('task');
    show(<List key="it" filter={TASKS} />);
    await text().toBe('row PENDING ');
    await settled();
    const before = listRequests();
    server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: 1 });
    await text().toBe('row RUNNING ');
    for (const progress of [0.1, 0.5, 0.9]) {
      server.output(id, { type: 'progress', progress });
      await text().toBe(`row RUNNING ${progress}`);
    }
    server.news(id, 'TASK_COMPLETED', 'COMPLETED', { executionCount: 1 });
    await text().toBe('row COMPLETED 0.9');
    expect(listRequests()).toBe(before);
    expect(server.opened).toEqual(['/api/orgs/dev/stream']);
  });

  test('takes back the progress of an attempt when the next one starts', async () => {
    const id = server.add('task', { status: 'RUNNING', executionCount: 1, progress: 0.9 });
    show(<List key="it" filter={TASKS} />);
    await text().toBe('row RUNNING 0.9');
    await settled();
    server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: 2 });
    await text().toBe('row RUNNING ');
    server.output(id, { type: 'progress', progress: 0.8 }, { attempt: 1 });
    server.output(id, { type: 'progress', progress: 0.2 }, { attempt: 2 });
    await text().toBe('row RUNNING 0.2');
  });

  test('gets what is new, and what comes to match its filter; what no longer does leaves it', async () => {
    show(<List key="all" filter={TASKS} />, '|', <List key="some" filter={{ ...TASKS, status: 'RUNNING' }} />);
    await settled();
    const id = server.add('task');
    server.news(id, 'TASK_CREATED', 'PENDING');
    await text().toBe('row PENDING |');
    server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: 1 });
    await text().toBe('row RUNNING |row RUNNING ');
    server.news(id, 'TASK_FAILED', 'FAILED', { executionCount: 1, error: 'broke' });
    await text().toBe('row FAILED |');
    server.say(
      id,
      {
        type: 'Event',
        event: 'RETRY_REQUESTED',
        data: { targetId: id, targetType: 'task', attempt: 2 },
        timestampMs: 1,
      },
      { change: { status: 'PENDING' } },
    );
    await text().toBe('row PENDING |');
    expect(organisationStreams()).toHaveLength(1);
  });

  test('is not changed back by a slow answer, nor gets back what has left it meanwhile', async () => {
    const id = server.add('task', { status: 'RUNNING', executionCount: 1 });
    show(<List key="it" filter={{ ...TASKS, status: 'RUNNING' }} />);
    await text().toBe('row RUNNING ');
    await settled();
    let release = (): void => undefined;
    server.listsHeld = new Promise((resolve) => (release = resolve));
    flovyn.caches.reloadLists();
    await expect.poll(() => queryClient.isFetching()).toBe(1);
    server.news(id, 'TASK_COMPLETED', 'COMPLETED', { executionCount: 1 });
    await text().toBe('');
    release();
    await expect.poll(() => queryClient.isFetching()).toBe(0);
    expect(host.textContent).toBe('');
  });

  test('is loaded again after a gap', async () => {
    const id = server.add('task');
    show(<List key="it" filter={TASKS} />);
    await text().toBe('row PENDING ');
    await settled();
    server.changeSilently(id, { status: 'RUNNING', asOf: 'e.1' });
    server.gap();
    await text().toBe('row RUNNING ');
  });

  test('misses nothing over a cut: what is kept is told, and otherwise it is loaded again', async () => {
    const id = server.add('task');
    show(<List key="it" filter={TASKS} />);
    await text().toBe('row PENDING ');
    await settled();
    const before = listRequests();
    server.cut();
    server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: 1 });
    await text().toBe('row RUNNING ');
    expect(listRequests()).toBe(before);
    server.cut();
    server.news(id, 'TASK_COMPLETED', 'COMPLETED', { executionCount: 1 });
    server.restart();
    await text().toBe('row COMPLETED ');
    expect(listRequests()).toBe(before + 1);
  });

  test('misses nothing that happens before its stream stands', async () => {
    const id = server.add('task');
    let release = (): void => undefined;
    server.streamsHeld = new Promise((resolve) => (release = resolve));
    show(<List key="it" filter={TASKS} />);
    await text().toBe('row PENDING ');
    server.changeSilently(id, { status: 'RUNNING', asOf: 'e.1' });
    release();
    await text().toBe('row RUNNING ');
  });

  test('does not take an answer that was asked for before its stream stood', async () => {
    const id = server.add('task');
    let [releaseLists, releaseStreams] = [(): void => undefined, (): void => undefined];
    server.listsHeld = new Promise((resolve) => (releaseLists = resolve));
    server.streamsHeld = new Promise((resolve) => (releaseStreams = resolve));
    show(<List key="it" filter={TASKS} />);
    await expect.poll(listRequests).toBeGreaterThan(0);
    server.changeSilently(id, { status: 'RUNNING', asOf: 'e.1' });
    releaseStreams();
    await expect.poll(() => flovyn.hub.organisation.getSnapshot().freshness).toBe('live');
    releaseLists();
    await text().toBe('row RUNNING ');
  });

  test('shares one connection with the others, and keeps it over a step to the next page and back', async () => {
    server.add('task');
    server.add('workflow');
    show(<List key="tasks" filter={TASKS} />, <List key="workflows" filter={{ type: 'workflow' }} />);
    await text().toBe('row PENDING row PENDING ');
    show();
    await text().toBe('');
    show(<List key="tasks" filter={TASKS} />);
    await text().toBe('row PENDING ');
    await settled();
    expect(organisationStreams()).toHaveLength(1);
    expect(server.connections).toBe(1);
  });

  test('says nothing to a component that is gone', async () => {
    const complaints = vi.spyOn(console, 'error');
    const id = server.add('task');
    show(<List key="it" filter={TASKS} />);
    await settled();
    root.unmount();
    server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: 1 });
    await expect.poll(() => queryClient.getQueryData(flovyn.keys.list(TASKS))).toMatchObject([{ status: 'RUNNING' }]);
    expect(complaints).not.toHaveBeenCalled();
    complaints.mockRestore();
  });
});

describe('a list and a panel', () => {
  function Both({ id, onRender }: { readonly id: string; readonly onRender: (panel: string, row: string) => void }) {
    const panel = useExecution({ type: 'task', id }).data;
    const row = useExecutions(TASKS).data?.find((each) => each.id === id);
    const words = (each: typeof row) => `${each?.status} ${each?.executionCount} ${each?.progress ?? ''}`;
    if (panel !== undefined && row !== undefined) onRender(words(panel), words(row));
    return words(panel);
  }

  test('agree when the answer for one of them knows more', async () => {
    server.streamStatus = 503;
    const id = server.add('task');
    const disagreements: string[] = [];
    show(<Both key="it" id={id} onRender={(panel, row) => panel !== row && disagreements.push(`${panel} / ${row}`)} />);
    await text().toBe('PENDING 0 ');
    await expect.poll(() => queryClient.isFetching()).toBe(0);
    server.changeSilently(id, { status: 'RUNNING', asOf: 'e.1' });
    await queryClient.invalidateQueries({ queryKey: flovyn.keys.detail({ type: 'task', id }) });
    expect(queryClient.getQueryData(flovyn.keys.list(TASKS))).toMatchObject([{ status: 'RUNNING' }]);
    await text().toBe('RUNNING 0 ');
    server.changeSilently(id, { status: 'COMPLETED', asOf: 'e.2' });
    await queryClient.invalidateQueries({ queryKey: flovyn.keys.list(TASKS) });
    expect(queryClient.getQueryData(flovyn.keys.detail({ type: 'task', id }))).toMatchObject({ status: 'COMPLETED' });
    await text().toBe('COMPLETED 0 ');
    expect(disagreements).toEqual([]);
  });

  const step = fc.oneof(
    fc.record({ does: fc.constantFrom('start', 'fail', 'retry', 'gap', 'cut', 'reload', 'restart') }),
    fc.record({ does: fc.constant('progress'), progress: fc.constantFrom(0.25, 0.5, 0.75) }),
  );

  test('never disagree, whatever happens, and end as the server has it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
        const id = server.add('task');
        const disagreements: string[] = [];
        const drawn = createRoot(document.createElement('div'));
        drawn.render(
          <QueryClientProvider client={queryClient}>
            <FlovynProvider flovyn={flovyn}>
              <Both id={id} onRender={(panel, row) => panel !== row && disagreements.push(`${panel} / ${row}`)} />
            </FlovynProvider>
          </QueryClientProvider>,
        );
        const panel = () => queryClient.getQueryData(flovyn.keys.detail({ type: 'task', id }));
        await expect.poll(panel).toBeDefined();
        let executionCount = 0;
        for (const one of steps) {
          if (one.does === 'start') server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: ++executionCount });
          else if (one.does === 'fail') server.news(id, 'TASK_FAILED', 'PENDING', { executionCount, error: 'broke' });
          else if (one.does === 'gap') server.gap();
          else if (one.does === 'cut') server.cut();
          else if (one.does === 'restart') server.restart();
          else if (one.does === 'reload') flovyn.caches.reloadLists();
          else if ('progress' in one && executionCount > 0) {
            server.output(id, { type: 'progress', progress: one.progress }, { attempt: executionCount });
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: ++executionCount });
        server.output(id, { type: 'progress', progress: 1 }, { attempt: executionCount });
        server.news(id, 'TASK_COMPLETED', 'COMPLETED', { executionCount });
        const end = { status: 'COMPLETED', executionCount, progress: 1 };
        await expect.poll(panel).toMatchObject(end);
        await expect
          .poll(() => queryClient.getQueryData<{ id: string }[]>(flovyn.keys.list(TASKS))?.find((row) => row.id === id))
          .toMatchObject(end);
        drawn.unmount();
        expect(disagreements).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a stream that is away', () => {
  test('leaves what was known, which is asked for again in the meantime', async () => {
    const id = server.add('task');
    show(<List key="it" filter={TASKS} />);
    await settled();
    server.streamStatus = 503;
    server.cut();
    await expect.poll(() => flovyn.hub.organisation.getSnapshot().freshness).toBe('stale');
    expect(host.textContent).toBe('row PENDING ');
    server.changeSilently(id, { status: 'RUNNING', asOf: 'e.1' });
    await text().toBe('row RUNNING ');
  });
});

describe('a view', () => {
  test('has the words of a task of a workflow, and only those of its newest attempt', async () => {
    function Words({ id }: { readonly id: string }) {
      const task = useTaskStream({ type: 'workflow', id }, TASK);
      if (task === undefined) return 'nothing yet';
      const { text, attempt, progress = '-', data, errors, freshness } = task;
      return [text, attempt, progress, JSON.stringify(data.map((each) => each.data)), errors.length, freshness].join(
        ' ',
      );
    }
    const id = server.add('workflow');
    const said = (event: Parameters<FakeServer['output']>[1], attempt = 1) =>
      server.output(id, event, { taskId: TASK, attempt });
    show(<Words key="it" id={id} />);
    await text().toBe('nothing yet');
    said({ type: 'token', text: 'Hel' });
    said({ type: 'token', text: 'lo' });
    said({ type: 'progress', progress: 0.5 });
    said({ type: 'data', data: 1 });
    said({ type: 'error', message: 'slow' });
    await text().toBe('Hello 1 0.5 [1] 1 live');
    said({ type: 'token', text: 'again' }, 2);
    said({ type: 'data', data: 'late' }, 1);
    said({ type: 'data', data: 2 }, 2);
    await text().toBe('again 2 - [2] 0 live');
  });

  test('is of a standalone task without more words, and whole without a selection', async () => {
    function Both({ id }: { readonly id: string }) {
      const task = useTaskStream({ type: 'task', id });
      const view = useLiveView({ type: 'task', id });
      return `${task?.progress} ${view.status} ${view.rows.length}`;
    }
    const id = server.add('task');
    show(<Both key="it" id={id} />);
    server.news(id, 'TASK_STARTED', 'RUNNING', { executionCount: 1 });
    server.output(id, { type: 'progress', progress: 0.5 });
    await text().toBe('0.5 RUNNING 1');
    expect(server.opened).toHaveLength(1);
  });
});

describe('a signal', () => {
  test('is sent once', async () => {
    function Approve({ id }: { readonly id: string }) {
      const { mutate, isSuccess } = useSignal(id);
      return <button onClick={() => mutate({ signalName: 'approve' })}>{isSuccess ? 'sent' : 'approve'}</button>;
    }
    const id = server.add('workflow');
    show(<Approve key="it" id={id} />);
    await text().toBe('approve');
    host.querySelector('button')?.click();
    await text().toBe('sent');
    expect(server.requests).toEqual([`/api/orgs/dev/workflow-executions/${id}/signal`]);
  });
});
