import { WorkflowExportView } from '@flovyn/protocol/http';
import { bytes, connectRawWorker } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, startTestServer } from './support/test-server.js';
import { completed, playTurn } from './support/turns.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const TASK = '7f0c0f6e-0000-4000-8000-00000000e001';

describe('an exported execution', () => {
  it('has everything there is of it, in one file', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, workflows: ['exported'], tasks: ['exported:job'] });
    await worker.next('welcome');
    const input = '{"n": 1.50}';
    const started = await server.call(WORKFLOWS, { body: `{"kind":"exported","input":${input}}` });
    const id = started.json['id'] as string;
    await playTurn(
      worker,
      { type: 'SUSPENDED', reason: 'task', waitingOn: [{ type: 'SUSPEND_TYPE_TASK', id: TASK }] },
      [{ type: 'SCHEDULE_TASK', taskExecutionId: TASK, kind: 'exported:job', input: '1' as never }],
    );
    const { claimToken } = await worker.next('taskAssigned');
    const ref = { taskExecutionId: TASK, workflowExecutionId: id, claimToken };
    // More than are read at once.
    const entries = Array.from({ length: 700 }, (_, n) => ({
      type: 'TOKEN' as const,
      payload: JSON.stringify({ type: 'token', text: `${n}` }),
      timestampMs: 0,
    }));
    await worker.ask('attemptEntries', { ...ref, first: 0, entries });
    await worker.ask('attemptCompleted', { ...ref, output: bytes('done'), entries: 700, lostEntries: 0 });
    await playTurn(worker, completed('done'));
    await worker.end();

    const answer = await server.call(`${WORKFLOWS}/${id}/export`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${id}.json"`);
    expect(answer.text).toContain(input);
    const file = WorkflowExportView.parse(answer.json);
    expect(file).toMatchObject({
      format: 'flovyn-workflow-execution',
      version: 1,
      execution: { id, status: 'COMPLETED', output: 'done' },
      tasks: [{ id: TASK, status: 'COMPLETED' }],
      definitions: { workflows: [{ kind: 'exported' }], tasks: [{ kind: 'exported:job' }] },
    });
    expect(file.events.map(({ sequence }) => sequence)).toEqual(file.events.map((_, index) => index + 1));
    expect(file.events.at(-1)?.eventType).toBe('WORKFLOW_COMPLETED');
    expect(file.entries.map(({ seq }) => seq)).toEqual(file.entries.map((_, index) => index + 1));
    expect(file.entries.filter(({ event }) => (event as { type: string }).type === 'token')).toHaveLength(700);
    expect(file.entries.every(({ executionId }) => executionId === id)).toBe(true);
  });

  it('may have begun a moment ago', async () => {
    const { json } = await server.call(WORKFLOWS, { body: { kind: 'nobody' } });
    const answer = await server.call(`${WORKFLOWS}/${String(json['id'])}/export`);
    expect(answer.json).toMatchObject({
      execution: { status: 'PENDING' },
      events: [{ eventType: 'WORKFLOW_STARTED' }],
      tasks: [],
      entries: [{ seq: 1 }],
      definitions: { workflows: [], tasks: [] },
    });
  });
});
