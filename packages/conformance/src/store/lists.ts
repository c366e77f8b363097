import type { WorkflowState } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, putTasks, putWorkflows, setUp } from './bench.js';
import { aBatch, aClaim, aTask, aTaskWrite, aWorkflow, aWrite, newOrg, noon, running } from './builders.js';
import { firstPage, walk } from './pages.js';

/** What people are shown in lists. */
export function listConformance(name: string, makeDatabase: MakeDatabase): void {
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
      const cancellation = { reason: 'No more', requestedBy: 'ada' };
      const cancelling: WorkflowState = {
        ...aWorkflow({ orgId, kind: 'payment' }),
        cancellation,
        status: 'RUNNING',
        claim: { ...aClaim(), claimedSequence: 1 },
      };
      await putWorkflows(bench.store, [plain, red, blue, done, cancelling]);
      const found = async (filter: object) => {
        const page = await bench.store.queries.workflows(orgId, { ...firstPage, ...filter });
        expect(page.total).toBe(page.rows.length);
        return new Set(page.rows.map(({ workflow }) => workflow.id));
      };
      expect(await found({ status: 'COMPLETED' })).toEqual(new Set([done.id]));
      expect(await found({ status: 'PENDING' })).toEqual(new Set([plain.id, red.id, blue.id]));
      expect(await found({ status: 'CANCELLING' })).toEqual(new Set([cancelling.id]));
      expect(await found({ status: 'RUNNING' })).toEqual(new Set());
      expect(await found({ kind: 'refund' })).toEqual(new Set([blue.id, done.id]));
      expect(await found({ queue: 'slow' })).toEqual(new Set([red.id]));
      expect(await found({ queue: 'slow', kind: 'refund' })).toEqual(new Set());
      expect(await found({ metadata: { team: 'red' } })).toEqual(new Set([red.id]));
      expect(await found({ metadata: { team: 'red', n: '5' } })).toEqual(new Set([red.id]));
      expect(await found({ metadata: { team: 'red', n: '6' } })).toEqual(new Set());
      expect(await found({ metadata: { say: 'a"b' } })).toEqual(new Set([blue.id]));
      expect(await found({ kind: 'order', metadata: { team: 'blue' } })).toEqual(new Set());
      expect((await found({ metadata: {} })).size).toBe(5);
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
}
