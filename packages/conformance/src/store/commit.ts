import { CommitConflict, type CommitBatch, type Store, type TaskState, type WorkflowState } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, loadOne, setUp } from './bench.js';
import {
  aBatch,
  aClaim,
  aFact,
  aKey,
  aTask,
  aTaskWrite,
  aToken,
  aWorkflow,
  aWrite,
  anEntry,
  entries,
  facts,
  newOrg,
  newSession,
  newTask,
  noon,
  running,
  someReady,
} from './builders.js';

async function expectConflict(store: Store, batch: CommitBatch): Promise<void> {
  await expect(store.commit(batch)).rejects.toBeInstanceOf(CommitConflict);
}

/** What is stored is what was given, and stored whole or not at all. */
export function commitConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: what is written`, () => {
    const bench = setUp(makeDatabase);
    const claim = aClaim();
    const base = aWorkflow();
    const full = {
      ...base,
      workflowVersion: '1.2.0',
      parentId: aWorkflow().id,
      idempotencyKey: 'order/7',
      prioritySeconds: 2.5,
      startedAt: noon + 1,
      holder: newSession(),
      wakeSequence: 4,
      lastTurn: { turnId: 'turn-1', sequence: 5 },
      metadata: '{"team": "red", "n": 1}' as Json,
    };
    const workflows: Record<WorkflowState['status'], WorkflowState> = {
      PENDING: base,
      RUNNING: { ...full, status: 'RUNNING', claim: { ...claim, claimedSequence: 3, speculativeSequence: 4 } },
      WAITING: {
        ...full,
        status: 'WAITING',
        reason: 'Waiting for task "a\u0000b" 🌊',
        suspendType: 'SUSPEND_TYPE_TASK',
        waitingOn: [{ type: 'SUSPEND_TYPE_TASK', name: 'export', id: newTask() }],
      },
      COMPLETED: { ...full, status: 'COMPLETED', output: '{"a" :1.0, "ü":"\\u0000"}' as Json, completedAt: noon + 9 },
      FAILED: { ...full, status: 'FAILED', error: 'It broke\u0000', completedAt: noon + 9 },
      CANCELLED: { ...full, status: 'CANCELLED', reason: '', completedAt: noon + 9 },
    };

    test.each(Object.entries(workflows))('a %s workflow is loaded as it was written', async (_, state) => {
      const workflow = { ...state, id: aWorkflow().id };
      const write = aWrite(workflow, { sequence: 2, epochBase: 1 });
      await bench.store.commit(
        aBatch({ executions: [write], history: facts(workflow.id, 1, 2), entries: entries(workflow.id, 1, 3) }),
      );
      const { expectedVersion: _expected, ...stored } = write;
      expect(await loadOne(bench.store, workflow.id)).toEqual({ ...stored, seq: 3, tasks: [] });
      expect((await bench.store.queries.workflow(workflow.orgId, workflow.id))?.workflow).toEqual(workflow);
    });

    test.each(Object.entries(workflows))('a workflow that becomes %s loses what it was before', async (_, state) => {
      const workflow = { ...state, id: aWorkflow().id };
      const { id, orgId, rootId, kind, queue, input, prioritySeconds, createdAt, metadata } = workflow;
      const { workflowVersion, parentId, idempotencyKey } = workflow;
      const fixed = { id, orgId, rootId, kind, queue, input, metadata, prioritySeconds, createdAt };
      const optional = { workflowVersion, parentId, idempotencyKey };
      const before = { ...workflows.WAITING, ...optional, ...fixed } as WorkflowState;
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
      CANCELLED: { ...over, status: 'CANCELLED', reason: 'No more' },
    };

    test.each(Object.entries(tasks))('a %s task is loaded as it was written', async (_, state) => {
      const task = { ...state, id: newTask(), orgId: newOrg(), idempotencyKey: 'k', metadata: '{"a":"b"}' as Json };
      await bench.store.commit(aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)] }));
      const write = aWrite(task);
      const loaded = await loadOne(bench.store, write.id, [task.id]);
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
      const named = await loadOne(bench.store, workflow.id, [done.id, open.id, newTask()]);
      expect(named?.tasks).toHaveLength(3);
      expect(named?.tasks).toEqual(expect.arrayContaining([open, done]));
    });

    test('an unknown execution is absent, and nothing wanted is nothing loaded', async () => {
      const { executions, keys, life } = await bench.store.load(
        [{ id: aWorkflow().id, taskIds: [newTask()], keys: [] }],
        {
          lock: false,
        },
      );
      expect({ executions, keys }).toEqual({ executions: [], keys: [] });
      expect(life).not.toBe('');
      expect(await bench.store.load([], { lock: false })).toEqual({ executions: [], keys: [], life });
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
        many.map(({ id }) => ({ id, taskIds: [], keys: [] })),
        { lock: false },
      );
      expect(executions).toHaveLength(500);
      expect(executions.every(({ seq, sequence }) => seq === 4 && sequence === 1)).toBe(true);
    });

    test('an empty batch is no error', async () => {
      await bench.store.commit(aBatch({}));
    });
  });

  describe(`store on ${name}: what is refused`, () => {
    const bench = setUp(makeDatabase);

    async function stored(): Promise<WorkflowState> {
      const workflow = aWorkflow();
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { sequence: 2 })],
          history: facts(workflow.id, 1, 2),
          entries: entries(workflow.id, 1, 3),
        }),
      );
      return workflow;
    }

    test('R03 a version that is not the stored one stores nothing of the batch', async () => {
      const [workflow, neighbour] = [await stored(), await stored()];
      const fresh = aWorkflow();
      const key = aKey();
      const work = someReady();
      await expectConflict(
        bench.store,
        aBatch({
          executions: [
            aWrite(fresh),
            aWrite(neighbour, { expectedVersion: 1, sequence: 3 }),
            aWrite(workflow, { expectedVersion: 2, sequence: 3 }),
          ],
          history: [aFact(neighbour.id, 3), aFact(workflow.id, 3)],
          entries: [anEntry(neighbour.id, 4), anEntry(workflow.id, 4)],
          ready: { add: [work], remove: [] },
          keys: { add: [key], remove: [] },
        }),
      );
      for (const { id } of [workflow, neighbour]) {
        expect(await loadOne(bench.store, id)).toMatchObject({ version: 1, sequence: 2, seq: 3 });
        expect(await bench.store.queries.history(workflow.orgId, workflow.id, {})).toHaveLength(2);
      }
      expect(await loadOne(bench.store, fresh.id)).toBeUndefined();
      const { keys } = await bench.store.load([{ id: fresh.id, taskIds: [], keys: [key] }], { lock: false });
      expect(keys).toEqual([]);
      expect(await bench.store.reserve({ ...reserveLike(work), limit: 1 })).toEqual([]);
    });

    test('a change of an execution that is not there is refused', async () => {
      await expectConflict(bench.store, aBatch({ executions: [aWrite(aWorkflow(), { expectedVersion: 1 })] }));
    });

    test('R05 an execution is created once', async () => {
      const workflow = await stored();
      await expectConflict(bench.other, aBatch({ executions: [aWrite(workflow)] }));
    });

    test('R01 a number of a history is given once', async () => {
      const workflow = await stored();
      await expectConflict(bench.other, aBatch({ history: [aFact(workflow.id, 2)] }));
      expect(await bench.store.queries.history(workflow.orgId, workflow.id, {})).toHaveLength(2);
    });

    test('R17 a number of a stream is given once', async () => {
      const workflow = await stored();
      await expectConflict(bench.other, aBatch({ durability: 'output', entries: [anEntry(workflow.id, 3)] }));
      expect(await bench.store.streams.read(workflow.id, 0, 10)).toHaveLength(3);
    });

    test('a task id is used once, and a task that is not there is not changed', async () => {
      const task = aTask();
      await bench.store.commit(aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)] }));
      const write = aWrite(task, { expectedVersion: 1 });
      await expectConflict(bench.other, aBatch({ executions: [write], tasks: [aTaskWrite(task)] }));
      const stranger = { ...aTask({ workflowExecutionId: write.id }), orgId: task.orgId };
      await expectConflict(bench.other, aBatch({ executions: [write], tasks: [aTaskWrite(stranger, false)] }));
      expect(await loadOne(bench.store, write.id)).toMatchObject({ version: 1 });
    });

    test('R08 two stores that race for one version: one wins, the other keeps nothing', async () => {
      const workflow = await stored();
      const race = [bench.store, bench.other].map((store, index) =>
        store
          .commit(
            aBatch({
              executions: [aWrite(workflow, { expectedVersion: 1, sequence: 3, epoch: `by-${index}` })],
              history: [aFact(workflow.id, 3, { type: `BY_${index}` })],
            }),
          )
          .then(() => index),
      );
      const results = await Promise.allSettled(race);
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(won).toHaveLength(1);
      expect(await loadOne(bench.store, workflow.id)).toMatchObject({ version: 2, epoch: `by-${won[0]}` });
      const history = await bench.store.queries.history(workflow.orgId, workflow.id, {});
      expect(history?.map((fact) => fact.type).at(-1)).toBe(`BY_${won[0]}`);
    });

    test('two stores with the same executions in opposite order never stand still', async () => {
      const pair = [await stored(), await stored()];
      for (let version = 1; version <= 30; version++) {
        const batch = (order: readonly WorkflowState[]) =>
          aBatch({ executions: order.map((workflow) => aWrite(workflow, { expectedVersion: version })) });
        const results = await Promise.allSettled([
          bench.store.commit(batch(pair)),
          bench.other.commit(batch(pair.toReversed())),
        ]);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      }
      for (const { id } of pair) expect(await loadOne(bench.store, id)).toMatchObject({ version: 31 });
    }, 10_000);

    test('after a refusal the store goes on', async () => {
      const workflow = await stored();
      await expectConflict(bench.store, aBatch({ executions: [aWrite(workflow, { expectedVersion: 7 })] }));
      await bench.store.commit(aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })] }));
      expect(await loadOne(bench.store, workflow.id)).toMatchObject({ version: 2 });
    });

    test('what was loaded with a lock can be written, refused, or let go of', async () => {
      const workflow = await stored();
      const wanted = [{ id: workflow.id, taskIds: [], keys: [] }];
      const { executions } = await bench.store.load(wanted, { lock: true });
      expect(executions[0]).toMatchObject({ version: 1, sequence: 2, seq: 3 });
      await bench.store.commit(aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })] }));
      expect(await loadOne(bench.other, workflow.id)).toMatchObject({ version: 2 });

      await bench.store.load(wanted, { lock: true });
      await expectConflict(bench.store, aBatch({ executions: [aWrite(workflow, { expectedVersion: 1 })] }));
      await bench.store.unlock();
      await bench.store.load(wanted, { lock: true });
      await bench.store.unlock();
      await bench.store.unlock();
      await bench.other.commit(aBatch({ executions: [aWrite(workflow, { expectedVersion: 2 })] }));
      expect(await loadOne(bench.store, workflow.id)).toMatchObject({ version: 3 });
    });
  });

  describe(`store on ${name}: idempotency keys`, () => {
    const bench = setUp(makeDatabase);
    const find = async (store: Store, key: ReturnType<typeof aKey>) =>
      (await store.load([{ id: aWorkflow().id, taskIds: [], keys: [key] }], { lock: false })).keys;

    test('R29 a key leads to what it was taken for, in its own organisation', async () => {
      const key = aKey();
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      expect(await find(bench.other, key)).toEqual([key]);
      expect(await find(bench.other, { ...key, orgId: newOrg() })).toEqual([]);
      await bench.store.commit(aBatch({ keys: { add: [{ ...key, orgId: newOrg() }], remove: [] } }));
    });

    test('R29 a key is taken once, and the batch that comes second stores nothing', async () => {
      const key = aKey();
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      const workflow = aWorkflow();
      const later = { ...key, targetId: workflow.id, expiresAt: key.expiresAt + 1 };
      await expectConflict(bench.other, aBatch({ executions: [aWrite(workflow)], keys: { add: [later], remove: [] } }));
      expect(await loadOne(bench.store, workflow.id)).toBeUndefined();
      expect(await find(bench.store, key)).toEqual([key]);
    });

    test('a key that is let go and taken in one batch changes hands', async () => {
      const key = aKey();
      const next = aKey({ orgId: key.orgId, key: key.key });
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      await bench.store.commit(aBatch({ keys: { add: [next], remove: [key] } }));
      expect(await find(bench.store, key)).toEqual([next]);
    });

    test('R29 a key that somebody else has taken anew is not let go', async () => {
      const key = aKey();
      const next = aKey({ orgId: key.orgId, key: key.key });
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      await bench.store.commit(aBatch({ keys: { add: [next], remove: [key] } }));
      await bench.other.commit(aBatch({ keys: { add: [], remove: [key] } }));
      expect(await find(bench.store, key)).toEqual([next]);
      const third = aKey({ orgId: key.orgId, key: key.key });
      await expectConflict(bench.other, aBatch({ keys: { add: [third], remove: [key] } }));
      await bench.store.commit(aBatch({ keys: { add: [], remove: [next] } }));
      expect(await find(bench.store, key)).toEqual([]);
    });
  });

  describe(`store on ${name}: removal`, () => {
    const bench = setUp(makeDatabase);

    test('a removed standalone task leaves nothing behind', async () => {
      const task = aTask();
      const write = aWrite(task);
      const attempt = { taskId: task.id, attempt: 1, startedAt: noon, finishedAt: noon, error: 'x', workerId: 'w' };
      await bench.store.commit(
        aBatch({
          executions: [write],
          tasks: [aTaskWrite(task)],
          entries: entries(write.id, 1, 2),
          attempts: [{ ...attempt, status: 'FAILED' }],
          logs: [{ taskId: task.id, attempt: 1, level: 'INFO', message: 'm', timestampMs: noon }],
          ready: { add: [someReady({ id: task.id, executionId: write.id, orgId: task.orgId })], remove: [] },
          timers: { set: [{ id: task.id, executionId: write.id, orgId: task.orgId, dueAt: noon }], remove: [] },
        }),
      );
      await expectConflict(bench.other, aBatch({ deleted: [{ id: write.id, expectedVersion: 2 }] }));
      expect(await bench.store.queries.task(task.orgId, task.id)).toBeDefined();

      const rest = { ready: { add: [], remove: [task.id] }, timers: { set: [], remove: [task.id] } };
      await bench.store.commit(aBatch({ ...rest, deleted: [{ id: write.id, expectedVersion: 1 }] }));
      expect(await loadOne(bench.store, write.id, [task.id])).toBeUndefined();
      expect(await bench.store.queries.task(task.orgId, task.id)).toBeUndefined();
      expect(await bench.store.queries.attempts(task.orgId, task.id)).toEqual([]);
      expect((await bench.store.queries.logs(task.orgId, task.id, { limit: 9, offset: 0 })).rows).toEqual([]);
      expect(await bench.store.streams.head(task.orgId, write.id)).toBeUndefined();
      expect(await bench.store.streams.read(write.id, 0, 9)).toEqual([]);
      expect(await bench.store.reserve(reserveLike(someReady({ orgId: task.orgId })))).toEqual([]);
      expect((await bench.store.dueTimers(noon, 1_000)).map(({ id }) => id)).not.toContain(task.id);
    });
  });
}

function reserveLike(work: ReturnType<typeof someReady>) {
  const { orgId, queue, type, kind } = work;
  return { orgId, queue, type, kinds: [kind], limit: 10, now: noon, holdMs: 1_000 };
}
