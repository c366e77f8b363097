import type { Capability, DefinitionRecord } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { newOrg, noon } from './builders.js';
import { firstPage, walk } from './pages.js';
import { aCapability, aWorker } from './worker-builders.js';

/** What a record says because of the registration, whatever happened to the definition before. */
function said({ version, ...capability }: Capability): Partial<DefinitionRecord> {
  return { ...capability, latestVersion: version };
}

/** What workers can do, and what people have configured of it. */
export function definitionConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: definitions`, () => {
    const bench = setUp(makeDatabase);

    const full = aCapability({
      type: 'task',
      kind: 'export:csv/"daily"',
      name: 'Export\u0000',
      description: 'Writes a file.\nEvery day.',
      timeoutSeconds: 30,
      cancellable: false,
      tags: ['slow', 'a "b"'],
      retryPolicy: '{"maxRetries" : 1.0}' as Json,
      inputSchema: '{"type":"object","pattern":"\\u0000"}' as Json,
      outputSchema: 'true' as Json,
      metadata: '{"b":1,"a":2}' as Json,
      streams: [
        { name: 'rows', description: 'Row by "row"\u0000', schema: '{"type" : "object"}' as Json },
        { name: 'notes', description: '', schema: undefined },
      ],
    });

    test('one is known as it was registered last', async () => {
      const worker = aWorker({ definitions: [full] });
      const { orgId } = worker;
      const find = () => bench.other.workers.definition(orgId, 'task', full.kind);
      await bench.store.workers.register(worker, noon);
      const first = await find();
      expect(first).toEqual({
        ...said(full),
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        versions: ['1.0.0'],
        firstSeenAt: noon,
        lastRegisteredAt: noon,
        workerSeenAt: noon,
        workerCount: 1,
      });

      const plain = aCapability({ type: 'task', kind: full.kind, version: '1.1.0' });
      await bench.store.workers.register({ ...worker, definitions: [plain] }, noon + 5);
      expect(await find()).toEqual({
        ...first,
        ...said(plain),
        versions: ['1.1.0', '1.0.0'],
        lastRegisteredAt: noon + 5,
        workerSeenAt: noon + 5,
      });
      expect(await bench.store.workers.definition(orgId, 'workflow', full.kind)).toBeUndefined();
      expect(await bench.store.workers.definition(orgId, 'task', 'unknown')).toBeUndefined();
      expect(await bench.store.workers.definition(newOrg(), 'task', full.kind)).toBeUndefined();
    });

    test('its versions are named once each, the one registered last first', async () => {
      const worker = aWorker();
      for (const [index, version] of ['1', '2', '3', '2'].entries()) {
        await bench.store.workers.register({ ...worker, definitions: [aCapability({ version })] }, noon + index);
      }
      const found = await bench.other.workers.definition(worker.orgId, 'workflow', 'order');
      expect(found).toMatchObject({ latestVersion: '2', versions: ['2', '3', '1'], firstSeenAt: noon });
    });

    test('of two of one kind that a worker registers together the later counts', async () => {
      const definitions = ['1', '2'].map((version) => aCapability({ version, name: `Order ${version}` }));
      const worker = aWorker({ definitions });
      await bench.store.workers.register(worker, noon);
      const found = await bench.other.workers.definition(worker.orgId, 'workflow', 'order');
      expect(found).toMatchObject({ latestVersion: '2', name: 'Order 2' });
    });

    test('it counts the workers that are not gone, and was last seen with the one heard of last', async () => {
      const orgId = newOrg();
      const definitions = [aCapability()];
      const workers = [aWorker({ orgId, definitions }), aWorker({ orgId, definitions }), aWorker({ orgId })];
      for (const [index, worker] of workers.entries()) await bench.store.workers.register(worker, noon + index);
      const now = async () => {
        const found = await bench.other.workers.definition(orgId, 'workflow', 'order');
        return found && { count: found.workerCount, at: found.workerSeenAt };
      };
      const [one, another] = workers.map(({ id }) => ({ orgId, workerId: id }));
      if (one === undefined || another === undefined) throw new Error('both have registered');
      expect(await now()).toEqual({ count: 2, at: noon + 1 });
      await bench.store.workers.seen([one], noon + 8);
      expect(await now()).toEqual({ count: 2, at: noon + 8 });
      await bench.store.workers.gone([one]);
      expect(await now()).toEqual({ count: 1, at: noon + 1 });
      await bench.store.workers.gone([another]);
      expect(await now()).toEqual({ count: 0, at: undefined });
    });

    test('they are listed by type and kind, page by page', async () => {
      const orgId = newOrg();
      const kinds = ['c', 'a', 'e', 'b', 'd'];
      const definitions = kinds.flatMap((kind) => [aCapability({ kind }), aCapability({ kind, type: 'task' })]);
      await bench.store.workers.register(aWorker({ orgId, definitions }), noon);
      await bench.store.workers.register(aWorker({ definitions: [aCapability({ kind: 'theirs' })] }), noon);
      const page = await bench.other.workers.definitions(orgId, { ...firstPage, type: 'task' });
      expect(page.rows.map(({ type, kind }) => `${type} ${kind}`)).toEqual(
        kinds.toSorted().map((kind) => `task ${kind}`),
      );
      expect(page).toMatchObject({ total: 5, nextCursor: undefined });
      const walked = await walk((next) => bench.other.workers.definitions(orgId, { ...next, type: 'task' }), 2);
      expect(walked).toEqual(page.rows);
      const middle = await bench.other.workers.definitions(orgId, { type: 'task', limit: 2, offset: 1 });
      expect(middle).toMatchObject({ rows: page.rows.slice(1, 3), total: 5 });
    });

    test('what was configured by hand stays when workers register again; the rest is renewed', async () => {
      const worker = aWorker({ definitions: [full] });
      const { orgId } = worker;
      const { workers } = bench.store;
      await workers.register(worker, noon);
      const before = await workers.definition(orgId, 'task', full.kind);
      const configured = { ...before, timeoutSeconds: 7, tags: ['mine'] };
      expect(await workers.configure(orgId, 'task', full.kind, { timeoutSeconds: 7, tags: ['mine'] })).toEqual(
        configured,
      );
      expect(await bench.other.workers.definition(orgId, 'task', full.kind)).toEqual(configured);

      const changed = { ...full, timeoutSeconds: 99, tags: [], retryPolicy: '{"maxRetries":9}' as Json, name: 'New' };
      const renew = () => workers.register({ ...worker, definitions: [changed] }, noon);
      await renew();
      const renewed = { ...configured, retryPolicy: changed.retryPolicy, name: 'New' };
      expect(await workers.definition(orgId, 'task', full.kind)).toEqual(renewed);

      // None is also something that can be configured.
      expect(await workers.configure(orgId, 'task', full.kind, { timeoutSeconds: null, retryPolicy: null })).toEqual({
        ...renewed,
        timeoutSeconds: undefined,
        retryPolicy: undefined,
      });
      await renew();
      expect(await workers.definition(orgId, 'task', full.kind)).toMatchObject({
        timeoutSeconds: undefined,
        retryPolicy: undefined,
        tags: ['mine'],
      });
    });

    test('only what exists is configured, and to say nothing changes nothing', async () => {
      const worker = aWorker({ definitions: [full] });
      const { orgId } = worker;
      const { workers } = bench.store;
      await workers.register(worker, noon);
      expect(await workers.configure(orgId, 'workflow', full.kind, { timeoutSeconds: 1 })).toBeUndefined();
      expect(await workers.configure(newOrg(), 'task', full.kind, { timeoutSeconds: 1 })).toBeUndefined();
      const found = await workers.definition(orgId, 'task', full.kind);
      expect(found).toMatchObject({ timeoutSeconds: 30 });
      expect(await workers.configure(orgId, 'task', full.kind, {})).toEqual(found);
      await workers.register({ ...worker, definitions: [{ ...full, timeoutSeconds: 31 }] }, noon);
      expect(await workers.definition(orgId, 'task', full.kind)).toMatchObject({ timeoutSeconds: 31 });
    });
  });
}
