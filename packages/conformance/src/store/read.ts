import type { Page, Store, TaskState, WorkflowState } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import {
  aBatch,
  aFact,
  aTask,
  aTaskWrite,
  aToken,
  aWorkflow,
  aWrite,
  anEntry,
  entries,
  facts,
  newExecution,
  newOrg,
  newTask,
  noon,
  running,
} from './builders.js';

const firstPage = { limit: 100, offset: 0 };

async function putWorkflows(store: Store, workflows: readonly WorkflowState[]): Promise<void> {
  await store.commit(aBatch({ executions: workflows.map((workflow) => aWrite(workflow)) }));
}

async function putTasks(store: Store, tasks: readonly TaskState[]): Promise<void> {
  await store.commit(
    aBatch({ executions: tasks.map((task) => aWrite(task)), tasks: tasks.map((task) => aTaskWrite(task)) }),
  );
}

/** Follows cursors to the end. `between` runs after each page. */
async function walk<Row>(
  read: (page: { limit: number; offset: number; cursor?: string }) => Promise<Page<Row>>,
  limit: number,
  between: () => Promise<void> = async () => {},
): Promise<Row[]> {
  const rows: Row[] = [];
  let page = await read({ limit, offset: 0 });
  rows.push(...page.rows);
  while (page.nextCursor !== undefined) {
    await between();
    page = await read({ limit, offset: 0, cursor: page.nextCursor });
    rows.push(...page.rows);
  }
  return rows;
}

/** What people are shown. */
export function readConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: lists`, () => {
    const bench = setUp(makeDatabase);

    test('workflows come newest first, with the number of all', async () => {
      const orgId = newOrg();
      const workflows = [3, 1, 2].map((at) => aWorkflow({ orgId, createdAt: noon + at }));
      await putWorkflows(bench.store, workflows);
      await putTasks(bench.store, [aTask({ orgId })]);
      const page = await bench.other.queries.workflows(orgId, firstPage);
      expect(page.rows.map(({ workflow }) => workflow.createdAt - noon)).toEqual([3, 2, 1]);
      expect(page).toMatchObject({ total: 3, nextCursor: undefined });
      const second = await bench.store.queries.workflows(orgId, { limit: 1, offset: 1 });
      expect(second.rows.map(({ workflow }) => workflow.createdAt - noon)).toEqual([2]);
      expect(second.total).toBe(3);
      expect(await bench.store.queries.workflows(orgId, { limit: 5, offset: 9 })).toMatchObject({ rows: [], total: 3 });
    });

    test('R30 pages neither skip nor repeat what was there, while newer rows arrive', async () => {
      const orgId = newOrg();
      // Equal instants are the hard case: a cursor has to tell them apart.
      const workflows = Array.from({ length: 25 }, (_, index) => aWorkflow({ orgId, createdAt: noon + (index % 3) }));
      await putWorkflows(bench.store, workflows);
      const rows = await walk(
        (page) => bench.store.queries.workflows(orgId, page),
        4,
        () => putWorkflows(bench.store, [aWorkflow({ orgId, createdAt: noon + 10 })]),
      );
      const seen = rows.map(({ workflow }) => workflow.id);
      expect(new Set(seen).size).toBe(seen.length);
      expect(new Set(seen)).toEqual(new Set(workflows.map(({ id }) => id)));
    });

    test('workflows are filtered by status, kind, queue and metadata, all of them together', async () => {
      const orgId = newOrg();
      const plain = aWorkflow({ orgId });
      const red = aWorkflow({ orgId, queue: 'slow', metadata: '{"team":"red","n":5,"deep":{"team":"blue"}}' as Json });
      const blue = aWorkflow({ orgId, kind: 'refund', metadata: '{"team":"blue","say":"a\\"b"}' as Json });
      const done: WorkflowState = {
        ...aWorkflow({ orgId, kind: 'refund' }),
        status: 'COMPLETED',
        output: 'null' as Json,
        completedAt: noon,
      };
      await putWorkflows(bench.store, [plain, red, blue, done]);
      const found = async (filter: object) => {
        const page = await bench.store.queries.workflows(orgId, { ...firstPage, ...filter });
        expect(page.total).toBe(page.rows.length);
        return new Set(page.rows.map(({ workflow }) => workflow.id));
      };
      expect(await found({ status: 'COMPLETED' })).toEqual(new Set([done.id]));
      expect(await found({ kind: 'refund' })).toEqual(new Set([blue.id, done.id]));
      expect(await found({ queue: 'slow' })).toEqual(new Set([red.id]));
      expect(await found({ queue: 'slow', kind: 'refund' })).toEqual(new Set());
      expect(await found({ metadata: { team: 'red' } })).toEqual(new Set([red.id]));
      expect(await found({ metadata: { team: 'red', n: '5' } })).toEqual(new Set([red.id]));
      expect(await found({ metadata: { team: 'red', n: '6' } })).toEqual(new Set());
      expect(await found({ metadata: { say: 'a"b' } })).toEqual(new Set([blue.id]));
      expect(await found({ kind: 'order', metadata: { team: 'blue' } })).toEqual(new Set());
      expect((await found({ metadata: {} })).size).toBe(4);
    });

    test('standalone tasks are listed and filtered; a workflow keeps its own', async () => {
      const workflow = aWorkflow();
      const { orgId } = workflow;
      const own = aTask({ orgId, workflowExecutionId: workflow.id });
      const tasks = [
        aTask({ orgId, createdAt: noon + 1 }),
        aTask({ orgId, createdAt: noon + 2, queue: 'slow' }),
        running(aTask({ orgId, createdAt: noon + 3, kind: 'import' })),
      ];
      await bench.store.commit(aBatch({ executions: [aWrite(workflow)], tasks: [aTaskWrite(own)] }));
      await putTasks(bench.store, tasks);
      const found = async (filter: object) =>
        (await bench.store.queries.tasks(orgId, { ...firstPage, ...filter })).rows.map(({ task }) => task);
      expect(await found({})).toEqual(tasks.toReversed());
      expect(await found({ queue: 'slow' })).toEqual([tasks[1]]);
      expect(await found({ kind: 'import' })).toEqual([tasks[2]]);
      expect(await found({ status: 'PENDING' })).toEqual([tasks[1], tasks[0]]);
      expect((await bench.store.queries.tasksOf(orgId, workflow.id))?.map(({ task }) => task)).toEqual([own]);
      const walked = await walk((page) => bench.store.queries.tasks(orgId, page), 1);
      expect(walked.map(({ task }) => task)).toEqual(tasks.toReversed());
    });

    test('logs come oldest first and go on where a page ended', async () => {
      const task = running(aTask());
      const log = (index: number) => ({
        taskId: task.id,
        attempt: 1,
        level: index % 2 === 0 ? ('INFO' as const) : ('WARN' as const),
        message: `line ${index} "\u0000"`,
        timestampMs: noon - index,
      });
      await bench.store.commit(
        aBatch({ executions: [aWrite(task)], tasks: [aTaskWrite(task)], logs: [log(0), log(1)] }),
      );
      await bench.store.commit(aBatch({ durability: 'output', logs: [log(2), log(3), log(4)] }));
      const rows = await walk((page) => bench.store.queries.logs(task.orgId, task.id, page), 2);
      expect(rows.map(({ id: _, ...row }) => row)).toEqual([0, 1, 2, 3, 4].map(log));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(5);
      const warnings = await bench.store.queries.logs(task.orgId, task.id, { ...firstPage, level: 'WARN' });
      expect(warnings).toMatchObject({ total: 2, rows: [log(1), log(3)] });
    });

    test('attempts that ended without ending their task are kept in order', async () => {
      const task = running(aTask());
      const attempt = (number: number) => ({
        taskId: task.id,
        attempt: number,
        startedAt: noon,
        finishedAt: noon + 1,
        status: 'TIMEOUT' as const,
        error: 'late\u0000',
        workerId: 'w',
      });
      await bench.store.commit(
        aBatch({
          executions: [aWrite(task)],
          tasks: [aTaskWrite(task)],
          attempts: [attempt(2), attempt(1)].toReversed(),
        }),
      );
      expect(await bench.store.queries.attempts(task.orgId, task.id)).toEqual([attempt(1), attempt(2)]);
    });
  });

  describe(`store on ${name}: one execution`, () => {
    const bench = setUp(makeDatabase);

    test('its history is read whole, or any part from either end, ascending', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const rows = facts(id, 1, 9);
      await bench.store.commit(aBatch({ executions: [aWrite(workflow, { sequence: 9 })], history: rows }));
      const read = async (range: object) =>
        (await bench.store.queries.history(orgId, id, range))?.map((one) => one.sequence);
      expect(await bench.other.queries.history(orgId, id, {})).toEqual(rows.map(({ executionId: _, ...fact }) => fact));
      expect(await read({ after: 7 })).toEqual([8, 9]);
      expect(await read({ before: 3 })).toEqual([1, 2]);
      expect(await read({ limit: 2 })).toEqual([1, 2]);
      expect(await read({ limit: 2, fromEnd: true })).toEqual([8, 9]);
      expect(await read({ after: 2, before: 8, limit: 3, fromEnd: true })).toEqual([5, 6, 7]);
      expect(await read({ after: 9 })).toEqual([]);
      expect(await bench.store.queries.history(orgId, newExecution(), {})).toBeUndefined();
    });

    test('its state is what was set last and not cleared, as text, with the position it answers for', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const set = (sequence: number, key: string, value: string) =>
        aFact(id, sequence, { type: 'STATE_SET', data: `{"key":${JSON.stringify(key)},"value":${value}}` as Json });
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { sequence: 6 })],
          history: [
            set(1, 'a', '1'),
            set(2, 'gone', '1'),
            aFact(id, 3),
            set(4, 'a', '{"n":[1,"x"]}'),
            aFact(id, 5, { type: 'STATE_CLEARED', data: '{"key":"gone"}' as Json }),
            set(6, 'nul\u0000"', 'null'),
          ],
          entries: entries(id, 1, 7),
        }),
      );
      const state = await bench.store.queries.state(orgId, id);
      expect(state?.asOf).toEqual({ epoch: 'e1', seq: 7 });
      expect(state?.values).toEqual(
        new Map([
          ['a', '{"n":[1,"x"]}'],
          ['nul\u0000"', 'null'],
        ]),
      );
      const blank = aWorkflow({ orgId });
      await putWorkflows(bench.store, [blank]);
      expect(await bench.store.queries.state(orgId, blank.id)).toEqual({
        values: new Map(),
        asOf: { epoch: 'e1', seq: 0 },
      });
      expect(await bench.store.queries.state(orgId, newExecution())).toBeUndefined();
    });

    test('R21 records say the position of the stream they answer for', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const task = running(aTask({ orgId, workflowExecutionId: id }));
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { sequence: 1 })],
          tasks: [aTaskWrite(task)],
          entries: entries(id, 1, 2),
        }),
      );
      const asOf = { epoch: 'e1', seq: 2 };
      expect(await bench.store.queries.workflow(orgId, id)).toEqual({ workflow, sequence: 1, asOf });
      expect(await bench.store.queries.task(orgId, task.id)).toEqual({ task, asOf });
      expect((await bench.store.queries.workflows(orgId, firstPage)).rows).toEqual([{ workflow, sequence: 1, asOf }]);
      expect(await bench.store.queries.tasksOf(orgId, id)).toEqual([{ task, asOf }]);
    });

    test('R17 its stream is read after any number, in order, as it was written', async () => {
      const workflow = aWorkflow();
      const { id, orgId } = workflow;
      const task = running(aTask({ orgId, workflowExecutionId: id }));
      const kinds = ['token', 'progress', 'data', 'error'] as const;
      const rows = [
        anEntry(id, 1, { event: '{"text": "1.0 \\u0000 ü"}' as Json }),
        ...kinds.map((kind, index) => aToken(task, index + 2, index, { kind, epoch: 'e2' })),
        anEntry(id, 6, { terminal: true }),
      ];
      await bench.store.commit(
        aBatch({ executions: [aWrite(workflow)], tasks: [aTaskWrite(task)], entries: rows.slice(0, 3) }),
      );
      await bench.store.commit(aBatch({ durability: 'output', entries: rows.slice(3) }));
      expect(await bench.other.streams.read(id, 0, 100)).toEqual(rows);
      expect((await bench.other.streams.read(id, 2, 2)).map(({ seq }) => seq)).toEqual([3, 4]);
      expect(await bench.other.streams.read(id, 6, 10)).toEqual([]);
      expect(await bench.other.streams.head(orgId, id)).toEqual({
        executionId: id,
        rootId: id,
        type: 'workflow',
        epoch: 'e1',
        epochBase: 0,
        seq: 6,
        first: 1,
        ended: undefined,
      });
      const over: WorkflowState = { ...workflow, status: 'CANCELLED', reason: '', completedAt: noon };
      const write = aWrite(over, { expectedVersion: 1, epoch: 'e2', epochBase: 5 });
      await bench.store.commit(aBatch({ executions: [write] }));
      expect(await bench.other.streams.head(orgId, id)).toMatchObject({
        epoch: 'e2',
        epochBase: 5,
        ended: 'CANCELLED',
      });
    });

    test("a standalone task's stream ends with the task", async () => {
      const task = aTask();
      const write = aWrite(task);
      await bench.store.commit(aBatch({ executions: [write], tasks: [aTaskWrite(task)] }));
      expect(await bench.store.streams.head(task.orgId, write.id)).toMatchObject({
        type: 'task',
        seq: 0,
        ended: undefined,
      });
      const done: TaskState = { ...task, status: 'FAILED', error: 'x', completedAt: noon };
      await bench.store.commit(
        aBatch({ executions: [aWrite(done, { expectedVersion: 1 })], tasks: [aTaskWrite(done, false)] }),
      );
      expect(await bench.store.streams.head(task.orgId, write.id)).toMatchObject({ ended: 'FAILED' });
    });
  });

  describe(`store on ${name}: organisations apart`, () => {
    const bench = setUp(makeDatabase);

    test('R31 nobody reads what belongs to another, not even that it exists', async () => {
      const workflow = aWorkflow();
      const { id } = workflow;
      const task = running(aTask({ orgId: workflow.orgId, workflowExecutionId: id }));
      const alone = aTask({ orgId: workflow.orgId });
      const attempt = {
        attempt: 1,
        startedAt: noon,
        finishedAt: noon,
        status: 'FAILED' as const,
        error: 'x',
        workerId: 'w',
      };
      await bench.store.commit(
        aBatch({
          executions: [aWrite(workflow, { sequence: 1 }), aWrite(alone)],
          tasks: [aTaskWrite(task), aTaskWrite(alone)],
          history: facts(id, 1, 1),
          entries: entries(id, 1, 1),
          attempts: [{ ...attempt, taskId: task.id }],
          logs: [{ taskId: task.id, attempt: 1, level: 'INFO', message: 'm', timestampMs: noon }],
        }),
      );
      const { queries, streams } = bench.store;
      const seenBy = async (orgId: WorkflowState['orgId']) => ({
        workflow: (await queries.workflow(orgId, id)) !== undefined,
        workflows: (await queries.workflows(orgId, firstPage)).total,
        history: (await queries.history(orgId, id, {})) !== undefined,
        state: (await queries.state(orgId, id)) !== undefined,
        tasksOf: (await queries.tasksOf(orgId, id)) !== undefined,
        task: (await queries.task(orgId, task.id)) !== undefined,
        tasks: (await queries.tasks(orgId, firstPage)).total,
        attempts: (await queries.attempts(orgId, task.id)).length,
        logs: (await queries.logs(orgId, task.id, firstPage)).total,
        head: (await streams.head(orgId, id)) !== undefined,
      });
      expect(await seenBy(workflow.orgId)).toEqual({
        workflow: true,
        workflows: 1,
        history: true,
        state: true,
        tasksOf: true,
        task: true,
        tasks: 1,
        attempts: 1,
        logs: 1,
        head: true,
      });
      expect(await seenBy(newOrg())).toEqual({
        workflow: false,
        workflows: 0,
        history: false,
        state: false,
        tasksOf: false,
        task: false,
        tasks: 0,
        attempts: 0,
        logs: 0,
        head: false,
      });
    });

    test('a standalone task is no workflow, and an unknown task is absent', async () => {
      const task = aTask();
      const write = aWrite(task);
      await putTasks(bench.store, [task]);
      expect(await bench.store.queries.workflow(task.orgId, write.id)).toBeUndefined();
      expect(await bench.store.queries.history(task.orgId, write.id, {})).toBeUndefined();
      expect(await bench.store.queries.state(task.orgId, write.id)).toBeUndefined();
      expect(await bench.store.queries.tasksOf(task.orgId, write.id)).toBeUndefined();
      expect(await bench.store.queries.task(task.orgId, newTask())).toBeUndefined();
    });
  });
}
