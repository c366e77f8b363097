import type { TaskState, WorkflowState } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { aBatch, aClaim, aTask, aTaskWrite, aWorkflow, aWrite, newSession, noon, running } from './builders.js';
import { aLease } from './work-builders.js';

/** Who still lives, and what they hold. */
export function sessionConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: sessions`, () => {
    const bench = setUp(makeDatabase);

    test('a lease is created, extended, found, expired and removed', async () => {
      const [lease, other] = [aLease(), aLease({ leaseUntil: noon + 30_000 })];
      await bench.store.sessions.extend([lease, other]);
      expect(await bench.other.sessions.find(lease.id)).toEqual(lease);
      const extended = { ...lease, leaseUntil: noon + 20_000, workerName: 'Renamed' };
      await bench.store.sessions.extend([extended]);
      expect(await bench.other.sessions.find(lease.id)).toEqual(extended);
      // Another process may think that it ends sooner.
      await bench.other.sessions.extend([{ ...extended, leaseUntil: noon + 10_000 }]);
      expect(await bench.store.sessions.find(lease.id)).toEqual(extended);
      const expired = async (now: number) =>
        (await bench.store.sessions.expired(now, 1_000)).filter((id) => id === lease.id || id === other.id);
      expect(await expired(noon + 20_000)).toEqual([]);
      expect(await expired(noon + 20_001)).toEqual([lease.id]);
      await bench.store.sessions.remove([lease.id, newSession()]);
      expect(await bench.store.sessions.find(lease.id)).toBeUndefined();
      expect(await bench.store.sessions.find(other.id)).toEqual(other);
      await bench.store.sessions.extend([]);
    });

    test('R08 what a session holds is found, and what belongs to no session is an orphan', async () => {
      const [alive, dead] = [aLease(), aLease()];
      await bench.store.sessions.extend([alive]);
      const turn = (lease = alive): WorkflowState => ({
        ...aWorkflow(),
        status: 'RUNNING',
        claim: { ...aClaim(lease.id), claimedSequence: 1 },
      });
      const cancellation = { reason: 'No more', requestedBy: 'ada' };
      const held = [turn(), { ...turn(dead), cancellation }];
      const tasks: TaskState[] = [running(aTask(), aClaim(alive.id)), running(aTask(), aClaim(dead.id))];
      const idle = [aWorkflow(), { ...aWorkflow(), cancellation }, aTask()];
      await bench.store.commit(
        aBatch({
          executions: [...held, ...tasks, ...idle].map((one) => aWrite(one)),
          tasks: tasks.map((task) => aTaskWrite(task)),
        }),
      );
      const expected = (index: number) => {
        const [workflow, task] = [held[index], tasks[index]];
        if (workflow?.status !== 'RUNNING' || task?.status !== 'RUNNING') throw new Error('both run');
        return [
          {
            executionId: workflow.id,
            orgId: workflow.orgId,
            sessionId: workflow.claim.sessionId,
            token: workflow.claim.token,
          },
          {
            executionId: task.id,
            orgId: task.orgId,
            sessionId: task.claim.sessionId,
            token: task.claim.token,
            taskId: task.id,
          },
        ];
      };
      expect(await bench.store.sessions.claims([alive.id])).toEqual(expected(0));
      expect(await bench.store.sessions.claims([dead.id])).toEqual(expected(1));
      expect(await bench.store.sessions.claims([])).toEqual([]);
      const ids = [...held, ...tasks, ...idle].map(({ id }) => id);
      const holders = await bench.store.sessions.holdersOf(ids);
      expect(new Set(holders.map(({ token }) => token))).toEqual(
        new Set([...expected(0), ...expected(1)].map(({ token }) => token)),
      );
      expect(await bench.store.sessions.holdersOf(ids.filter((_, index) => index % 2 === 0))).toEqual(expected(0));
      expect(await bench.store.sessions.holdersOf([])).toEqual([]);
      const orphans = (await bench.store.sessions.orphans()).filter(({ sessionId }) =>
        [alive.id, dead.id].includes(sessionId),
      );
      expect(orphans).toEqual(expected(1));
    });
  });
}
