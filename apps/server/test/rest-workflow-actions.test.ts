import type { Command } from '@flovyn/protocol';
import { type RawWorker, connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './support/problem.js';
import { type Answer, type TestServer, startTestServer } from './support/test-server.js';
import { completed, failed, playTurn, waitingForSignal } from './support/turns.js';

let server: TestServer;
const workers: RawWorker[] = [];
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());
afterEach(async () => void (await Promise.all(workers.splice(0).map((worker) => worker.end()))));

const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const NOBODY = '7f0c0f6e-0000-4000-8000-0000000000ff';

function post(path: string, body?: unknown): Promise<Answer> {
  return server.call(`${WORKFLOWS}${path}`, { method: 'POST', ...(body === undefined ? undefined : { body }) });
}

async function start(kind: string): Promise<string> {
  return (await post('', { kind })).json['id'] as string;
}

async function workFor(...workflows: readonly string[]): Promise<RawWorker> {
  const worker = connectRawWorker({ port: server.grpcPort, workflows });
  workers.push(worker);
  await worker.next('welcome');
  return worker;
}

async function read(id: string): Promise<Record<string, unknown>> {
  return (await server.call(`${WORKFLOWS}/${id}`)).json;
}

async function facts(id: string): Promise<readonly { eventType: string; data: object }[]> {
  return (await server.call(`${WORKFLOWS}/${id}/events`)).json['events'] as { eventType: string; data: object }[];
}

describe('a signal', () => {
  it('stands in the history before anybody took the execution', async () => {
    const id = await start('signalled-early');
    const answer = await post(`/${id}/signal`, { signalName: 'go', signalValue: { n: 1 } });
    expect(answer).toMatchObject({ status: 200, json: { signalEventSequence: 2, workflowResumed: false } });
    expect(await facts(id)).toMatchObject([
      {},
      { eventType: 'SIGNAL_RECEIVED', data: { signalName: 'go', signalValue: { n: 1 } } },
    ]);
  });

  it('wakes an execution that waits, which says for what until then', async () => {
    const worker = await workFor('signalled');
    const id = await start('signalled');
    await playTurn(worker, waitingForSignal);
    expect(await read(id)).toMatchObject({
      status: 'WAITING',
      suspendType: 'SUSPEND_TYPE_SIGNAL',
      waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL', name: 'go' }],
    });
    expect((await post(`/${id}/signal`, { signalName: 'go' })).json).toMatchObject({ workflowResumed: true });
    const { events } = await playTurn(worker, completed());
    expect(events.at(-1)).toBe('SIGNAL_RECEIVED');
    expect((await facts(id)).find(({ eventType }) => eventType === 'SIGNAL_RECEIVED')).toMatchObject({
      data: { signalValue: null },
    });
    expect(await read(id)).toMatchObject({ status: 'COMPLETED', suspendType: null, waitingOn: null });
    expectProblem(await post(`/${id}/signal`, { signalName: 'go' }), 409, 'failed-precondition');
  });

  it('may be written in older words, and keeps its value to the digit', async () => {
    const id = await start('signalled-early');
    const answer = await post(`/${id}/signal`, '{"name":"go","payload":{"n": 1.50}}');
    expect(answer.status).toBe(200);
    expect((await server.call(`${WORKFLOWS}/${id}/events`)).text).toContain('{"n": 1.50}');
  });

  it.each([
    [{}, 'invalid-argument'],
    [{ signalName: '' }, 'invalid-identifier'],
    [{ signalName: 'a\nb' }, 'invalid-identifier'],
    [{ signalName: 'x'.repeat(256) }, 'invalid-identifier'],
    [{ signalName: 'go', name: 'go' }, 'invalid-argument'],
    [{ signalName: 'go', value: 1 }, 'invalid-argument'],
  ])('%# %j is refused', async (body, slug) => {
    expectProblem(await post(`/${await start('signalled-early')}/signal`, body), 400, slug);
  });

  it('to nothing is 404', async () => {
    expectProblem(await post(`/${NOBODY}/signal`, { signalName: 'go' }), 404, 'not-found');
  });
});

describe('a signal with a start', () => {
  const body = (workflowId: string, more: object = {}) => ({
    workflowId,
    workflowKind: 'chat',
    workflowInput: { room: 1 },
    signalName: 'message',
    signalValue: 'hello',
    ...more,
  });

  it('starts an execution that has the signal from its first moment', async () => {
    const { status, json } = await post('/signal-with-start', body('chat-1', { metadata: { room: '1' }, queue: 'q' }));
    expect(status).toBe(200);
    expect(json).toMatchObject({ workflowCreated: true, signalEventSequence: 2, signalDelivered: true });
    const id = json['workflowExecutionId'] as string;
    expect(await read(id)).toMatchObject({ kind: 'chat', input: { room: 1 }, metadata: { room: '1' }, queue: 'q' });
    expect((await facts(id)).map(({ eventType }) => eventType)).toEqual(['WORKFLOW_STARTED', 'SIGNAL_RECEIVED']);
  });

  it('finds the execution of its key, also in the words of the design', async () => {
    const first = await post('/signal-with-start', body('chat-2'));
    const again = await post('/signal-with-start', {
      workflow_id: 'chat-2',
      workflow_kind: 'chat',
      workflow_input: {},
      signal_name: 'message',
      signal_value: 'again',
      idempotency_key_ttl_seconds: 60,
    });
    expect(again.json).toMatchObject({
      workflowExecutionId: first.json['workflowExecutionId'],
      workflowCreated: false,
      signalEventSequence: 3,
    });
    const [, , last] = await facts(first.json['workflowExecutionId'] as string);
    expect(last).toMatchObject({ data: { signalValue: 'again' } });
  });

  it('R05 twenty at once start one execution and leave twenty signals', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post('/signal-with-start', body('chat-3', { signalValue: n }))),
    );
    expect(new Set(answers.map(({ json }) => json['workflowExecutionId'])).size).toBe(1);
    expect(answers.filter(({ json }) => json['workflowCreated'] === true)).toHaveLength(1);
    const sequences = answers.map(({ json }) => json['signalEventSequence'] as number);
    expect(sequences.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, n) => n + 2));
  });

  it.each([{ workflowId: '' }, { idempotencyKeyTtlSeconds: 0 }, { idempotencyKeyTtlSeconds: 3e6 }, { status: 'X' }])(
    'with %j is refused',
    async (more) => {
      expectProblem(await post('/signal-with-start', body('chat-4', more)), 400, 'invalid-argument');
    },
  );
});

describe('a wish to cancel', () => {
  it('ends an execution nobody has taken', async () => {
    const id = await start('cancelled-early');
    const answer = await post(`/${id}/cancel`, { reason: 'a mistake' });
    expect(answer).toMatchObject({ status: 200, json: { workflowExecutionId: id, status: 'CANCELLED' } });
    expect(await read(id)).toMatchObject({ status: 'CANCELLED', error: 'a mistake' });
    expectProblem(await post(`/${id}/cancel`), 409, 'failed-precondition');
  });

  it('leaves the end to code that has begun; until then it is CANCELLING, in lists as well', async () => {
    const worker = await workFor('tidy');
    const id = await start('tidy');
    await playTurn(worker, waitingForSignal);
    expect((await post(`/${id}/cancel`)).json).toEqual({ workflowExecutionId: id, status: 'CANCELLING' });
    expect(await read(id)).toMatchObject({ status: 'CANCELLING', suspendType: null });
    const listed = async (status: string) =>
      ((await server.call(`${WORKFLOWS}?kind=tidy&status=${status}`)).json['workflows'] as unknown[]).length;
    expect([await listed('CANCELLING'), await listed('RUNNING'), await listed('PENDING')]).toEqual([1, 0, 0]);
    const { events } = await playTurn(worker, { type: 'CANCELLED', reason: 'tidied up' });
    expect(events.at(-1)).toBe('CANCELLATION_REQUESTED');
    expect(await read(id)).toMatchObject({ status: 'CANCELLED' });
    expect([await listed('CANCELLING'), await listed('CANCELLED')]).toEqual([0, 1]);
  });

  it('to nothing is 404, and with a word nobody knows 400', async () => {
    expectProblem(await post(`/${NOBODY}/cancel`), 404, 'not-found');
    expectProblem(await post(`/${NOBODY}/cancel`, { why: 'x' }), 400, 'invalid-argument');
  });
});

describe('a retry', () => {
  it('lets a failed execution go on from its history', async () => {
    const worker = await workFor('unlucky');
    const id = await start('unlucky');
    expectProblem(await post(`/${id}/retry`), 400, 'invalid-argument');
    await playTurn(worker, failed);
    expect(await read(id)).toMatchObject({ status: 'FAILED', error: 'no luck' });
    const answer = await post(`/${id}/retry`, { note: 'again' });
    expect(answer).toMatchObject({
      status: 200,
      json: { workflowExecutionId: id, status: 'PENDING', success: true, message: expect.any(String) as string },
    });
    await playTurn(worker, completed('luck'));
    expect(await read(id)).toMatchObject({ status: 'COMPLETED', output: 'luck', error: null });
    expectProblem(await post(`/${id}/retry`), 400, 'invalid-argument');
    expectProblem(await post(`/${NOBODY}/retry`), 404, 'not-found');
  });
});

describe('children', () => {
  const child = (name: string, id: string): Command => ({
    type: 'SCHEDULE_CHILD_WORKFLOW',
    childExecutionName: name,
    childWorkflowExecutionId: id,
    kind: 'child',
    input: '{}' as never,
    queue: '',
    prioritySeconds: 0,
  });

  it('are listed with their names, the oldest first, and know their parent', async () => {
    const worker = await workFor('parent');
    const id = await start('parent');
    const [one, two] = ['7f0c0f6e-0000-4000-8000-00000000c001', '7f0c0f6e-0000-4000-8000-00000000c002'];
    await playTurn(
      worker,
      { type: 'SUSPENDED', reason: 'child', waitingOn: [{ type: 'SUSPEND_TYPE_CHILD_WORKFLOW', name: 'first' }] },
      [child('first', one), child('second', two)],
    );
    const { children } = await eventually('two children', async () => {
      const { json } = await server.call(`${WORKFLOWS}/${id}/children`);
      return (json['children'] as unknown[]).length === 2 && json;
    });
    expect(children).toEqual([
      {
        childWorkflowExecutionId: one,
        childExecutionName: 'first',
        kind: 'child',
        status: 'PENDING',
        createdAt: expect.any(String) as string,
      },
      expect.objectContaining({ childWorkflowExecutionId: two, childExecutionName: 'second' }),
    ]);
    expect(await read(one)).toMatchObject({ parentWorkflowExecutionId: id, childExecutionName: 'first' });
    expect(await read(id)).toMatchObject({ parentWorkflowExecutionId: null, childExecutionName: null });
  });
});
