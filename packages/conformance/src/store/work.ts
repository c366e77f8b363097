import type { ReserveRequest, TaskState, WorkflowState } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import {
  aBatch,
  aClaim,
  aLease,
  aTask,
  aTaskWrite,
  aWorkflow,
  aWrite,
  newOrg,
  newSession,
  newTask,
  noon,
  running,
  someReady,
} from './builders.js';

function request(parts: Partial<ReserveRequest>): ReserveRequest {
  return {
    orgId: newOrg(),
    queue: 'default',
    type: 'task',
    kinds: ['export'],
    limit: 10,
    now: noon,
    holdMs: 1_000,
    ...parts,
  };
}

/** Who is offered what, until when, and who still lives. */
export function workConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: ready work`, () => {
    const bench = setUp(makeDatabase);

    test('R16 is offered to its organisation, queue, type and kinds only', async () => {
      const orgId = newOrg();
      const work = someReady({ orgId });
      const others = [
        someReady(),
        someReady({ orgId, queue: 'slow' }),
        someReady({ orgId, type: 'workflow' }),
        someReady({ orgId, kind: 'import' }),
      ];
      await bench.store.commit(aBatch({ ready: { add: [work, ...others], remove: [] } }));
      expect(await bench.store.reserve(request({ orgId, kinds: ['export', 'other'] }))).toEqual([work]);
      expect(await bench.store.reserve(request({ orgId, kinds: [] }))).toEqual([]);
      expect(await bench.store.reserve(request({ orgId, type: 'workflow' }))).toEqual([others[2]]);
    });

    test('is given in the order of its scores, whatever its kind, up to the limit', async () => {
      const orgId = newOrg();
      const kinds = ['export', 'import'];
      const add = [5, -3.5, 1, 4, 2].map((score, index) => someReady({ orgId, score, kind: kinds[index % 2] ?? '' }));
      await bench.store.commit(aBatch({ ready: { add, remove: [] } }));
      const take = async (limit: number) =>
        (await bench.store.reserve(request({ orgId, limit, kinds: [...kinds, ...kinds] }))).map(({ score }) => score);
      expect(await take(2)).toEqual([-3.5, 1]);
      expect(await take(9)).toEqual([2, 4, 5]);
    });

    test('R10 is offered to nobody else while it is reserved, and again afterwards', async () => {
      const orgId = newOrg();
      const work = someReady({ orgId });
      await bench.store.commit(aBatch({ ready: { add: [work], remove: [] } }));
      expect(await bench.store.reserve(request({ orgId, holdMs: 100 }))).toEqual([work]);
      expect(await bench.other.reserve(request({ orgId, now: noon + 99 }))).toEqual([]);
      expect(await bench.other.reserve(request({ orgId, now: noon + 100 }))).toEqual([work]);
    });

    test('goes when it is removed, and a new offer of it stands at once', async () => {
      const orgId = newOrg();
      const work = someReady({ orgId });
      await bench.store.commit(aBatch({ ready: { add: [work], remove: [] } }));
      expect(await bench.store.reserve(request({ orgId }))).toEqual([work]);
      const later = { ...work, score: work.score + 1 };
      await bench.store.commit(aBatch({ ready: { add: [later], remove: [work.id] } }));
      expect(await bench.store.reserve(request({ orgId }))).toEqual([later]);
      await bench.store.commit(aBatch({ ready: { add: [], remove: [work.id, newTask()] } }));
      expect(await bench.store.reserve(request({ orgId, now: noon + 9_000 }))).toEqual([]);
    });

    test('R10 each piece goes to one of 64 callers on two stores', async () => {
      const orgId = newOrg();
      const add = Array.from({ length: 1_000 }, (_, index) => someReady({ orgId, score: index }));
      await bench.store.commit(aBatch({ ready: { add, remove: [] } }));
      const callers = Array.from({ length: 64 }, async (_, index) => {
        const store = index % 2 === 0 ? bench.store : bench.other;
        const mine: string[] = [];
        for (;;) {
          const got = await store.reserve(request({ orgId, limit: 1 + (index % 7) }));
          mine.push(...got.map(({ id }) => id));
          if (got.length === 0) return mine;
        }
      });
      const given = (await Promise.all(callers)).flat();
      // A caller that meets only rows others are reserving at that moment goes away empty; the rest is still there.
      for (let left = 1; left > 0;) {
        const rest = await bench.store.reserve(request({ orgId, limit: 1_000 }));
        given.push(...rest.map(({ id }) => id));
        left = rest.length;
      }
      expect(given).toHaveLength(1_000);
      expect(new Set(given)).toEqual(new Set(add.map(({ id }) => id)));
    });
  });

  describe(`store on ${name}: timers`, () => {
    const bench = setUp(makeDatabase);

    test('R13 are due at their instant and not before, soonest first, up to the limit', async () => {
      const orgId = newOrg();
      const timer = (dueAt: number) => ({ id: newTask(), executionId: aWorkflow().id, orgId, dueAt });
      const set = [timer(noon + 30), timer(noon + 10), timer(noon + 20)];
      await bench.store.commit(aBatch({ timers: { set, remove: [] } }));
      const due = async (now: number, limit = 1_000) =>
        (await bench.other.dueTimers(now, limit)).filter((one) => one.orgId === orgId);
      expect(await due(noon + 9)).toEqual([]);
      expect(await due(noon + 20)).toEqual([set[1], set[2]]);
      expect(await bench.store.dueTimers(noon + 30, 1)).toHaveLength(1);
      expect(await bench.store.nextTimer(noon + 20)).toBe(noon + 30);
      expect(await bench.store.nextTimer(noon + 30)).toBeUndefined();

      const moved = { ...timer(noon + 40), id: set[0]?.id ?? '', executionId: aWorkflow().id };
      const { executionId = moved.executionId } = set[0] ?? {};
      await bench.store.commit(
        aBatch({ timers: { set: [{ ...moved, executionId }], remove: [set[1]?.id ?? '', newTask()] } }),
      );
      expect((await due(noon + 60)).map(({ dueAt }) => dueAt)).toEqual([noon + 20, noon + 40]);
    });
  });

  describe(`store on ${name}: sessions`, () => {
    const bench = setUp(makeDatabase);

    test('a lease is created, extended, found, expired and removed', async () => {
      const [lease, other] = [aLease(), aLease({ leaseUntil: noon + 30_000 })];
      await bench.store.sessions.extend([lease, other]);
      expect(await bench.other.sessions.find(lease.id)).toEqual(lease);
      const extended = { ...lease, leaseUntil: noon + 20_000, workerName: 'Renamed' };
      await bench.store.sessions.extend([extended]);
      expect(await bench.other.sessions.find(lease.id)).toEqual(extended);
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
      const held = [turn(), turn(dead)];
      const tasks: TaskState[] = [running(aTask(), aClaim(alive.id)), running(aTask(), aClaim(dead.id))];
      const idle = [aWorkflow(), aTask()];
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
      const orphans = (await bench.store.sessions.orphans()).filter(({ sessionId }) =>
        [alive.id, dead.id].includes(sessionId),
      );
      expect(orphans).toEqual(expected(1));
    });
  });

  describe(`store on ${name}: organisations`, () => {
    const bench = setUp(makeDatabase);

    test('are found by slug and by id, and keep their birthday when they are renamed', async () => {
      const org = { id: newOrg(), slug: `org-${newOrg()}`, name: 'Org', tier: 'FREE' };
      await bench.store.orgs.upsert([org]);
      const found = await bench.other.orgs.find(org.slug);
      expect(found).toMatchObject(org);
      await bench.store.orgs.upsert([{ ...org, name: 'Renamed' }]);
      expect(await bench.other.orgs.find(org.id)).toEqual({ ...found, name: 'Renamed' });
      expect(await bench.store.orgs.find('nobody')).toBeUndefined();
    });

    test('the store answers a ping', async () => {
      await bench.store.ping();
    });
  });
}
