import { type RawWorker, aHello, bytes, connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './support/problem.js';
import { type TestServer, startTestServer } from './support/test-server.js';

const ORDER = {
  type: 'object',
  properties: { id: { type: 'string' }, lines: { type: 'array', items: { type: 'integer' } } },
  required: ['id'],
};

let server: TestServer;
let worker: RawWorker;
beforeAll(async () => {
  server = await startTestServer();
  const { registration } = aHello({ name: 'shop', workflows: ['shop:order/v1', 'plain'], tasks: ['shop:mail'] });
  const [order, plain] = registration?.workflows ?? [];
  const [mail] = registration?.tasks ?? [];
  if (registration === undefined || order === undefined || plain === undefined || mail === undefined) throw new Error();
  worker = connectRawWorker({
    port: server.grpcPort,
    hello: {
      workflowCapacity: 0,
      taskCapacity: 0,
      registration: {
        ...registration,
        metadata: bytes({ zone: 'a' }),
        workflows: [
          {
            ...order,
            name: 'Order',
            description: 'Orders',
            tags: ['shop'],
            version: '1.2.0',
            inputSchema: bytes(ORDER),
          },
          plain,
        ],
        tasks: [{ ...mail, timeoutSeconds: 30, inputSchema: bytes({ type: 'string' }) }],
      },
    },
  });
  await worker.next('welcome');
});
afterAll(async () => {
  worker.cut();
  await server.stop();
});

const ORG = '/api/orgs/dev';
const ORDER_KIND = encodeURIComponent('shop:order/v1');
const get = async (path: string) => (await server.call(`${ORG}${path}`)).json;
const patch = (path: string, body: unknown) => server.call(`${ORG}${path}`, { method: 'PATCH', body });

describe('workers', () => {
  it('are listed and read with what they can do', async () => {
    const page = await get('/workers?type=UNIFIED&status=ONLINE');
    expect(page).toMatchObject({
      workers: [
        { workerName: 'shop', workerVersion: '1', workerType: 'UNIFIED', status: 'ONLINE', metadata: { zone: 'a' } },
      ],
      total: 1,
      limit: 50,
      offset: 0,
    });
    const [{ id }] = page['workers'] as [{ id: string }];
    expect(await get(`/workers/${id}`)).toMatchObject({
      id,
      hostName: 'here',
      processId: '1',
      workflowCapabilities: expect.arrayContaining(['plain', 'shop:order/v1']) as string[],
      taskCapabilities: ['shop:mail'],
    });
  });

  it.each(['?type=TASK', '?status=OFFLINE', '?status=DEGRADED'])('%s are others', async (query) => {
    expect(await get(`/workers${query}`)).toMatchObject({ workers: [], total: 0 });
  });

  it('are OFFLINE when they have said goodbye, and their kinds UNAVAILABLE', async () => {
    const brief = connectRawWorker({ port: server.grpcPort, name: 'brief', tasks: ['brief:job'] });
    await brief.next('welcome');
    expect(await get('/task-definitions/brief:job')).toMatchObject({ availabilityStatus: 'AVAILABLE', workerCount: 1 });
    await brief.end();
    await eventually('the worker to be gone', async () => {
      const { workers } = await get('/workers?status=OFFLINE');
      return (workers as { workerName: string }[]).some(({ workerName }) => workerName === 'brief');
    });
    expect(await get('/task-definitions/brief:job')).toMatchObject({
      availabilityStatus: 'UNAVAILABLE',
      workerCount: 0,
    });
  });

  it.each([
    ['/workers/abc', 400],
    ['/workers/7f0c0f6e-0000-4000-8000-0000000000ff', 404],
    ['/workers?status=BUSY', 400],
    ['/workers?kind=x', 400],
  ])('%s is %d', async (path, status) => {
    expect((await server.call(`${ORG}${path}`)).status).toBe(status);
  });
});

describe('definitions', () => {
  it('are listed by kind, and read by kinds with signs in them', async () => {
    const page = await get('/workflow-definitions');
    expect((page['definitions'] as { kind: string }[]).map(({ kind }) => kind)).toEqual(['plain', 'shop:order/v1']);
    expect(await get(`/workflow-definitions/${ORDER_KIND}`)).toMatchObject({
      kind: 'shop:order/v1',
      name: 'Order',
      description: 'Orders',
      tags: ['shop'],
      latestVersion: '1.2.0',
      versions: ['1.2.0'],
      cancellable: true,
      availabilityStatus: 'AVAILABLE',
      workerCount: 1,
      inputSchema: ORDER,
    });
    expect(await get('/task-definitions/shop:mail')).toMatchObject({ timeoutSeconds: 30 });
    expectProblem(await server.call(`${ORG}/task-definitions/${ORDER_KIND}`), 404, 'not-found');
    expectProblem(await server.call(`${ORG}/task-definitions/a%20b`), 400, 'invalid-identifier');
  });

  it('are configured by hand, member by member', async () => {
    const path = '/task-definitions/shop:mail';
    const configured = await patch(`${path}/configuration`, { timeoutSeconds: 60, retryPolicy: { maxRetries: 1 } });
    expect(configured).toMatchObject({ status: 200, json: { timeoutSeconds: 60, retryPolicy: { maxRetries: 1 } } });
    await patch(`${path}/configuration`, { tags: ['mail'], retryPolicy: null });
    const { retryPolicy, ...rest } = await get(path);
    expect(rest).toMatchObject({ timeoutSeconds: 60, tags: ['mail'] });
    expect(retryPolicy ?? null).toBeNull();
  });

  it.each([
    [{ timeoutSeconds: 0 }, 400],
    [{ timeoutSeconds: 31 * 86_400 }, 400],
    [{ timeoutSeconds: 1.5 }, 400],
    [{ retryPolicy: 'often' }, 400],
    [{ retryPolicy: { maxRetries: 'abc' } }, 400],
    [{ retryPolicy: { initialDelayMs: -5 } }, 400],
    [{ tags: [''] }, 400],
    [{ tags: Array.from({ length: 101 }, () => 't') }, 400],
    [{ name: 'x' }, 400],
  ])('%# %j is no configuration of a task', async (body, status) => {
    expect((await patch('/task-definitions/shop:mail/configuration', body)).status).toBe(status);
  });

  it('nobody has registered cannot be configured', async () => {
    expectProblem(await patch('/workflow-definitions/unknown/configuration', {}), 404, 'not-found');
  });
});

describe('the input of a start', () => {
  const start = (resource: string, body: unknown) => server.call(`${ORG}/${resource}`, { body });

  it('is held to the schema of its kind', async () => {
    const input = { lines: [1, 'two'] };
    const refused = await start('workflow-executions', { kind: 'shop:order/v1', input });
    expectProblem(refused, 400, 'invalid-argument');
    expect(refused.json['error']).toBe(
      'The input does not fit what the workflow "shop:order/v1" takes: input.id is missing; input.lines[1] must be integer.',
    );
    expectProblem(await start('workflow-executions', { kind: 'shop:order/v1' }), 400, 'invalid-argument');
    expect((await start('workflow-executions', { kind: 'shop:order/v1', input: { id: 'o' } })).status).toBe(201);
  });

  it('is held to it for signals with a start, and for standalone tasks', async () => {
    const signal = { workflowId: 'x', workflowKind: 'shop:order/v1', signalName: 's', workflowInput: [] };
    expectProblem(await start('workflow-executions/signal-with-start', signal), 400, 'invalid-argument');
    expectProblem(await start('task-executions', { kind: 'shop:mail', input: 7 }), 400, 'invalid-argument');
    expect((await start('task-executions', { kind: 'shop:mail', input: 'hi' })).status).toBe(201);
  });

  it('may be anything where no schema is known', async () => {
    expect((await start('workflow-executions', { kind: 'plain', input: [7] })).status).toBe(201);
    expect((await start('workflow-executions', { kind: 'never-seen', input: [7] })).status).toBe(201);
  });
});
