import { encodeReady } from '@flovyn/events/sse';
import { afterEach, describe, expect, it } from 'vitest';

import { executionId, replay, sse, taskId, token, tokens } from '../test/support/log.js';
import { type ScriptedServer, json, scriptedServer, stream } from '../test/support/server.js';
import { Impatience } from '../test/support/surroundings.js';
import { type Client, createClient } from './client.js';

let server: ScriptedServer;
afterEach(() => server.close());

const at = '2026-01-01T00:00:00.000Z';
const orgId = '550e8400-e29b-41d4-a716-446655440000';
const execution = {
  id: executionId,
  orgId,
  kind: 'order',
  workflowKind: 'order',
  status: 'WAITING',
  suspendType: 'SUSPEND_TYPE_SIGNAL',
  waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL', name: 'approval' }],
  queue: 'default',
  currentSequence: 4,
  createdAt: at,
  updatedAt: at,
  asOf: 'e1.7',
};
const task = {
  id: taskId,
  orgId,
  kind: 'llm',
  status: 'RUNNING',
  queue: 'default',
  executionCount: 1,
  maxRetries: 3,
  progress: 0.5,
  output: null,
  createdAt: at,
  asOf: 'e1.3',
  attemptFrom: 'e1.1',
};
const started = {
  workflowExecutionId: executionId,
  id: executionId,
  status: 'PENDING',
  kind: 'order',
  createdAt: at,
  links: { self: '/self', events: '/events' },
  idempotencyKeyUsed: true,
  idempotencyKeyNew: true,
};
const fact = { sequenceNumber: 1, sequence: 1, eventType: 'WORKFLOW_STARTED', data: {}, createdAt: at, timestamp: at };
const attempts = { attempts: [{ attempt: 1, startedAt: at, status: 'FAILED', error: 'broke' }] };
const logs = { logs: [{ id: '1', level: 'WARN', message: 'slow', timestamp: at }], total: 1, limit: 50, offset: 0 };
const paging = { total: 1, limit: 50, offset: 0 };

const W = `/api/orgs/dev/workflow-executions`;
const T = `/api/orgs/dev/task-executions`;

type Call = (client: Client) => Promise<unknown>;
const calls: readonly (readonly [name: string, line: string, answer: unknown, call: Call])[] = [
  ['workflows.start', `POST ${W}`, started, ({ workflows }) => workflows.start({ kind: 'order', idempotencyKey: 'k' })],
  ['workflows.get', `GET ${W}/${executionId}`, execution, ({ workflows }) => workflows.get(executionId)],
  [
    'workflows.list',
    `GET ${W}?status=WAITING&limit=10&metadata.customer=a%26b`,
    { workflows: [execution], ...paging, nextCursor: 'next' },
    ({ workflows }) => workflows.list({ status: 'WAITING', limit: 10, metadata: { customer: 'a&b' } }),
  ],
  [
    'workflows.events',
    `GET ${W}/${executionId}/events?sinceSequence=3`,
    { events: [fact] },
    ({ workflows }) => workflows.events(executionId, { sinceSequence: 3 }),
  ],
  [
    'workflows.state',
    `GET ${W}/${executionId}/state`,
    { state: { a: 1 }, asOf: 'e1.7' },
    ({ workflows }) => workflows.state(executionId),
  ],
  [
    'workflows.tasks',
    `GET ${W}/${executionId}/tasks`,
    { tasks: [task] },
    ({ workflows }) => workflows.tasks(executionId),
  ],
  ['tasks.start', `POST ${T}`, task, ({ tasks }) => tasks.start({ kind: 'llm', input: { prompt: 'hi' } })],
  ['tasks.get', `GET ${T}/${taskId}`, task, ({ tasks }) => tasks.get(taskId)],
  [
    'tasks.list',
    `GET ${T}?kind=llm&cursor=next`,
    { tasks: [task], ...paging },
    ({ tasks }) => tasks.list({ kind: 'llm', cursor: 'next' }),
  ],
  ['tasks.cancel', `POST ${T}/${taskId}/cancel`, task, ({ tasks }) => tasks.cancel(taskId, { reason: 'enough' })],
  ['tasks.retry', `POST ${T}/${taskId}/retry`, task, ({ tasks }) => tasks.retry(taskId)],
  ['tasks.attempts', `GET ${T}/${taskId}/attempts`, attempts, ({ tasks }) => tasks.attempts(taskId)],
  ['tasks.logs', `GET ${T}/${taskId}/logs?level=WARN`, logs, ({ tasks }) => tasks.logs(taskId, { level: 'WARN' })],
];

async function clientOf(...answers: Parameters<typeof scriptedServer>): Promise<Client> {
  server = await scriptedServer(...answers);
  return createClient({ baseUrl: server.url, org: 'dev', apiKey: 'key', surroundings: new Impatience() });
}

describe('the client', () => {
  it.each(calls)('%s sends %s', async (_name, line, answer, call) => {
    const client = await clientOf(json(200, answer));
    expect(await call(client)).toEqual(answer);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([line]);
  });

  it('reads a status of a later server, and says that it does not know it', async () => {
    const client = await clientOf(json(200, { ...execution, status: 'PAUSED', suspendType: 'SUSPEND_TYPE_TIDE' }));
    expect(await client.workflows.get(executionId)).toMatchObject({
      status: 'UNRECOGNIZED',
      suspendType: 'UNRECOGNIZED',
    });
  });

  it.each(calls)('%s refuses an answer of another shape', async (_name, _line, _answer, call) => {
    const client = await clientOf(json(200, { unheard: 'of' }));
    await expect(call(client)).rejects.toMatchObject({ name: 'ServiceError', code: 'INTERNAL' });
  });

  it('tasks.delete gives nothing back', async () => {
    const client = await clientOf((response) => response.writeHead(204).end());
    expect(await client.tasks.delete(taskId)).toBeUndefined();
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', url: `${T}/${taskId}` });
  });

  it('R29 sends a start again only when a key makes that harmless', async () => {
    const dead = (response: { destroy(): void }) => response.destroy();
    const safe = await clientOf(dead, json(201, started));
    expect(await safe.workflows.start({ kind: 'order', idempotencyKey: 'k' })).toEqual(started);
    await server.close();

    const unsafe = await clientOf(dead, json(201, started));
    await expect(unsafe.workflows.start({ kind: 'order' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(1);
  });

  it('encodes what could change the address', async () => {
    const client = await clientOf(json(200, task));
    await client.tasks.get('../../other/x?y');
    expect(server.requests[0]?.url).toBe(`${T}/..%2F..%2Fother%2Fx%3Fy`);
  });

  it('gives up when its signal says so', async () => {
    const controller = new AbortController();
    const client = await clientOf(() => controller.abort(new Error('left the page')));
    await expect(client.tasks.get(taskId, { signal: controller.signal })).rejects.toThrow('left the page');
  });

  it.each([
    [{ workflowExecutionId: executionId }, `${W}/${executionId}/stream`],
    [{ taskExecutionId: taskId }, `${T}/${taskId}/stream`],
  ])('streams %o', async (target, url) => {
    const client = await clientOf(stream(replay(tokens(1, 3), 'e1.1')));
    const ids: (string | undefined)[] = [];
    for await (const message of client.stream(target, { lastEventId: 'e1.1' })) {
      if (message.kind === 'entry') ids.push(message.id);
    }
    expect(ids).toEqual(['e1.2', 'e1.3']);
    expect(server.requests[0]).toMatchObject({
      url,
      headers: {
        authorization: 'Bearer key',
        accept: 'text/event-stream, application/problem+json',
        'last-event-id': 'e1.1',
      },
    });
  });

  it.each([
    [undefined, '/api/orgs/dev/stream'],
    [{ entity: 'task', kind: 'resize-image' } as const, '/api/orgs/dev/stream?entity=task&kind=resize-image'],
  ])('streams what happens in the organisation, filtered by %o', async (filter, url) => {
    const ready = encodeReady({ epoch: 'p1', from: 6, head: 5 });
    const lines = [9, 12].map((number) => sse(token(number)).replace(/^id: .*$/m, `id: p1.${number}`));
    const client = await clientOf(stream(ready, 'cut'), stream(ready + lines.join(''), 'open'));
    const ids: (string | undefined)[] = [];
    for await (const message of client.streamOrganisation(filter)) {
      if (message.kind === 'entry') ids.push(message.id);
      if (ids.length === 2) break;
    }
    expect(ids).toEqual(['p1.9', 'p1.12']);
    expect(server.requests[0]).toMatchObject({ url, headers: { authorization: 'Bearer key' } });
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'p1.5']);
  });

  it('asks for a selection of the stream', async () => {
    const client = await clientOf(stream(replay(tokens(1, 1), undefined)));
    const selection = client.stream({ taskExecutionId: taskId }, { types: ['tokens', 'progress'] });
    await selection.ready;
    selection.close();
    expect(server.requests[0]?.url).toBe(`${T}/${taskId}/stream?types=tokens%2Cprogress`);
  });
});
