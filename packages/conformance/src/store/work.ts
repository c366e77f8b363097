import type { ReadyLine } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { aBatch, newOrg, newTask, noon } from './builders.js';
import { aReserve, someReady } from './work-builders.js';

/** Who is offered what, and until when. */
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
      expect(await bench.store.reserve(aReserve({ orgId, kinds: ['export', 'other'] }))).toEqual([work]);
      expect(await bench.store.reserve(aReserve({ orgId, kinds: [] }))).toEqual([]);
      expect(await bench.store.reserve(aReserve({ orgId, type: 'workflow' }))).toEqual([others[2]]);
    });

    test('is given in the order of its scores, whatever its kind, up to the limit', async () => {
      const orgId = newOrg();
      const kinds = ['export', 'import'];
      const add = [5, -3.5, 1, 4, 2].map((score, index) => someReady({ orgId, score, kind: kinds[index % 2] ?? '' }));
      await bench.store.commit(aBatch({ ready: { add, remove: [] } }));
      const take = async (limit: number) =>
        (await bench.store.reserve(aReserve({ orgId, limit, kinds: [...kinds, ...kinds] }))).map(({ score }) => score);
      expect(await take(2)).toEqual([-3.5, 1]);
      expect(await take(9)).toEqual([2, 4, 5]);
    });

    test('R10 is offered to nobody else while it is reserved, and again afterwards', async () => {
      const orgId = newOrg();
      const work = someReady({ orgId });
      await bench.store.commit(aBatch({ ready: { add: [work], remove: [] } }));
      expect(await bench.store.reserve(aReserve({ orgId, holdMs: 100 }))).toEqual([work]);
      expect(await bench.other.reserve(aReserve({ orgId, now: noon + 99 }))).toEqual([]);
      expect(await bench.other.reserve(aReserve({ orgId, now: noon + 100 }))).toEqual([work]);
    });

    test('goes when it is removed, and a new offer of it stands at once', async () => {
      const orgId = newOrg();
      const work = someReady({ orgId });
      await bench.store.commit(aBatch({ ready: { add: [work], remove: [] } }));
      expect(await bench.store.reserve(aReserve({ orgId }))).toEqual([work]);
      const later = { ...work, score: work.score + 1 };
      await bench.store.commit(aBatch({ ready: { add: [later], remove: [work.id] } }));
      expect(await bench.store.reserve(aReserve({ orgId }))).toEqual([later]);
      await bench.store.commit(aBatch({ ready: { add: [], remove: [work.id, newTask()] } }));
      expect(await bench.store.reserve(aReserve({ orgId, now: noon + 9_000 }))).toEqual([]);
    });

    test('is offered again at once when its reservation is given back', async () => {
      const orgId = newOrg();
      const [work, other] = [someReady({ orgId }), someReady({ orgId, score: noon + 1 })];
      await bench.store.commit(aBatch({ ready: { add: [work, other], remove: [] } }));
      expect(await bench.store.reserve(aReserve({ orgId }))).toEqual([work, other]);
      await bench.store.release(work.id);
      expect(await bench.other.reserve(aReserve({ orgId }))).toEqual([work]);
      await bench.store.release(newTask());
    });

    test('R10 each piece goes to one of 64 callers on two stores', async () => {
      const orgId = newOrg();
      const add = Array.from({ length: 1_000 }, (_, index) => someReady({ orgId, score: index }));
      await bench.store.commit(aBatch({ ready: { add, remove: [] } }));
      const callers = Array.from({ length: 64 }, async (_, index) => {
        const store = index % 2 === 0 ? bench.store : bench.other;
        const mine: string[] = [];
        for (;;) {
          const got = await store.reserve(aReserve({ orgId, limit: 1 + (index % 7) }));
          mine.push(...got.map(({ id }) => id));
          if (got.length === 0) return mine;
        }
      });
      const given = (await Promise.all(callers)).flat();
      // A caller that meets only rows others are reserving at that moment goes away empty; the rest is still there.
      for (let left = 1; left > 0;) {
        const rest = await bench.store.reserve(aReserve({ orgId, limit: 1_000 }));
        given.push(...rest.map(({ id }) => id));
        left = rest.length;
      }
      expect(given).toHaveLength(1_000);
      expect(new Set(given)).toEqual(new Set(add.map(({ id }) => id)));
    });
  });

  describe(`store on ${name}: lines of ready work`, () => {
    const bench = setUp(makeDatabase);

    test('each is named once, also when all of its work is reserved, up to the limit', async () => {
      expect(await bench.store.readyLines(10)).toEqual([]);
      const [orgId, another] = [newOrg(), newOrg()];
      const lines: ReadyLine[] = [
        { orgId, queue: 'default', type: 'task', kind: 'export' },
        { orgId, queue: 'default', type: 'task', kind: 'import' },
        { orgId, queue: 'default', type: 'workflow', kind: 'export' },
        { orgId, queue: 'slow', type: 'task', kind: 'export' },
        { orgId: another, queue: 'default', type: 'task', kind: 'export' },
      ];
      const add = [...lines, ...lines, ...lines].map((line) => someReady(line));
      await bench.store.commit(aBatch({ ready: { add, remove: [] } }));
      const named = await bench.other.readyLines(10);
      expect(named).toHaveLength(lines.length);
      expect(named).toEqual(expect.arrayContaining(lines));
      expect(await bench.other.readyLines(3)).toHaveLength(3);

      const taken = await bench.store.reserve(aReserve({ orgId: another }));
      expect(taken).toHaveLength(3);
      expect(await bench.other.readyLines(10)).toHaveLength(lines.length);
      await bench.store.commit(aBatch({ ready: { add: [], remove: taken.map(({ id }) => id) } }));
      expect((await bench.other.readyLines(10)).map((line) => line.orgId)).not.toContain(another);
    });

    test('R16 is counted, also when it is reserved, up to the limits', async () => {
      const [orgId, another] = [newOrg(), newOrg()];
      const add = [
        ...[1, 2, 3].map((score) => someReady({ orgId, score })),
        someReady({ orgId, queue: 'slow' }),
        someReady({ orgId, type: 'workflow' }),
        someReady({ orgId: another }),
      ];
      await bench.store.commit(aBatch({ ready: { add, remove: [] } }));
      await bench.store.reserve(aReserve({ orgId, limit: 1 }));
      const counts = async (lines: number, most: number) =>
        (await bench.other.readyCounts({ lines, most })).filter((line) => line.orgId === orgId);
      const line = { orgId, queue: 'default', type: 'task', kind: 'export' };
      const counted = await counts(1_000, 10);
      expect(counted).toHaveLength(3);
      expect(counted).toEqual(
        expect.arrayContaining([
          { ...line, count: 3 },
          { ...line, queue: 'slow', count: 1 },
          { ...line, type: 'workflow', count: 1 },
        ]),
      );
      expect(await counts(1_000, 2)).toContainEqual({ ...line, count: 2 });
      expect(await bench.other.readyCounts({ lines: 2, most: 10 })).toHaveLength(2);
    });
  });
}
