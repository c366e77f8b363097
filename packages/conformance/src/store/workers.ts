import type { WorkerRecord, WorkerRegistration } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { newExecution, newOrg, noon } from './builders.js';
import { firstPage, walk } from './pages.js';
import { aCapability, aWorker } from './worker-builders.js';

/** The record that a registration alone makes. */
function recordOf({ definitions: _, orgId: __, ...worker }: WorkerRegistration, at: number): WorkerRecord {
  return { ...worker, registeredAt: at, lastHeartbeatAt: at, gone: false, kinds: { workflows: [], tasks: [] } };
}

/** Who has registered, and who was heard of. */
export function workerConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: workers`, () => {
    const bench = setUp(makeDatabase);

    test('one is known as it registered, and as it did again', async () => {
      const worker = aWorker({ metadata: '{"zone" :"b", "n":1.0}' as Json, hostName: 'höst\u0000' });
      await bench.store.workers.register(worker, noon);
      const record = recordOf(worker, noon);
      expect(await bench.other.workers.worker(worker.orgId, worker.id)).toEqual(record);

      const renewed = aWorker({ id: worker.id, orgId: worker.orgId, version: '2.2.0', type: 'TASK', processId: '1' });
      await bench.other.workers.register(renewed, noon + 9);
      expect(await bench.store.workers.worker(worker.orgId, worker.id)).toEqual({
        ...recordOf(renewed, noon + 9),
        registeredAt: noon,
      });
      expect(await bench.store.workers.worker(newOrg(), worker.id)).toBeUndefined();
      expect(await bench.store.workers.worker(worker.orgId, newExecution())).toBeUndefined();
    });

    test('its kinds are all that were ever registered under its name', async () => {
      const { orgId, id } = aWorker();
      const register = (definitions: WorkerRegistration['definitions']) =>
        bench.store.workers.register(aWorker({ orgId, id, definitions }), noon);
      const order = aCapability({ kind: 'order' });
      await register([order, aCapability({ kind: 'a/b:"c"' }), aCapability({ type: 'task', kind: 'order' })]);
      await register([order, aCapability({ type: 'task', kind: 'export' })]);
      await register([]);
      await bench.store.workers.register(aWorker({ orgId, definitions: [aCapability({ kind: 'other' })] }), noon);
      const [kinds] = await bench.other.workers.kindsOf([{ orgId, workerId: id }]);
      expect(new Set(kinds?.workflows)).toEqual(new Set(['order', 'a/b:"c"']));
      expect(new Set(kinds?.tasks)).toEqual(new Set(['order', 'export']));
      expect((await bench.other.workers.worker(orgId, id))?.kinds).toEqual(kinds);
    });

    test('R31 two organisations may have a worker of one id, and know nothing of each other', async () => {
      const [mine, theirs] = [
        aWorker({ definitions: [aCapability({ kind: 'mine' })] }),
        aWorker({ definitions: [aCapability({ kind: 'theirs' })] }),
      ];
      await bench.store.workers.register(mine, noon);
      await bench.store.workers.register({ ...theirs, id: mine.id }, noon);
      const kindsOf = async (orgId: typeof mine.orgId) => {
        const [kinds] = await bench.other.workers.kindsOf([{ orgId, workerId: mine.id }]);
        return [...(kinds?.workflows ?? []), ...(kinds?.tasks ?? [])];
      };
      expect(await kindsOf(mine.orgId)).toEqual(['mine']);
      expect(await kindsOf(theirs.orgId)).toEqual(['theirs']);
      await bench.store.workers.gone([{ orgId: theirs.orgId, workerId: mine.id }]);
      expect((await bench.other.workers.worker(mine.orgId, mine.id))?.gone).toBe(false);
    });

    test('nothing is known of one that never registered, whatever it calls itself', async () => {
      const worker = aWorker();
      await bench.store.workers.register(worker, noon);
      const { orgId, id: workerId } = worker;
      const strangers = [newExecution(), 'worker-1', ''].map((name) => ({ orgId, workerId: name }));
      const { kindsOf } = bench.store.workers;
      const nothing = { workflows: [], tasks: [] };
      expect(await kindsOf(strangers)).toEqual([undefined, undefined, undefined]);
      expect(await kindsOf([{ orgId, workerId: 'worker-1' }])).toEqual([undefined]);
      expect(await kindsOf([...strangers, { orgId, workerId }, { orgId: newOrg(), workerId }])).toEqual([
        ...strangers.map(() => undefined),
        nothing,
        undefined,
      ]);
      expect(await kindsOf([worker, worker].map(({ id }) => ({ orgId, workerId: id })))).toEqual([nothing, nothing]);
      expect(await kindsOf([])).toEqual([]);
    });

    test('one was heard of when it was last seen, and is back when it had gone', async () => {
      const worker = aWorker();
      const { orgId, id } = worker;
      const { workers } = bench.store;
      const now = async () => {
        const record = await bench.other.workers.worker(orgId, id);
        return record && { at: record.lastHeartbeatAt - noon, gone: record.gone };
      };
      const me = { orgId, workerId: id };
      const strangers = [
        { orgId, workerId: 'worker-1' },
        { orgId, workerId: newExecution() },
        { orgId: newOrg(), workerId: id },
      ];
      await workers.register(worker, noon);
      await workers.seen(strangers, noon + 1);
      await workers.gone(strangers);
      expect(await now()).toEqual({ at: 0, gone: false });
      await workers.seen([...strangers, me, me], noon + 5);
      expect(await now()).toEqual({ at: 5, gone: false });
      // Two processes tell of it, and the word of one comes late.
      await workers.seen([me], noon + 4);
      expect(await now()).toEqual({ at: 5, gone: false });
      await workers.gone([...strangers, me]);
      expect(await now()).toEqual({ at: 5, gone: true });
      await workers.seen([me], noon + 6);
      expect(await now()).toEqual({ at: 6, gone: false });
      await workers.gone([me]);
      await workers.register(worker, noon + 7);
      expect(await now()).toEqual({ at: 7, gone: false });
      await workers.seen([], noon);
      await workers.gone([]);
    });

    test('they come newest first, page by page', async () => {
      const orgId = newOrg();
      const registered = Array.from({ length: 11 }, (_, index) => aWorker({ orgId, name: `w${index}` }));
      for (const [index, worker] of registered.entries()) {
        await bench.store.workers.register(worker, noon + Math.floor(index / 3));
      }
      await bench.store.workers.register(aWorker(), noon);
      const page = await bench.other.workers.workers(orgId, firstPage);
      expect(page).toMatchObject({ total: 11, nextCursor: undefined });
      const ages = page.rows.map(({ registeredAt }) => registeredAt);
      expect(ages).toEqual(ages.toSorted((a, b) => b - a));
      const walked = await walk((next) => bench.other.workers.workers(orgId, next), 4);
      expect(walked).toEqual(page.rows);
      expect(new Set(walked.map(({ id }) => id))).toEqual(new Set(registered.map(({ id }) => id)));
      const second = await bench.other.workers.workers(orgId, { limit: 2, offset: 3 });
      expect(second.rows).toEqual(page.rows.slice(3, 5));
    });

    test('they are filtered by type, and by whether they are online', async () => {
      const orgId = newOrg();
      const [awake, silent, left] = [
        aWorker({ orgId, type: 'TASK' }),
        aWorker({ orgId, type: 'WORKFLOW' }),
        aWorker({ orgId, type: 'TASK' }),
      ];
      for (const worker of [awake, silent, left]) await bench.store.workers.register(worker, noon);
      await bench.store.workers.seen(
        [awake, left].map(({ id }) => ({ orgId, workerId: id })),
        noon + 60,
      );
      await bench.store.workers.gone([{ orgId, workerId: left.id }]);
      const found = async (filter: object) => {
        const { rows, total } = await bench.other.workers.workers(orgId, { ...firstPage, ...filter });
        expect(total).toBe(rows.length);
        return new Set(rows.map(({ id }) => id));
      };
      expect(await found({ type: 'TASK' })).toEqual(new Set([awake.id, left.id]));
      expect(await found({ type: 'UNIFIED' })).toEqual(new Set());
      expect(await found({ online: { is: true, after: noon } })).toEqual(new Set([awake.id]));
      expect(await found({ online: { is: false, after: noon } })).toEqual(new Set([silent.id, left.id]));
      expect(await found({ online: { is: true, after: noon + 60 } })).toEqual(new Set());
      expect(await found({ online: { is: true, after: noon - 1 } })).toEqual(new Set([awake.id, silent.id]));
      expect(await found({ type: 'TASK', online: { is: false, after: noon } })).toEqual(new Set([left.id]));
    });

    test('many that register and are seen at once, with the same kinds in any order, never stand still', async () => {
      const orgId = newOrg();
      const kinds = Array.from({ length: 20 }, (_, index) => `kind-${index}`);
      const ids = Array.from({ length: 4 }, () => newExecution());
      const round = async (index: number) => {
        const store = index % 2 === 0 ? bench.store : bench.other;
        const order = index % 3 === 0 ? kinds : kinds.toReversed();
        const definitions = order.map((kind) => aCapability({ kind, type: index % 5 === 0 ? 'task' : 'workflow' }));
        await store.workers.register(aWorker({ orgId, id: ids[index % ids.length] ?? '', definitions }), noon + index);
        const heard = index % 3 === 0 ? ids : ids.toReversed();
        await store.workers.seen(
          heard.map((workerId) => ({ orgId, workerId })),
          noon + index,
        );
      };
      await Promise.all(Array.from({ length: 60 }, (_, index) => round(index)));
      const all = await bench.store.workers.kindsOf(ids.map((workerId) => ({ orgId, workerId })));
      for (const kinds of all) expect(kinds?.workflows).toHaveLength(20);
    }, 10_000);
  });
}
