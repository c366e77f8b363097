import { connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './support/problem.js';
import { type TestServer, startTestServer } from './support/test-server.js';
import { playTurn } from './support/turns.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const TASK = '7f0c0f6e-0000-4000-8000-00000000d001';

describe('an attempt whose time is over', () => {
  it('is a TIMEOUT, of a task that has FAILED', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, workflows: ['hasty'], tasks: ['hasty:job'] });
    await worker.next('welcome');
    const started = await server.call(WORKFLOWS, { body: { kind: 'hasty' } });
    const path = `${WORKFLOWS}/${String(started.json['id'])}/tasks`;
    await playTurn(
      worker,
      { type: 'SUSPENDED', reason: 'task', waitingOn: [{ type: 'SUSPEND_TYPE_TASK', id: TASK }] },
      [{ type: 'SCHEDULE_TASK', taskExecutionId: TASK, kind: 'hasty:job', input: '1' as never, timeoutMs: 200 }],
    );
    await worker.next('taskAssigned');
    const task = await eventually('the end of the task', async () => {
      const { json } = await server.call(path);
      return (json['tasks'] as { status: string }[]).find(({ status }) => status === 'FAILED');
    });
    expect(task).toMatchObject({ error: expect.stringMatching(/timed out/i) as string });
    expect((await server.call(`${path}/${TASK}/attempts`)).json['attempts']).toMatchObject([
      { attempt: 1, status: 'TIMEOUT', error: expect.stringMatching(/timed out/i) as string },
    ]);
    const standalone = await server.call(`/api/orgs/dev/task-executions/${TASK}/attempts`);
    expectProblem(standalone, 404, 'not-found');
    expect(standalone.json['error']).toContain('is not a standalone task');
    await worker.end();
  });
});
