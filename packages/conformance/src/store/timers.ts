import type { DueTimer } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { aBatch, newExecution, newOrg, newTask, noon } from './builders.js';
import { aDue } from './wait-builders.js';

/** What becomes due. */
export function timerConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: timers`, () => {
    const bench = setUp(makeDatabase);

    test('R13 are due at their instant and not before, soonest first, up to the limit', async () => {
      const orgId = newOrg();
      const timer = (type: DueTimer['type'], dueAt: number) =>
        type === 'timer' ? aDue({ orgId, type, dueAt }) : aDue({ orgId, type, dueAt, id: newTask() });
      const set = [
        timer('task', noon + 30),
        timer('deadline', noon + 10),
        timer('timer', noon + 20),
        timer('promise', noon + 25),
      ];
      await bench.store.commit(aBatch({ timers: { set, remove: [] } }));
      const due = async (now: number, limit = 1_000) =>
        (await bench.other.dueTimers(now, limit)).filter((one) => one.orgId === orgId);
      expect(await due(noon + 9)).toEqual([]);
      expect(await due(noon + 20)).toEqual([set[1], set[2]]);
      expect(await due(noon + 30)).toEqual([set[1], set[2], set[3], set[0]]);
      expect(await bench.store.dueTimers(noon + 30, 3)).toHaveLength(3);
      expect(await bench.store.nextTimer(noon + 20)).toBe(noon + 25);
      expect(await bench.store.nextTimer(noon + 25)).toBe(noon + 30);
      expect(await bench.store.nextTimer(noon + 30)).toBeUndefined();
    });

    test.each(['task', 'deadline', 'timer', 'promise'] as const)(
      'a timer of type %s is moved by setting it again, and goes when it is removed',
      async (type) => {
        const orgId = newOrg();
        const [moved, removed] = [aDue({ orgId, type, id: newTask() }), aDue({ orgId, type, id: newTask() })];
        const due = async () => (await bench.other.dueTimers(noon + 100, 1_000)).filter((one) => one.orgId === orgId);
        await bench.store.commit(aBatch({ timers: { set: [moved, removed], remove: [] } }));
        const later = { ...moved, dueAt: noon + 50 };
        const unknown = { ...removed, id: newTask() };
        await bench.store.commit(aBatch({ timers: { set: [later], remove: [removed, unknown] } }));
        expect(await due()).toEqual([later]);
        await bench.store.commit(aBatch({ timers: { set: [moved], remove: [later] } }));
        expect(await due()).toEqual([moved]);
      },
    );

    test('those of several types and executions may have one id', async () => {
      const orgId = newOrg();
      const id = newTask();
      const executionId = newExecution();
      const set = [
        aDue({ orgId, executionId, id, type: 'task', dueAt: noon + 1 }),
        aDue({ orgId, executionId, id, type: 'deadline', dueAt: noon + 2 }),
        aDue({ orgId, executionId, id, type: 'timer', dueAt: noon + 3 }),
        aDue({ orgId, executionId, id, type: 'promise', dueAt: noon + 4 }),
        aDue({ orgId, id, type: 'timer', dueAt: noon + 5 }),
      ];
      await bench.store.commit(aBatch({ timers: { set, remove: [] } }));
      const due = async () => (await bench.other.dueTimers(noon + 9, 1_000)).filter((one) => one.orgId === orgId);
      expect(await due()).toEqual(set);
      await bench.store.commit(aBatch({ timers: { set: [], remove: [{ executionId, id, type: 'timer' }] } }));
      expect((await due()).map(({ dueAt }) => dueAt - noon)).toEqual([1, 2, 4, 5]);
    });
  });
}
