import { workerItem } from '@flovyn/protocol/grpc';
import { type RawWorker, aHello, bytes, connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const TASKS = '/api/orgs/dev/task-executions';
const UUID = '7f0c0f6e-0000-4000-8000-000000000001';
let kinds = 0;

/** Every test has kinds of its own, so that no worker of another one takes its work. */
function aKind(): string {
  return `kind-${++kinds}`;
}

async function connect(options: Omit<Parameters<typeof connectRawWorker>[0], 'port'> = {}): Promise<RawWorker> {
  const worker = connectRawWorker({ port: server.grpcPort, ...options });
  await worker.next('welcome');
  return worker;
}

async function startTask(kind: string, body: object = {}): Promise<string> {
  const { json } = await server.call(TASKS, { body: { kind, ...body } });
  return json['id'] as string;
}

async function task(id: string): Promise<Record<string, unknown>> {
  return (await server.call(`${TASKS}/${id}`)).json;
}

describe('a session', () => {
  it('is welcomed with its id, its lease and its heartbeat', async () => {
    const worker = connectRawWorker({ port: server.grpcPort });
    const welcome = await worker.next('welcome');
    expect(welcome).toMatchObject({ resumed: false, lostClaimTokens: [], leaseMs: 30_000, heartbeatMs: 10_000 });
    expect(welcome.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    await worker.end();
  });

  it('answers heartbeats', async () => {
    const worker = await connect();
    worker.send(workerItem(0, 'heartbeat', { timestampMs: 1 }));
    expect((await worker.next('ping')).timestampMs).toBeGreaterThan(1_600_000_000_000);
    await worker.end();
  });

  it('takes a standalone task from assignment to result', async () => {
    const kind = aKind();
    const worker = await connect({ tasks: [kind] });
    const id = await startTask(kind, { input: { n: 1.5 } });
    const assigned = await worker.next('taskAssigned');
    expect(assigned).toMatchObject({ taskExecutionId: id, workflowExecutionId: '', kind, attempt: 1, maxRetries: 3 });
    expect(Buffer.from(assigned.input).toString()).toBe('{"n":1.5}');
    const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken: assigned.claimToken };
    expect(await worker.ask('attemptLog', { ...ref, level: 'INFO', message: 'hello', timestampMs: 5 })).toMatchObject({
      $case: 'accepted',
    });
    expect(await worker.ask('attemptHeartbeat', ref)).toMatchObject({ $case: 'accepted' });
    const answer = await worker.ask('attemptCompleted', {
      ...ref,
      output: bytes({ ok: true }),
      entries: 0,
      lostEntries: 0,
    });
    expect(answer).toMatchObject({ $case: 'accepted', detail: { $case: 'attempt' } });
    expect(await task(id)).toMatchObject({ status: 'COMPLETED', output: { ok: true }, executionCount: 1 });

    const attempts = (await server.call(`${TASKS}/${id}/attempts`)).json['attempts'];
    expect(attempts).toMatchObject([{ attempt: 1, status: 'COMPLETED', output: { ok: true } }]);
    const logs = (await server.call(`${TASKS}/${id}/logs?level=INFO`)).json;
    expect(logs).toMatchObject({ logs: [{ level: 'INFO', message: 'hello' }], total: 1 });
    expect((await server.call(`${TASKS}/${id}/logs?level=ERROR`)).json).toMatchObject({ logs: [], total: 0 });
    await worker.end();
  });

  it('R05 answers the repeat of a completion as it answered the first', async () => {
    const kind = aKind();
    const worker = await connect({ tasks: [kind] });
    const id = await startTask(kind);
    const { claimToken } = await worker.next('taskAssigned');
    const completed = {
      taskExecutionId: id,
      workflowExecutionId: '',
      claimToken,
      output: bytes(1),
      entries: 0,
      lostEntries: 0,
    };
    const first = await worker.ask('attemptCompleted', completed);
    const again = await worker.ask('attemptCompleted', completed);
    expect(again).toEqual({ ...first, id: again.id });
    await worker.end();
  });

  it('R09 refuses a completion with a token that was never given', async () => {
    const kind = aKind();
    const worker = await connect({ tasks: [kind] });
    const id = await startTask(kind);
    await worker.next('taskAssigned');
    const answer = await worker.ask('attemptCompleted', {
      taskExecutionId: id,
      workflowExecutionId: '',
      claimToken: 'forged',
      output: bytes(1),
      entries: 0,
      lostEntries: 0,
    });
    expect(answer).toMatchObject({ $case: 'refused', code: 'LEASE_LOST' });
    expect(await task(id)).toMatchObject({ status: 'RUNNING' });
    await worker.end();
  });

  it('plays a workflow with a task to its end, and tells the result to who awaits it', async () => {
    const [workflow, job] = [aKind(), aKind()];
    const caller = await connect({ name: 'caller' });
    const worker = await connect({ workflows: [workflow], tasks: [job] });
    const id = '7f0c0f6e-0000-4000-8000-00000000a001';
    const taskId = '7f0c0f6e-0000-4000-8000-00000000a002';
    const request = {
      orgId: '',
      workflowKind: workflow,
      input: bytes({ a: 1 }),
      metadata: { customer: 'ada' },
      queue: '',
      prioritySeconds: 0,
    };
    // Awaited in the very frame that starts it: before it exists.
    caller.send(
      workerItem(caller.nextId(), 'startWorkflow', { workflowExecutionId: id, request }),
      workerItem(0, 'awaitResult', { workflowExecutionId: id }),
    );
    expect((await caller.next('accepted')).detail).toEqual({
      $case: 'started',
      value: { workflowExecutionId: id, idempotencyKeyUsed: false, idempotencyKeyNew: true },
    });

    const first = await worker.next('activation');
    expect(first).toMatchObject({ workflowExecutionId: id, kind: workflow, afterSequence: 0, sequence: 1 });
    expect(first.events.map(({ eventType }) => eventType)).toEqual(['WORKFLOW_STARTED']);
    const turn = await worker.ask('turnCompleted', {
      workflowExecutionId: id,
      claimToken: first.claimToken,
      turnId: 'turn-1',
      seenSequence: 1,
      commands: [
        {
          commandType: 'SCHEDULE_TASK',
          sequenceNumber: 1,
          commandData: { $case: 'scheduleTask', value: { kind: job, input: bytes(2), taskExecutionId: taskId } },
        },
      ],
      status: 'SUSPENDED',
      speculative: false,
    });
    expect(turn).toMatchObject({ $case: 'accepted', detail: { $case: 'turn' } });

    const assigned = await worker.next('taskAssigned');
    expect(assigned).toMatchObject({ taskExecutionId: taskId, workflowExecutionId: id });
    await worker.ask('attemptCompleted', {
      taskExecutionId: taskId,
      workflowExecutionId: id,
      claimToken: assigned.claimToken,
      output: bytes(3),
      entries: 0,
      lostEntries: 0,
    });
    const second = await worker.next('activation');
    // The worker holds the instance: it gets only what is new.
    expect(second.afterSequence).toBeGreaterThan(0);
    expect(second.input).toBeUndefined();
    expect(second.events.at(-1)?.eventType).toBe('TASK_COMPLETED');
    await worker.ask('turnCompleted', {
      workflowExecutionId: id,
      claimToken: second.claimToken,
      turnId: 'turn-2',
      seenSequence: second.sequence,
      commands: [
        {
          commandType: 'COMPLETE_WORKFLOW',
          sequenceNumber: 1,
          commandData: { $case: 'completeWorkflow', value: { output: bytes({ sum: 3 }) } },
        },
      ],
      status: 'COMPLETED',
      speculative: false,
    });
    const ended = await caller.next('executionEnded');
    expect(ended).toMatchObject({ workflowExecutionId: id, status: 'COMPLETED' });
    expect(Buffer.from(ended.output ?? []).toString()).toBe('{"sum":3}');

    // Asked again, it is told at once.
    caller.send(workerItem(0, 'awaitResult', { workflowExecutionId: id }));
    expect(await caller.next('executionEnded')).toMatchObject({ status: 'COMPLETED' });

    expect((await server.call(`${WORKFLOWS}/${id}`)).json).toMatchObject({
      status: 'COMPLETED',
      output: { sum: 3 },
      metadata: { customer: 'ada' },
    });
    const events = (await server.call(`${WORKFLOWS}/${id}/events`)).json['events'] as { sequence: number }[];
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect((await server.call(`${WORKFLOWS}/${id}/tasks`)).json['tasks']).toMatchObject([
      { id: taskId, status: 'COMPLETED', workflowExecutionId: id },
    ]);
    expect((await server.call(`${WORKFLOWS}/${id}/tasks/${taskId}/attempts`)).json['attempts']).toHaveLength(1);
    expect((await server.call(`${TASKS}/${taskId}`)).json['detail']).toMatch(/is not a standalone task/);
    const stream = await readSse(`${server.http}${WORKFLOWS}/${id}/stream`);
    expect((await stream.toEnd()).at(-1)).toMatchObject({ event: 'end', data: '{"status":"COMPLETED"}' });
    await Promise.all([caller.end(), worker.end()]);
  });

  it('tells who awaits an execution that does not exist', async () => {
    const worker = await connect();
    worker.send(workerItem(0, 'awaitResult', { workflowExecutionId: UUID }));
    expect(await worker.next('executionEnded')).toMatchObject({ workflowExecutionId: UUID, refused: 'NOT_FOUND' });
    await worker.end();
  });

  it('sends the pages of a history that is asked for', async () => {
    const kind = aKind();
    const worker = await connect({ workflows: [kind] });
    const { json } = await server.call(WORKFLOWS, { body: { kind, input: [1] } });
    const { claimToken } = await worker.next('activation');
    const workflowExecutionId = json['id'] as string;
    worker.send(workerItem(0, 'historyWanted', { workflowExecutionId, claimToken, afterSequence: 0 }));
    const page = await worker.next('historyPage');
    expect(page).toMatchObject({ workflowExecutionId, claimToken, afterSequence: 0, last: true });
    expect(page.events.map(({ sequence }) => sequence)).toEqual([1]);
    expect(Buffer.from(page.input ?? []).toString()).toBe('[1]');
    await worker.end();
  });

  it('gives work back at once when its worker says goodbye', async () => {
    const kind = aKind();
    const first = await connect({ tasks: [kind], name: 'first' });
    const id = await startTask(kind);
    await first.next('taskAssigned');
    const second = await connect({ tasks: [kind], name: 'second' });
    await first.end();
    expect(await second.next('taskAssigned')).toMatchObject({ taskExecutionId: id });
    await second.end();
  });

  it('F.21 a piece of work wakes one worker, however many wait for it', async () => {
    const kind = aKind();
    const names = Array.from({ length: 20 }, (_, index) => `waiting-${index}`);
    const waiting = await Promise.all(names.map((name) => connect({ tasks: [kind], name })));
    await startTask(kind);
    await Promise.race(waiting.map((worker) => worker.next('taskAssigned')));
    // Whatever else was on its way to anybody has come before the answer to this.
    for (const worker of waiting) worker.send(workerItem(0, 'heartbeat', { timestampMs: 1 }));
    await Promise.all(waiting.map((worker) => worker.next('ping')));
    const heard = waiting.flatMap(({ seen }) => seen).filter((item) => item !== 'welcome' && item !== 'ping');
    expect(heard).toEqual(['taskAssigned']);
    await Promise.all(waiting.map((worker) => worker.end()));
  });
});

describe('a silent session', () => {
  it('R08 loses its work to others after its lease, and is cut off', async () => {
    const hasty = await startTestServer({ environment: { SESSION_LEASE: '1s' } });
    const silent = connectRawWorker({ port: hasty.grpcPort, tasks: ['job'], name: 'silent' });
    expect(await silent.next('welcome')).toMatchObject({ leaseMs: 1_000, heartbeatMs: 333 });
    const { json } = await hasty.call(TASKS, { body: { kind: 'job' } });
    await silent.next('taskAssigned');
    const other = connectRawWorker({ port: hasty.grpcPort, tasks: ['job'], name: 'other' });
    await other.next('welcome');
    const alive = setInterval(() => other.send(workerItem(0, 'heartbeat', { timestampMs: 1 })), 200);
    expect(await other.next('taskAssigned')).toMatchObject({ taskExecutionId: json['id'], attempt: 2 });
    expect(await silent.over).toMatchObject({ code: 'UNAVAILABLE' });
    clearInterval(alive);
    await other.end();
    await hasty.stop();
  });
});

describe('a cut session', () => {
  it('R05 goes on over a new connection with what it holds, and unanswered items count once', async () => {
    const kind = aKind();
    const first = connectRawWorker({ port: server.grpcPort, tasks: [kind] });
    const { sessionId } = await first.next('welcome');
    const id = await startTask(kind);
    const { claimToken } = await first.next('taskAssigned');
    const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken };
    const entries = [token('one'), token('two')];
    await first.ask('attemptEntries', { ...ref, first: 0, entries });
    first.cut();

    const second = connectRawWorker({
      port: server.grpcPort,
      tasks: [kind],
      hello: { sessionId, heldAttempts: [ref] },
    });
    expect(await second.next('welcome')).toMatchObject({ sessionId, resumed: true, lostClaimTokens: [] });
    // The worker has had no answer, so it sends them again, and one more.
    const again = await second.ask('attemptEntries', { ...ref, first: 0, entries: [...entries, token('three')] });
    expect(again).toMatchObject({ $case: 'accepted', detail: { value: { stored: 3 } } });
    await second.ask('attemptCompleted', { ...ref, output: bytes(null), entries: 3, lostEntries: 0 });
    const stream = await readSse(`${server.http}${TASKS}/${id}/stream?types=tokens&format=plain`);
    const tokens = (await stream.toEnd()).filter(({ event }) => event === 'token');
    expect(tokens.map(({ data }) => data)).toEqual(['one', 'two', 'three']);
    await second.end();
  });

  it('is told which of its claims are gone', async () => {
    const first = connectRawWorker({ port: server.grpcPort });
    const { sessionId } = await first.next('welcome');
    first.cut();
    const second = connectRawWorker({
      port: server.grpcPort,
      hello: { sessionId, heldAttempts: [{ taskExecutionId: UUID, workflowExecutionId: '', claimToken: 'old' }] },
    });
    expect(await second.next('welcome')).toMatchObject({ resumed: true, lostClaimTokens: ['old'] });
    await second.end();
  });

  it('is carried by its newest connection: the end of the old one does not end it', async () => {
    const kind = aKind();
    const old = connectRawWorker({ port: server.grpcPort, tasks: [kind] });
    const { sessionId } = await old.next('welcome');
    const fresh = connectRawWorker({ port: server.grpcPort, tasks: [kind], hello: { sessionId } });
    await fresh.next('welcome');
    await old.end();
    const id = await startTask(kind);
    expect(await fresh.next('taskAssigned')).toMatchObject({ taskExecutionId: id });
    await fresh.end();
  });

  it('begins anew with an id that nobody knows', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, hello: { sessionId: UUID } });
    const welcome = await worker.next('welcome');
    expect(welcome.resumed).toBe(false);
    expect(welcome.sessionId).not.toBe(UUID);
    await worker.end();
  });
});

describe('output', () => {
  it('S19 an entry that is not valid is left out visibly, and the rest goes on', async () => {
    const kind = aKind();
    const worker = await connect({ tasks: [kind] });
    const id = await startTask(kind);
    const { claimToken } = await worker.next('taskAssigned');
    const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken };
    const entry = (type: 'TOKEN' | 'DATA' | 'PROGRESS', payload: string) => ({ type, payload, timestampMs: 1 });
    const answer = await worker.ask('attemptEntries', {
      ...ref,
      first: 0,
      entries: [
        token('good'),
        entry('DATA', '{"type":"Event","event":"TASK_COMPLETED","data":{},"timestampMs":1}'),
        entry('DATA', '{"type":"data","data":{"type":"Event"}}'),
        entry('TOKEN', 'not json'),
        entry('TOKEN', '{"type":"progress","progress":0.5}'),
        entry('PROGRESS', '{"type":"progress","progress":7}'),
        token('also good'),
      ],
    });
    expect(answer).toMatchObject({ $case: 'accepted', detail: { value: { stored: 7 } } });
    await worker.ask('attemptCompleted', { ...ref, output: bytes(null), entries: 7, lostEntries: 0 });
    const stream = await readSse(`${server.http}${TASKS}/${id}/stream`);
    const output = (await stream.toEnd()).flatMap(({ event, data, id }) => {
      const frame = JSON.parse(data) as { event?: { type: string; code?: string; text?: string; progress?: number } };
      return id === undefined || frame.event?.type === 'Event'
        ? []
        : [[event, frame.event?.text ?? frame.event?.code ?? frame.event?.progress]];
    });
    expect(output).toEqual([
      ['token', 'good'],
      ['error', 'STREAM_LOSS'],
      ['error', 'STREAM_LOSS'],
      ['error', 'STREAM_LOSS'],
      ['error', 'STREAM_LOSS'],
      ['progress', 1],
      ['token', 'also good'],
    ]);
    expect(await task(id)).toMatchObject({ status: 'COMPLETED', progress: 1 });
    await worker.end();
  });

  it('R18 of a finished attempt is acknowledged and not written', async () => {
    const kind = aKind();
    const worker = await connect({ tasks: [kind] });
    const id = await startTask(kind);
    const { claimToken } = await worker.next('taskAssigned');
    const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken };
    await worker.ask('attemptCompleted', { ...ref, output: bytes(null), entries: 0, lostEntries: 0 });
    const late = await worker.ask('attemptEntries', { ...ref, first: 0, entries: [token('late')] });
    expect(late).toMatchObject({ $case: 'accepted', detail: { value: { stored: 1 } } });
    const stream = await readSse(`${server.http}${TASKS}/${id}/stream`);
    expect((await stream.toEnd()).filter(({ event }) => event === 'token')).toEqual([]);
    await worker.end();
  });
});

describe('what is wrong in an item is refused, and the session lives on', () => {
  const turn = {
    workflowExecutionId: UUID,
    claimToken: 'x',
    turnId: 't',
    seenSequence: 1,
    commands: [],
    speculative: false,
  };
  const attempt = { taskExecutionId: UUID, workflowExecutionId: '', claimToken: 'x' };

  it.each([
    [
      'an id that is none',
      workerItem(1, 'turnReleased', { workflowExecutionId: 'x', claimToken: '', reason: '' }),
      'INVALID_ARGUMENT',
    ],
    ['a turn without an outcome', workerItem(1, 'turnCompleted', { ...turn, status: 'RUNNING' }), 'INVALID_ARGUMENT'],
    ['a turn of nothing', workerItem(1, 'turnCompleted', { ...turn, status: 'SUSPENDED' }), 'NOT_FOUND'],
    [
      'output that is not JSON',
      workerItem(1, 'attemptCompleted', { ...attempt, output: Buffer.from('{'), entries: 0, lostEntries: 0 }),
      'MALFORMED_JSON',
    ],
    [
      'output that is not text',
      workerItem(1, 'attemptCompleted', { ...attempt, output: Buffer.from([0xff]), entries: 0, lostEntries: 0 }),
      'MALFORMED_JSON',
    ],
    [
      'a level that is none',
      workerItem(1, 'attemptLog', { ...attempt, level: 'LOUD', message: '', timestampMs: 0 }),
      'INVALID_ARGUMENT',
    ],
    ['a second hello', workerItem(1, 'hello', aHello({})), 'INVALID_ARGUMENT'],
    [
      'a start without a request',
      workerItem(1, 'startWorkflow', { workflowExecutionId: UUID, request: undefined }),
      'INVALID_ARGUMENT',
    ],
    ['negative capacity', workerItem(1, 'capacity', { workflowCapacity: -1, taskCapacity: 0 }), 'INVALID_ARGUMENT'],
    ['an item of a later version', { id: 1, item: undefined }, 'UNIMPLEMENTED'],
  ])('%s', async (_what, item, code) => {
    const worker = await connect();
    worker.send(item);
    expect(await worker.next('refused')).toMatchObject({ id: 1, code });
    worker.send(workerItem(0, 'heartbeat', { timestampMs: 1 }));
    await worker.next('ping');
    await worker.end();
  });
});

describe('a call that is not let in', () => {
  const key = 'fwt_dev_worker';
  it.each([
    ['with an unknown key', { key: 'fwt_wrong_key' }, 'UNAUTHENTICATED'],
    ["with a person's key", { key: 'flovyn_sk_dev_admin' }, 'PERMISSION_DENIED'],
    ['for another organisation', { key, orgId: UUID }, 'PERMISSION_DENIED'],
    ['with an organisation that is none', { key, orgId: 'acme' }, 'INVALID_ARGUMENT'],
    ['with a kind that is none', { key, tasks: ['not a kind'] }, 'INVALID_IDENTIFIER'],
    ['without a registration', { key, hello: { registration: undefined } }, 'INVALID_ARGUMENT'],
  ])('%s ends with the right status', async (_what, options, code) => {
    const worker = connectRawWorker({ port: server.grpcPort, ...options });
    expect(await worker.over).toMatchObject({ code });
  });

  it('is let in without credentials from this machine in development mode', async () => {
    const worker = await connect({ key: '' });
    await worker.end();
  });
});

function token(text: string) {
  return { type: 'TOKEN' as const, payload: JSON.stringify({ type: 'token', text }), timestampMs: 1 };
}

it('R28 connecting and leaving a hundred times leaves nothing behind', async () => {
  for (let round = 0; round < 100; round++) {
    const worker = await connect();
    if (round % 2 === 0) await worker.end();
    else worker.cut();
  }
  const kind = aKind();
  const worker = await connect({ tasks: [kind] });
  const id = await startTask(kind);
  await eventually('the task to run', async () => (await task(id))['status'] === 'RUNNING');
  await worker.end();
});
