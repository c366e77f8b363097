import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './support/problem.js';
import { type TestServer, startTestServer } from './support/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const TASKS = '/api/orgs/dev/task-executions';

const post = (path: string, key: string, body: unknown) =>
  server.call(path, { method: 'POST', body, headers: { 'idempotency-key': key } });

describe('R29 the header Idempotency-Key', () => {
  it('100 equal starts at once are one execution and 100 equal answers', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(WORKFLOWS, 'start-1', { kind: 'k' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    const { json } = await server.call(`${WORKFLOWS}?kind=k`);
    expect(json['total']).toBe(1);
  });

  it('an equal signal is one signal; another one under the same key is refused', async () => {
    const { json } = await post(WORKFLOWS, 'start-2', { kind: 'k2' });
    const path = `${WORKFLOWS}/${String(json['id'])}/signal`;
    const first = await post(path, 'signal-1', { signalName: 'go', signalValue: 1 });
    const again = await post(path, 'signal-1', { signalName: 'go', signalValue: 1 });
    expect(again).toMatchObject({ status: 200, json: first.json });
    expectProblem(await post(path, 'signal-1', { signalName: 'go', signalValue: 2 }), 422, 'idempotency-key-reused');
    expectProblem(await post(WORKFLOWS, 'signal-1', { kind: 'k2' }), 422, 'idempotency-key-reused');
    const { json: history } = await server.call(`${WORKFLOWS}/${String(json['id'])}/events`);
    expect(history['events']).toHaveLength(2);
  });

  it('a cancellation that is sent again is not a conflict with itself', async () => {
    const { json } = await post(TASKS, 'task-1', { kind: 't' });
    const path = `${TASKS}/${String(json['id'])}/cancel`;
    for (const _time of [1, 2]) expect((await post(path, 'cancel-1', {})).status).toBe(200);
    expectProblem(await post(path, 'cancel-2', {}), 409, 'failed-precondition');
  });

  it.each(['', 'k'.repeat(256)])('a key that is none is refused: %j', async (key) => {
    expectProblem(await post(WORKFLOWS, key, { kind: 'k' }), 400, 'invalid-argument');
  });
});
