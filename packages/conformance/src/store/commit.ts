import type { TaskState, WorkflowState } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, loadOne, setUp } from './bench.js';
import {
  aBatch,
  aClaim,
  aFact,
  aTask,
  aTaskWrite,
  aToken,
  aWanted,
  aWorkflow,
  aWrite,
  entries,
  facts,
  newExecution,
  newOrg,
  newSession,
  newTask,
  noon,
  running,
} from './builders.js';

/** What is loaded is what was stored. */
export function commitConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: what is written`, () => {
    const bench = setUp(makeDatabase);
    const claim = aClaim();
    const base = aWorkflow();
    const full = {
      ...base,
      workflowVersion: '1.2.0',
      parentId: aWorkflow().id,
      childName: 'payment "b"',
      depth: 2,
      idempotencyKey: 'order/7',
      prioritySeconds: 2.5,
      startedAt: noon + 1,
      holder: newSession(),
      wakeSequence: 4,
      lastTurn: { turnId: 'turn-1', sequence: 5 },
      door: 'unary' as const,
      signals: 3,
      metadata: '{"team": "red", "n": 1}' as Json,
    };
    const cancelling = { ...full, cancellation: { reason: 'No more\u0000', requestedBy: 'ada' } };
    const runs = { status: 'RUNNING', claim: { ...claim, claimedSequence: 3, speculativeSequence: 4 } } as const;
    const waits = {
      status: 'WAITING',
      reason: 'Waiting for task "a\u0000b" 🌊',
      suspendType: 'SUSPEND_TYPE_TASK',
      waitingOn: [{ type: 'SUSPEND_TYPE_TASK', name: 'export', id: newTask() }],
    } as const;
    const workflows: Record<string, WorkflowState> = {
      PENDING: base,
      RUNNING: { ...full, ...runs },
      'RUNNING behind the other door': { ...full, ...runs, claim: { ...runs.claim, door: 'unary' } },
      WAITING: { ...full, ...waits },
      'PENDING but CANCELLING': cancelling,
      'RUNNING but CANCELLING': { ...cancelling, ...runs },
      'WAITING but CANCELLING': { ...cancelling, ...waits },
      COMPLETED: { ...full, status: 'COMPLETED', output: '{"a" :1.0, "ü":"\\u0000"}' as Json, completedAt: noon + 9 },
      FAILED: { ...full, status: 'FAILED', error: 'It broke\u0000', completedAt: noon + 9 },
      CANCELLED: { ...full, status: 'CANCELLED', reason: '', completedAt: noon + 9 },
    };

    test.each(Object.entries(workflows))('a %s workflow is loaded as it was written', async (_, state) => {
      const workflow = { ...state, id: aWorkflow().id };
      const write = aWrite(workflow, { sequence: 2 });
      await bench.store.commit(
        aBatch({ executions: [write], history: facts(workflow.id, 1, 2), entries: entries(workflow.id, 1, 3) }),
      );
      const { expectedVersion: _expected, ...stored } = write;
      expect(await loadOne(bench.store, workflow.id)).toEqual({
        ...stored,
        hasFamily: false,
        seq: 3,
        tasks: [],
        waits: [],
      });
      expect((await bench.store.queries.workflow(workflow.orgId, workflow.id))?.workflow).toEqual(workflow);
    });

    test.each(Object.entries(workflows))('a workflow that becomes %s loses what it was before', async (_, state) => {
      const workflow = { ...state, id: aWorkflow().id };
      const { id, orgId, rootId, kind, queue, input, prioritySeconds, createdAt, metadata } = workflow;
      const { workflowVersion, parentId, childName, depth, idempotencyKey } = workflow;
      const fixed = { id, orgId, rootId, kind, queue, input, metadata, prioritySeconds, createdAt };
      const optional = { workflowVersion, parentId, childName, depth, idempotencyKey };
      const before = { ...cancelling, ...waits, ...optional, ...fixed } as WorkflowState;
      await bench.store.commit(aBatch({ executions: [aWrite(before)] }));
      await bench.store.commit(aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })] }));
      expect((await loadOne(bench.store, workflow.id))?.workflow).toEqual(workflow);
    });

    const pending = aTask();
    const ended = { ...running(pending), lastToken: 'token-0', completedAt: noon + 9 };
    const { claim: _claim, entries: _entries, ...over } = ended;
    const tasks: Record<string, TaskState> = {
      PENDING: pending,
      'PENDING again': { ...pending, executionCount: 1, dueAt: noon + 50, error: 'It broke "once"' },
      RUNNING: {
        ...running(pending),
        progress: 0.25,
        progressDetails: 'a\u0000b',
        lastHeartbeatAt: noon + 7,
        timeoutMs: 500,
      },
      COMPLETED: { ...over, status: 'COMPLETED', output: '[1.0, null]' as Json },
      FAILED: { ...over, status: 'FAILED', error: 'It broke' },
      'FAILED because its time was over': { ...over, status: 'FAILED', error: 'Too late', timedOut: true },
      CANCELLED: { ...over, status: 'CANCELLED', reason: 'No more' },
    };

    test.each(Object.entries(tasks))('a %s task is loaded as it was written', async (_, state) => {
      const task = { ...state, id: newTask(), orgId: newOrg(), idempotencyKey: 'k', metadata: '{"a":"b"}' as Json };
      await bench.store.commit(aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)] }));
      const write = aWrite(task);
      const loaded = await loadOne(bench.store, write.id, { taskIds: [task.id] });
      expect(loaded?.tasks).toEqual([task]);
      expect(loaded?.workflow).toBeUndefined();
      expect((await bench.store.queries.task(task.orgId, task.id))?.task).toEqual(task);
    });

    test('a workflow is loaded with its open tasks, and with ended ones when they are named', async () => {
      const workflow = aWorkflow();
      const own = { orgId: workflow.orgId, workflowExecutionId: workflow.id };
      const open = aTask(own);
      const done: TaskState = { ...aTask(own), status: 'COMPLETED', output: 'null' as Json, completedAt: noon };
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow)],
          tasks: [aTaskWrite(open), aTaskWrite(done), aTaskWrite(running(aTask(own)))],
        }),
      );
      expect((await loadOne(bench.store, workflow.id))?.tasks).toHaveLength(2);
      const named = await loadOne(bench.store, workflow.id, { taskIds: [done.id, open.id, newTask()] });
      expect(named?.tasks).toHaveLength(3);
      expect(named?.tasks).toEqual(expect.arrayContaining([open, done]));
    });

    test('its tasks come in the order in which they were scheduled', async () => {
      const workflow = aWorkflow();
      const own = { orgId: workflow.orgId, workflowExecutionId: workflow.id };
      const tasks = Array.from({ length: 9 }, (_, index) => aTask({ ...own, scheduledSequence: index + 1 }));
      await bench.store.commit(
        aBatch({ executions: [aWrite(workflow)], tasks: tasks.map((task) => aTaskWrite(task)) }),
      );
      expect((await loadOne(bench.store, workflow.id))?.tasks).toEqual(tasks);
    });

    test('a task that is named with another execution than its own is told to be elsewhere', async () => {
      const [workflow, stranger] = [aWorkflow(), aWorkflow()];
      const task = aTask({ orgId: workflow.orgId, workflowExecutionId: workflow.id });
      await bench.store.commit(aBatch({ executions: [aWrite(workflow), aWrite(stranger)], tasks: [aTaskWrite(task)] }));
      const named = async (id: typeof workflow.id) => {
        const { executions, elsewhere } = await bench.store.load([aWanted(id, { taskIds: [task.id, newTask()] })], {
          lock: false,
        });
        return { tasks: executions.flatMap((one) => one.tasks), elsewhere };
      };
      expect(await named(workflow.id)).toEqual({ tasks: [task], elsewhere: [] });
      expect(await named(stranger.id)).toEqual({ tasks: [], elsewhere: [task.id] });
      // Also for an execution that nobody has created yet.
      expect(await named(newExecution())).toEqual({ tasks: [], elsewhere: [task.id] });
    });

    test('an unknown execution is absent, and nothing wanted is nothing loaded', async () => {
      const { life, ...rest } = await bench.store.load(
        [aWanted(newExecution(), { taskIds: [newTask()], waits: [{ type: 'timer', key: 'nap' }] })],
        { lock: false },
      );
      const nothing = { executions: [], keys: [], elsewhere: [] };
      expect(rest).toEqual(nothing);
      expect(life).not.toBe('');
      expect(await bench.store.load([], { lock: false })).toEqual({ ...nothing, life });
    });

    test('R18 a running attempt knows how many of its entries are stored, and counts no other attempt', async () => {
      const workflow = aWorkflow();
      const task = running(aTask({ orgId: workflow.orgId, workflowExecutionId: workflow.id }));
      const neighbour = running(aTask({ orgId: workflow.orgId, workflowExecutionId: workflow.id }));
      const second = { ...task, executionCount: 2, attemptFrom: { epoch: 'e1', seq: 3 } };
      const tokens = [aToken(task, 1, 0), aToken(task, 2, 1), aToken(neighbour, 3, 0), aToken(second, 4, 0)];
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow)],
          tasks: [aTaskWrite(task), aTaskWrite(neighbour)],
          entries: tokens.slice(0, 3),
        }),
      );
      const counts = async () =>
        Object.fromEntries(
          ((await loadOne(bench.store, workflow.id))?.tasks ?? []).map((one) => [
            one.id,
            'entries' in one && one.entries,
          ]),
        );
      expect(await counts()).toEqual({ [task.id]: 2, [neighbour.id]: 1 });
      expect((await bench.store.queries.task(task.orgId, task.id))?.task).toMatchObject({ entries: 2 });

      await bench.store.commit(
        aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })], tasks: [aTaskWrite(second, false)] }),
      );
      expect(await counts()).toEqual({ [task.id]: 0, [neighbour.id]: 1 });
      await bench.store.commit(aBatch({ durability: 'output', entries: tokens.slice(3) }));
      expect(await counts()).toEqual({ [task.id]: 1, [neighbour.id]: 1 });
    });

    test('signs of life touch a running attempt and leave what they do not say', async () => {
      const task = running(aTask());
      await bench.store.commit(aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)] }));
      const sign = { taskId: task.id, attempt: 1 };
      await bench.store.commit(
        aBatch({ durability: 'output', signs: [{ ...sign, progress: 0.5, progressDetails: 'half' }] }),
      );
      await bench.store.commit(aBatch({ durability: 'output', signs: [{ ...sign, lastHeartbeatAt: noon + 8 }] }));
      const expected = { ...task, progress: 0.5, progressDetails: 'half', lastHeartbeatAt: noon + 8 };
      expect((await bench.store.queries.task(task.orgId, task.id))?.task).toEqual(expected);
    });

    test('R09 signs of an attempt that is over are passed over', async () => {
      const task = running(aTask());
      await bench.store.commit(aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)] }));
      const unknown = { taskId: newTask(), attempt: 1, progress: 1 };
      await bench.store.commit(
        aBatch({ durability: 'output', signs: [{ taskId: task.id, attempt: 2, progress: 1 }, unknown] }),
      );
      expect((await bench.store.queries.task(task.orgId, task.id))?.task).toEqual(task);
    });

    test('a large batch is one commit', async () => {
      const many = Array.from({ length: 500 }, () => aWorkflow());
      await bench.store.commit(
        aBatch({
          executions: many.map((workflow) => aWrite(workflow, { sequence: 1 })),
          history: many.map(({ id }) => aFact(id, 1)),
          entries: many.flatMap(({ id }) => entries(id, 1, 4)),
        }),
      );
      const { executions } = await bench.store.load(
        many.map(({ id }) => aWanted(id)),
        { lock: false },
      );
      expect(executions).toHaveLength(500);
      expect(executions.every(({ seq, sequence }) => seq === 4 && sequence === 1)).toBe(true);
    });

    test('an empty batch is no error', async () => {
      await bench.store.commit(aBatch({}));
    });
  });
}
