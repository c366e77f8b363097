import { type ClientUnaryCall, Metadata } from '@grpc/grpc-js';
import type { ExecutionId, OrgId, Polled, TaskId } from '@flovyn/engine';
import { type Json, ServiceError } from '@flovyn/protocol';
import {
  type PollResponse,
  type PollTaskResponse,
  type WorkAvailableEvent,
  type WorkflowDispatchClient,
  fromGrpcError,
} from '@flovyn/protocol/grpc';
import { eventually, within } from '@flovyn/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { workerIdOf } from '../src/grpc/workers/worker-id.js';
import { type UnaryDoorOnAWire, openDoor, orgId } from './support/unary-door.js';

const taskId = '7f0c0f6e-0000-4000-8000-000000000001' as TaskId;
type GrpcError = Parameters<typeof fromGrpcError>[0];

let door: UnaryDoorOnAWire;
beforeEach(async () => void (door = await openDoor()));
afterEach(() => door.close());

function somePolled(input = 'null') {
  const putBack = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const work: Polled['work'] = {
    type: 'task',
    taskId,
    workflowExecutionId: undefined,
    executionId: taskId as string as ExecutionId,
    token: 't',
    kind: 'mail',
    input: input as Json,
    attempt: 2,
    maxRetries: 3,
    timeoutMs: undefined,
    queue: 'default',
  };
  return { polled: { work, putBack }, putBack };
}

function pollTask(options: { readonly deadline?: number; readonly workerId?: string } = {}) {
  let call: ClientUnaryCall | undefined;
  const answer = new Promise<PollTaskResponse | ServiceError>((resolve) => {
    call = door.tasks.pollTask(
      { workerId: options.workerId ?? 'ada', orgId, workerLabels: {}, timeoutSeconds: 60, queue: '' },
      new Metadata(),
      options.deadline === undefined ? {} : { deadline: options.deadline },
      (error, response) => resolve(error === null ? response : fromGrpcError(error)),
    );
  });
  return { call: call as ClientUnaryCall, answer };
}

async function aPoll() {
  const poll = pollTask();
  const asked = await eventually('the poll to arrive', () => door.polls.at(-1));
  return { ...poll, ...asked };
}

describe('the answer of a poll', () => {
  it('is the work, which stays with its worker', async () => {
    const { give, request, answer } = await aPoll();
    const { polled, putBack } = somePolled('{"a":1.0}');
    expect(request).toMatchObject({
      worker: workerIdOf('ada', orgId),
      type: 'task',
      queue: 'default',
      kinds: ['mail'],
    });
    give(polled);
    expect(await answer).toMatchObject({
      task: { taskExecutionId: taskId, kind: 'mail', workflowExecutionId: '', executionCount: 2, queue: 'default' },
    });
    // The call is over on the server, too.
    door.workflows.getVisualWorkflowDefinitionById({ workflowDefinitionId: 'x' }, () => undefined);
    await eventually('the next call', () => door.unary.heard.mock.calls.length >= 2);
    expect(putBack).not.toHaveBeenCalled();
  });

  it('is empty when there was none, before its caller loses patience', async () => {
    const { answer } = pollTask({ deadline: Date.now() + 600 });
    expect(await answer).toEqual({ task: undefined });
    expect(door.polls[0]?.request.holdMs).toBeLessThanOrEqual(500);
  });

  it('is put back when its worker went away meanwhile', async () => {
    const { give, request, call, answer } = await aPoll();
    const { polled, putBack } = somePolled();
    call.cancel();
    await answer;
    await eventually('the poll to be given up', () => request.signal.aborted);
    give(polled);
    await eventually('the work to be put back', () => putBack.mock.calls.length > 0);
  });

  it('is put back when its worker had gone, of which nothing had been read yet', async () => {
    const { give, call, answer } = await aPoll();
    const { polled, putBack } = somePolled();
    call.cancel();
    give(polled);
    await answer;
    await eventually('the work to be put back', () => putBack.mock.calls.length > 0);
    expect(putBack).toHaveBeenCalledTimes(1);
  });

  it('is put back when it was on its way and did not get there', async () => {
    const { give, call, answer } = await aPoll();
    // Larger than what a connection takes before its reader has read some of it.
    const { polled, putBack } = somePolled(JSON.stringify('x'.repeat(2_000_000)));
    call.on('metadata', () => call.cancel());
    give(polled);
    expect(await answer).toMatchObject({ code: 'ABORTED' });
    await eventually('the work to be put back', () => putBack.mock.calls.length > 0);
    expect(putBack).toHaveBeenCalledTimes(1);
  });
});

describe('a workflow poll', () => {
  const poll = (fields: { readonly workflowCapabilities?: string[]; readonly workerId?: string } = {}) =>
    new Promise<PollResponse>((resolve, reject) => {
      const request = {
        workerId: 'ada',
        orgId: '',
        queue: 'q',
        timeoutSeconds: 1,
        workflowCapabilities: [],
        ...fields,
      };
      door.workflows.pollWorkflow(request, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
  const asked = () => eventually('the poll to arrive', () => door.polls.at(-1));

  it('has the execution as its worker reads it', async () => {
    const answer = poll();
    const { give, request } = await asked();
    expect(request).toMatchObject({ type: 'workflow', queue: 'q', kinds: ['pay'], holdMs: 1_000 });
    const work: Polled['work'] = {
      type: 'activation',
      executionId: taskId as string as ExecutionId,
      token: 't',
      kind: 'pay',
      orgId,
      queue: 'q',
      input: '{"a": 1.0}' as Json,
      workflowVersion: '2',
      parentId: undefined,
      afterSequence: 0,
      events: [],
      sequence: 7,
      createdAt: 1_700_000_000_123,
      prioritySeconds: -3,
    };
    give({ work, putBack: () => Promise.resolve() });
    const { workflowExecution } = await answer;
    expect(workflowExecution).toMatchObject({
      id: taskId,
      kind: 'pay',
      orgId,
      queue: 'q',
      priorityMs: -3_000,
      createdAtMs: 1_700_000_000_123,
      currentSequence: 7,
      workflowVersion: '2',
      workflowTaskTimeMillis: 1_700_000_000_123,
    });
    expect(Buffer.from(workflowExecution?.input ?? []).toString()).toBe('{"a": 1.0}');
  });

  it('is for the kinds it names, where it names some', async () => {
    const answer = poll({ workflowCapabilities: ['a', 'b'] });
    const { give, request } = await asked();
    expect(request.kinds).toEqual(['a', 'b']);
    give(undefined);
    expect((await answer).workflowExecution).toBeUndefined();
  });

  it('knows a worker by its name and by its id', async () => {
    const byName = poll();
    const first = await asked();
    first.give(undefined);
    await byName;
    const byId = poll({ workerId: workerIdOf('ada', orgId).toUpperCase() });
    const second = await eventually('the second poll', () => door.polls[1]);
    second.give(undefined);
    await byId;
    expect(second.request.worker).toBe(first.request.worker);
  });
});

describe('a call', () => {
  const complete = (id: string) =>
    new Promise<ServiceError | undefined>((resolve) => {
      door.tasks.completeTask({ taskExecutionId: id, output: new Uint8Array() }, (error) =>
        resolve(error === null ? undefined : fromGrpcError(error)),
      );
    });

  it('reaches the engine checked, with the connection it came on', async () => {
    expect(await complete(taskId.toUpperCase())).toBeUndefined();
    expect(door.unary.completeTask).toHaveBeenCalledWith({
      orgId,
      taskId,
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      output: 'null',
    });
  });

  it('does not reach it with an id that is none', async () => {
    expect(await complete('7')).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(door.unary.completeTask).not.toHaveBeenCalled();
  });

  it('ends with the status of what was thrown, and tells nothing of what nobody expected', async () => {
    door.unary.completeTask.mockRejectedValueOnce(new ServiceError('FAILED_PRECONDITION', 'It is over.'));
    expect(await complete(taskId)).toMatchObject({ code: 'FAILED_PRECONDITION', message: 'It is over.' });
    door.unary.completeTask.mockRejectedValueOnce(new Error('select secret from table'));
    const error = await complete(taskId);
    expect(error).toMatchObject({ code: 'INTERNAL', message: expect.not.stringContaining('secret') as string });
  });

  it('of a worker is a sign of life, of its connection and of the worker last heard of there', async () => {
    const ada = [{ orgId, workerId: workerIdOf('ada', orgId) }];
    await pollTask({ deadline: Date.now() + 200 }).answer;
    await door.presence.loop.tick();
    expect(door.seen).toHaveBeenLastCalledWith(ada, 5);
    // It does not say who it is.
    await complete(taskId);
    expect(door.unary.heard).toHaveBeenLastCalledWith({
      orgId,
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
    });
    await door.presence.loop.tick();
    expect(door.seen).toHaveBeenCalledTimes(2);
    expect(door.seen).toHaveBeenLastCalledWith(ada, 5);
  });

  it('of a person is none', async () => {
    door.close();
    door = await openDoor({ type: 'User', id: 'ada', orgId, role: 'OWNER' });
    expect(await complete(taskId)).toBeUndefined();
    expect(door.unary.heard).not.toHaveBeenCalled();
  });
});

describe('a heartbeat', () => {
  it('speaks for all connections of its worker', async () => {
    const workerId = workerIdOf('ada', orgId);
    await new Promise<void>((resolve, reject) => {
      const request = { workerId, workflowKinds: [], taskKinds: [], healthInfo: new Uint8Array() };
      door.workers.sendHeartbeat(request, (error) => (error === null ? resolve() : reject(error)));
    });
    expect(door.unary.heard).toHaveBeenLastCalledWith(expect.objectContaining({ worker: workerId }), true);
    await door.presence.loop.tick();
    expect(door.seen).toHaveBeenCalledWith([{ orgId, workerId }], 5);
  });
});

describe('when the server stops', () => {
  it('polls and subscriptions end at once, and nobody comes back here', async () => {
    const { answer } = await aPollThatHears();
    const subscription = door.workflows.subscribeToNotifications({ workerId: 'ada', orgId, queue: '' });
    const over = new Promise<void>((resolve) => subscription.on('end', resolve));
    await firstHint(subscription);
    door.services.drain();
    expect(await answer).toEqual({ task: undefined });
    await within('the end of the subscription', over);
    expect(await pollTask().answer).toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('notifications', () => {
  it('tell of work in the queue, many at once as one', async () => {
    const call = door.workflows.subscribeToNotifications({ workerId: 'ada', orgId, queue: 'q' });
    const hints: WorkAvailableEvent[] = [];
    call.on('data', (hint: WorkAvailableEvent) => hints.push(hint));
    call.on('error', () => undefined);
    const nudge = (queue: string, of: OrgId = orgId) =>
      door.wakeUps.nudge({ orgId: of, queue, type: 'workflow', kind: 'pay' });
    await eventually('the first hint', () => {
      nudge('q');
      return hints.length > 0;
    });
    const before = hints.length;
    nudge('other');
    nudge('q', '660e8400-e29b-41d4-a716-446655440000' as OrgId);
    for (let count = 0; count < 100; count++) nudge('q');
    await eventually('the next hint', () => hints.length > before);
    expect(hints.length).toBeLessThanOrEqual(before + 2);
    expect(hints.at(-1)).toEqual({ orgId, queue: 'q', timestampMs: 5 });
    call.cancel();
  });

  it("are not of another organisation's", async () => {
    const call = door.workflows.subscribeToNotifications({
      workerId: 'ada',
      orgId: '660e8400-e29b-41d4-a716-446655440000',
      queue: '',
    });
    const error = await new Promise<GrpcError>((resolve) =>
      call.on('error', (thrown) => resolve(thrown as unknown as GrpcError)),
    );
    expect(fromGrpcError(error)).toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

/** A poll whose engine ends it when it is given up, as the real one does. */
async function aPollThatHears() {
  const poll = await aPoll();
  poll.request.signal.addEventListener('abort', () => poll.give(undefined));
  return poll;
}

/** Resolves when the subscription stands. */
async function firstHint(call: ReturnType<WorkflowDispatchClient['subscribeToNotifications']>): Promise<void> {
  let hints = 0;
  call.on('data', () => hints++);
  await eventually('the first hint', () => {
    door.wakeUps.nudge({ orgId, queue: 'default', type: 'task', kind: 'mail' });
    return hints > 0;
  });
}
