import type { WorkflowState } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, putTasks, setUp } from './bench.js';
import {
  aBatch,
  aTask,
  aTaskWrite,
  aWorkflow,
  aWrite,
  entries,
  facts,
  newOrg,
  newTask,
  noon,
  running,
} from './builders.js';
import { firstPage } from './pages.js';

/** Nobody reads what belongs to another. */
export function apartConformance(name: string, makeDatabase: MakeDatabase): void {
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
