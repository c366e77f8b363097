import { workerItem } from '@flovyn/protocol/grpc';
import { bytes, connectRawWorker, eventually, within } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMetrics } from './support/scraped.js';
import { type TestServer, startTestServer } from './support/test-server.js';
import { type UnaryWorker, connectUnaryWorker } from './support/unary-worker.js';

let server: TestServer;
const open: UnaryWorker[] = [];
const environment = { METRICS__ENABLED: '1', METRICS__PORT: '0' };
beforeAll(async () => void (server = await startTestServer({ environment })));
afterAll(() => server.stop());
afterAll(() => {
  for (const worker of open) worker.close();
});

const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const TASKS = '/api/orgs/dev/task-executions';
let places = 0;

/** Every test has a queue and kinds of its own, so that no worker of another one takes its work. */
function aPlace() {
  places += 1;
  return { queue: `queue-${places}`, kind: `kind-${places}`, name: `worker-${places}` };
}

function connect(options: { readonly queue?: string; readonly name?: string } = {}, port = server.grpcPort) {
  const worker = connectUnaryWorker({ port, ...options });
  open.push(worker);
  return worker;
}

async function start(path: string, kind: string, queue?: string): Promise<string> {
  const { json, status } = await server.call(path, { body: { kind, queue } });
  expect(status).toBe(201);
  return json['id'] as string;
}

/** Resolves when a server holds so many. */
async function polls(count: number, { metricsPort }: TestServer = server): Promise<void> {
  await eventually(`${count} polls to be held`, async () => {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    return parseMetrics(await response.text()).number('flovyn_polls_held') === count;
  });
}

async function statusOf(path: string, id: string): Promise<unknown> {
  return (await server.call(`${path}/${id}`)).json['status'];
}

describe('a held poll', () => {
  it('ends the moment there is work', async () => {
    const { queue, kind } = aPlace();
    const worker = connect({ queue });
    const polled = worker.pollTask();
    await polls(1);
    const id = await start(TASKS, kind, queue);
    // It would be held for two seconds.
    expect(await within('the poll to end', polled)).toMatchObject({ taskExecutionId: id, executionCount: 1 });
  });

  it('that broke off gets nothing', async () => {
    const { queue, kind } = aPlace();
    const [gone, worker] = [connect({ queue }), connect({ queue })];
    const away = new AbortController();
    const polled = gone.pollTask({ signal: away.signal });
    await polls(1);
    away.abort();
    await expect(polled).rejects.toMatchObject({ code: 'ABORTED' });
    const id = await start(TASKS, kind, queue);
    const task = await eventually('the task to be given', () => worker.pollTask());
    expect(task).toMatchObject({ taskExecutionId: id });
  });

  it('whose worker vanishes with its answer leaves the work to others', async () => {
    const { queue, kind } = aPlace();
    const [gone, worker] = [connect({ queue }), connect({ queue })];
    const id = await start(TASKS, kind, queue);
    expect(await gone.pollTask()).toMatchObject({ taskExecutionId: id });
    gone.close();
    const task = await eventually('the task to come round again', () => worker.pollTask());
    expect(task).toMatchObject({ taskExecutionId: id });
  });
});

describe('the kinds of a worker', () => {
  it('are all that were ever registered under its name, through either door', async () => {
    const { queue, kind, name } = aPlace();
    const session = connectRawWorker({
      port: server.grpcPort,
      name,
      tasks: [`${kind}-a`],
      hello: { queue: 'nowhere' },
    });
    await session.next('welcome');
    const worker = connect({ queue, name });
    await worker.register({ tasks: [`${kind}-b`] });
    await start(TASKS, `${kind}-unknown`, queue);
    const ids = [await start(TASKS, `${kind}-a`, queue), await start(TASKS, `${kind}-b`, queue)];
    const given = [await worker.pollTask(), await worker.pollTask()];
    expect(new Set(given.map((task) => task?.taskExecutionId))).toEqual(new Set(ids));
    expect(await worker.pollTask()).toBeUndefined();
    await session.end();
  });

  it('are everything, where none was registered', async () => {
    const { queue, kind } = aPlace();
    const id = await start(TASKS, kind, queue);
    expect(await connect({ queue }).pollTask()).toMatchObject({ taskExecutionId: id });
  });

  it('are the same for its name and for the id it was given', async () => {
    const { queue, kind, name } = aPlace();
    const id = await connect({ queue, name }).register({ tasks: [kind] });
    const byId = connect({ queue, name: id });
    await start(TASKS, `${kind}-unknown`, queue);
    const task = await start(TASKS, kind, queue);
    expect(await byId.pollTask()).toMatchObject({ taskExecutionId: task });
    expect(await statusOf(TASKS, task)).toBe('RUNNING');
    await byId.completeTask(task);
    expect(await statusOf(TASKS, task)).toBe('COMPLETED');
  });
});

it('an execution goes on through either door', async () => {
  const { queue, kind } = aPlace();
  const worker = connect({ queue });
  const id = await start(WORKFLOWS, kind, queue);
  const turn = await worker.pollWorkflow();
  expect(turn).toMatchObject({ id, kind, queue, currentSequence: 1 });
  expect(await worker.events(id)).toMatchObject([{ sequenceNumber: 1, eventType: 'WORKFLOW_STARTED' }]);
  // It waits, without a word of what for.
  await worker.submit(id, { status: 'SUSPENDED' });
  expect(await statusOf(WORKFLOWS, id)).toBe('WAITING');

  const session = connectRawWorker({ port: server.grpcPort, name: 'other', workflows: [kind], hello: { queue } });
  await session.next('welcome');
  await server.call(`${WORKFLOWS}/${id}/signal`, { body: { signalName: 'go', signalValue: 1 } });
  const activation = await session.next('activation');
  expect(activation.events.map(({ eventType }) => eventType)).toContain('SIGNAL_RECEIVED');
  session.send(
    workerItem(session.nextId(), 'turnCompleted', {
      workflowExecutionId: id,
      claimToken: activation.claimToken,
      turnId: 't',
      seenSequence: activation.sequence,
      commands: [
        {
          commandType: 'COMPLETE_WORKFLOW',
          sequenceNumber: 1,
          commandData: { $case: 'completeWorkflow', value: { output: bytes('done') } },
        },
      ],
      status: 'COMPLETED',
      speculative: false,
    }),
  );
  await session.next('accepted');
  const events = await worker.events(id);
  expect(events.at(-1)).toMatchObject({ eventType: 'WORKFLOW_COMPLETED' });
  // An addition of ours: each fact has its time.
  for (const { timestampMs } of events) expect(timestampMs).toBeGreaterThan(1_600_000_000_000);
  await session.end();
});

it('a server that stops sends its polls home', async () => {
  // A poll that is not sent home is cut off, long before it would have been answered.
  const other = await startTestServer({
    environment: { ...environment, GRPC_POLL_HOLD: '30s', SHUTDOWN_MAX: '5s' },
  });
  const worker = connect({}, other.grpcPort);
  const polled = Promise.all([worker.pollTask(), worker.pollWorkflow()]);
  await polls(2, other);
  const stopped = other.stop();
  expect(await polled).toEqual([undefined, undefined]);
  await stopped;
});

it('a server that holds no polls answers them at once', async () => {
  const other = await startTestServer({ environment: { GRPC_POLL_HOLD: '0' } });
  const worker = connect({}, other.grpcPort);
  await worker.pollTask();
  const since = performance.now();
  expect(await worker.pollTask()).toBeUndefined();
  // By default it would be two seconds.
  expect(performance.now() - since).toBeLessThan(2_000);
  await other.stop();
});
