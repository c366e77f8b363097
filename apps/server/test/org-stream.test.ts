import { bytes, connectRawWorker } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SseMessage, type SseReader, readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const STREAM = '/api/orgs/dev/stream';
const TASKS = '/api/orgs/dev/task-executions';

interface Line {
  readonly frame: { readonly executionId: string; readonly seq: number; readonly event: Record<string, unknown> };
  readonly id: string;
}

const open = (query = '', headers: Record<string, string> = {}) => readSse(`${server.http}${STREAM}${query}`, headers);

const linesOf = (messages: readonly SseMessage[]): Line[] =>
  messages
    .filter(({ event }) => event === 'data' || event === 'progress')
    .map(({ data, id }) => ({ frame: JSON.parse(data) as Line['frame'], id: id ?? '' }));

const said = (reader: SseReader, id: string): unknown[] =>
  linesOf(reader.messages)
    .filter(({ frame }) => frame.executionId === id)
    .map(({ frame: { event } }) => (event['type'] === 'progress' ? event['progress'] : event['event']));

/** A task that tells how far it is, and completes. */
async function runTask(kind: string): Promise<string> {
  const worker = connectRawWorker({ port: server.grpcPort, tasks: [kind], name: kind });
  await worker.next('welcome');
  const { json } = await server.call(TASKS, { body: { kind } });
  const id = json['id'] as string;
  const { claimToken } = await worker.next('taskAssigned');
  const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken };
  const entries = [0.1, 0.2, 0.5].map((progress) => ({
    type: 'PROGRESS' as const,
    payload: JSON.stringify({ type: 'progress', progress }),
    timestampMs: 1,
  }));
  await worker.ask('attemptEntries', { ...ref, first: 0, entries });
  await worker.ask('attemptCompleted', {
    ...ref,
    output: bytes('done'),
    entries: 3,
    lostEntries: 0,
    speculation: undefined,
  });
  await worker.end();
  return id;
}

describe('the stream of an organisation', () => {
  it('shows what happens to its executions from now on, each line with its own numbers', async () => {
    await runTask('before');
    const reader = await open();
    await reader.atLeast(1);
    expect(reader.messages.map(({ event }) => event)).toEqual(['ready']);
    const id = await runTask('while');
    await expect.poll(() => said(reader, id)).toEqual(['TASK_CREATED', 'TASK_STARTED', 0.5, 'TASK_COMPLETED']);
    const frames = linesOf(reader.messages).map(({ frame }) => frame);
    expect(frames.every(({ executionId }) => executionId === id)).toBe(true);
    expect(frames.map(({ seq }) => seq)).toEqual([1, 2, 5, 6]);
    reader.cut();
  });

  it('shows what a list is about', async () => {
    const [tasks, imports, workflows] = await Promise.all([
      open('?entity=task'),
      open('?entity=task&kind=import'),
      open('?entity=workflow'),
    ]);
    await Promise.all([tasks, imports, workflows].map((reader) => reader.atLeast(1)));
    const [first, second] = [await runTask('export'), await runTask('import')];
    await expect.poll(() => said(tasks, second).at(-1)).toBe('TASK_COMPLETED');
    expect(said(tasks, first)).toContain('TASK_COMPLETED');
    await expect.poll(() => said(imports, second).at(-1)).toBe('TASK_COMPLETED');
    expect(said(imports, first)).toEqual([0.5]);
    expect(linesOf(workflows.messages)).toEqual([]);
    for (const reader of [tasks, imports, workflows]) reader.cut();
  });

  it('goes on where a reader was cut off, and says so when it cannot', async () => {
    const reader = await open();
    await reader.atLeast(1);
    const id = await runTask('cut');
    await expect.poll(() => said(reader, id).at(-1)).toBe('TASK_COMPLETED');
    reader.cut();
    const own = linesOf(reader.messages).filter(({ frame }) => frame.executionId === id);
    const rest = await open('', { 'last-event-id': own[1]?.id ?? '' });
    await expect.poll(() => said(rest, id)).toEqual([0.5, 'TASK_COMPLETED']);
    rest.cut();
    const stranger = await open('?lastEventId=another.7');
    await stranger.atLeast(2);
    expect(stranger.messages[1]).toMatchObject({ event: 'gap', data: expect.stringContaining('"reason":"epoch"') });
    stranger.cut();
  });

  it.each([
    ['an entity that is none', '?entity=timer', 400],
    ['a parameter that is none', '?types=tokens', 400],
  ])('refuses %s', async (_what, query, status) => {
    expect((await server.call(`${STREAM}${query}`)).status).toBe(status);
  });

  it('R31 is for those of the organisation', async () => {
    expect((await server.call('/api/orgs/nobodys/stream')).status).toBe(404);
    expect((await server.call(STREAM, { method: 'POST', body: {} })).status).toBe(405);
  });
});
