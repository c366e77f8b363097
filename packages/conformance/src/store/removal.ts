import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, expectConflict, loadOne, putTasks, setUp } from './bench.js';
import { aBatch, aTask, aTaskWrite, aWrite, entries, noon } from './builders.js';
import { aDue } from './wait-builders.js';
import { aReserve, someReady } from './work-builders.js';

/** What goes altogether. */
export function removalConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: removal`, () => {
    const bench = setUp(makeDatabase);

    test('a removed standalone task leaves nothing behind', async () => {
      const task = aTask();
      const write = aWrite(task);
      const own = { executionId: write.id, id: task.id, orgId: task.orgId };
      const timers = [
        { ...own, type: 'task' },
        { ...own, type: 'deadline' },
      ] as const;
      const attempt = { taskId: task.id, attempt: 1, startedAt: noon, finishedAt: noon, error: 'x', workerId: 'w' };
      await bench.store.commit(
        aBatch({
          executions: [write],
          tasks: [aTaskWrite(task)],
          entries: entries(write.id, 1, 2),
          attempts: [{ ...attempt, status: 'FAILED' }],
          logs: [{ taskId: task.id, attempt: 1, level: 'INFO', message: 'm', timestampMs: noon }],
          ready: { add: [someReady({ id: task.id, executionId: write.id, orgId: task.orgId })], remove: [] },
          timers: { set: timers.map((timer) => aDue(timer)), remove: [] },
        }),
      );
      await bench.store.taskState.set(task.orgId, task.id, 'page', '3' as Json);
      await expectConflict(bench.other, aBatch({ deleted: [{ id: write.id, expectedVersion: 2 }] }));
      expect(await bench.store.queries.task(task.orgId, task.id)).toBeDefined();

      const rest = { ready: { add: [], remove: [task.id] }, timers: { set: [], remove: timers } };
      await bench.store.commit(aBatch({ ...rest, deleted: [{ id: write.id, expectedVersion: 1 }] }));
      expect(await loadOne(bench.store, write.id, { taskIds: [task.id] })).toBeUndefined();
      expect(await bench.store.queries.task(task.orgId, task.id)).toBeUndefined();
      expect(await bench.store.queries.attempts(task.orgId, task.id)).toEqual([]);
      expect((await bench.store.queries.logs(task.orgId, task.id, { limit: 9, offset: 0 })).rows).toEqual([]);
      expect(await bench.store.streams.head(task.orgId, write.id)).toBeUndefined();
      expect(await bench.store.streams.read(write.id, 0, 9)).toEqual([]);
      expect(await bench.store.reserve(aReserve({ orgId: task.orgId }))).toEqual([]);
      expect((await bench.store.dueTimers(noon, 1_000)).map(({ id }) => id)).not.toContain(task.id);
      await putTasks(bench.store, [task]);
      expect(await bench.store.taskState.keys(task.orgId, task.id)).toEqual([]);
    });
  });
}
