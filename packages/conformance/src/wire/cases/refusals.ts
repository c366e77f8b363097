import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import type { Caller } from '../caller.js';
import { toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';

type Attempt = (caller: Caller, id: string) => Promise<unknown>;

/** Every call that names an execution, a task, a promise or a worker. */
export const CALLS_BY_ID: readonly (readonly [string, Attempt])[] = [
  ['GetEvents', (caller, id) => caller.getEvents({ workflowExecutionId: id })],
  [
    'SubmitWorkflowCommands',
    (caller, id) => caller.submitWorkflowCommands({ workflowExecutionId: id, commands: [], status: 'SUSPENDED' }),
  ],
  [
    'SignalWorkflow',
    (caller, id) =>
      caller.signalWorkflow({
        orgId: caller.orgId,
        workflowExecutionId: id,
        signalName: 'hello',
        signalValue: toBytes(1),
      }),
  ],
  ['QueryWorkflow', (caller, id) => caller.queryWorkflow({ workflowExecutionId: id, queryName: 'state' })],
  [
    'StartChildWorkflow',
    (caller, id) =>
      caller.startChildWorkflow({
        parentWorkflowExecutionId: id,
        childExecutionName: 'son',
        orgId: caller.orgId,
        workflowExecutionIdentifier: { $case: 'workflowKind', value: 'wire-workflow' },
      }),
  ],
  [
    'SubmitTask of an execution',
    (caller, id) => caller.submitTask({ orgId: caller.orgId, workflowExecutionId: id, kind: 'wire-task' }),
  ],
  ['CompleteTask', (caller, id) => caller.completeTask({ taskExecutionId: id, output: toBytes(1) })],
  ['FailTask', (caller, id) => caller.failTask({ taskExecutionId: id, error: 'no' })],
  ['ReportProgress', (caller, id) => caller.reportProgress({ taskExecutionId: id, progress: 0.5 })],
  ['Heartbeat', (caller, id) => caller.heartbeat({ taskExecutionId: id })],
  ['CancelTask', (caller, id) => caller.cancelTask({ taskExecutionId: id })],
  ['LogMessage', (caller, id) => caller.logMessage({ taskExecutionId: id, level: 'INFO', message: 'hello' })],
  ['GetState', (caller, id) => caller.getState({ taskExecutionId: id, key: 'a' })],
  ['SetState', (caller, id) => caller.setState({ taskExecutionId: id, key: 'a', value: toBytes(1) })],
  ['ClearState', (caller, id) => caller.clearState({ taskExecutionId: id, key: 'a' })],
  ['ClearAllState', (caller, id) => caller.clearAllState({ taskExecutionId: id })],
  ['GetStateKeys', (caller, id) => caller.getStateKeys({ taskExecutionId: id })],
  [
    'StreamTaskData',
    (caller, id) =>
      caller.streamTaskData({ taskExecutionId: id, type: 'TOKEN', payload: '{"type":"token","text":"a"}' }),
  ],
  ['SendHeartbeat', (caller, id) => caller.sendHeartbeat({ workerId: id })],
];

/** Every call that names an organisation. */
export const CALLS_BY_ORG: readonly (readonly [string, (caller: Caller, orgId: string) => Promise<unknown>])[] = [
  [
    'PollWorkflow',
    (caller, orgId) => caller.pollWorkflow({ orgId, workerId: 'wire', queue: 'wire-nowhere', timeoutSeconds: 1 }),
  ],
  [
    'PollTask',
    (caller, orgId) => caller.pollTask({ orgId, workerId: 'wire', queue: 'wire-nowhere', timeoutSeconds: 1 }),
  ],
  ['StartWorkflow', (caller, orgId) => caller.startWorkflow({ orgId, workflowKind: 'w', queue: 'wire-nowhere' })],
  [
    'SignalWithStartWorkflow',
    (caller, orgId) =>
      caller.signalWithStartWorkflow({
        orgId,
        workflowId: randomUUID(),
        workflowKind: 'w',
        queue: 'wire-nowhere',
        signalName: 'hello',
      }),
  ],
  [
    'SignalWorkflow',
    (caller, orgId) => caller.signalWorkflow({ orgId, workflowExecutionId: randomUUID(), signalName: 'hello' }),
  ],
  [
    'StartChildWorkflow',
    (caller, orgId) =>
      caller.startChildWorkflow({
        orgId,
        parentWorkflowExecutionId: randomUUID(),
        childExecutionName: 'son',
        workflowExecutionIdentifier: { $case: 'workflowKind', value: 'w' },
      }),
  ],
  ['SubmitTask', (caller, orgId) => caller.submitTask({ orgId, kind: 't', queue: 'wire-nowhere' })],
  ['RegisterWorker', (caller, orgId) => caller.registerWorker({ orgId, workerName: `wire-${randomUUID()}` })],
];

export function refusalsSuite({ withBench }: Wire): void {
  describe.each(CALLS_BY_ID)('%s', (_name, attempt) => {
    test('of an id nobody has is NOT_FOUND', () =>
      withBench(async ({ caller }) => {
        expect(await statusOf(attempt(caller, randomUUID()))).toBe('NOT_FOUND');
      }));

    test('of an id that is no UUID is INVALID_ARGUMENT', () =>
      withBench(async ({ caller }) => {
        expect(await statusOf(attempt(caller, 'not-a-uuid'))).toBe('INVALID_ARGUMENT');
      }));
  });

  describe.each(CALLS_BY_ORG)('%s', (_name, attempt) => {
    test('for an organisation that is no UUID is INVALID_ARGUMENT', () =>
      withBench(async ({ caller }) => {
        // Who may not ask need not be told what is wrong with the question.
        expect(await statusOf(attempt(caller, 'not-a-uuid'))).toMatch(/^(INVALID_ARGUMENT|PERMISSION_DENIED)$/);
      }));

    test('for an organisation that is not that of the key is PERMISSION_DENIED', () =>
      withBench(async ({ caller }) => {
        expect(await statusOf(attempt(caller, randomUUID()))).toBe('PERMISSION_DENIED');
      }));
  });

  describe('an id that a worker makes', () => {
    test.each(['not-a-uuid', ''])('is INVALID_ARGUMENT for a task when it is "%s"', (taskExecutionId) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.activation();
        const command = {
          commandType: 'SCHEDULE_TASK',
          sequenceNumber: 1,
          commandData: {
            $case: 'scheduleTask',
            value: { kind: 'wire-task', input: new Uint8Array(), taskExecutionId },
          },
        } as const;
        const call = bench.caller.submitWorkflowCommands({
          workflowExecutionId: id,
          commands: [command],
          status: 'SUSPENDED',
        });
        expect(await statusOf(call)).toBe('INVALID_ARGUMENT');
        expect(await bench.facts(id)).toEqual(['WORKFLOW_STARTED']);
      }),
    );
  });
}
