import type { Store } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, expectConflict, loadOne, setUp } from './bench.js';
import { aBatch, aWanted, aWorkflow, aWrite, newExecution, newOrg, noon } from './builders.js';
import { aKey } from './work-builders.js';

/** Who has taken which idempotency key. */
export function keyConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: idempotency keys`, () => {
    const bench = setUp(makeDatabase);
    const find = async (store: Store, key: ReturnType<typeof aKey>) =>
      (await store.load([aWanted(newExecution(), { keys: [key] })], { lock: false })).keys;

    test('R29 a key leads to what it was taken for, in its own organisation', async () => {
      const key = aKey();
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      expect(await find(bench.other, key)).toEqual([key]);
      expect(await find(bench.other, { ...key, orgId: newOrg() })).toEqual([]);
      await bench.store.commit(aBatch({ keys: { add: [{ ...key, orgId: newOrg() }], remove: [] } }));
    });

    test.each(['workflow', 'task', 'promise'] as const)(
      'R29 the key of a %s is found until it expires, and then no longer',
      async (target) => {
        const key = aKey({ target });
        await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
        expect(await bench.other.queries.key(key, key.expiresAt - 1)).toEqual(key);
        expect(await bench.other.queries.key(key, key.expiresAt)).toBeUndefined();
        expect(await bench.other.queries.key({ ...key, orgId: newOrg() }, noon)).toBeUndefined();
        expect(await bench.other.queries.key({ ...key, key: 'another' }, noon)).toBeUndefined();
      },
    );

    test('R29 the key of a request brings back what it was answered', async () => {
      const request = { fingerprint: 'abc', reply: '{"id":"1","odd":"\\u0000"}' as Json };
      const key = aKey({ target: 'request', key: '\u0001POST-7', request });
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      expect(await find(bench.other, key)).toEqual([key]);
    });

    test('R29 a key is taken once, and the batch that comes second stores nothing', async () => {
      const key = aKey();
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      const workflow = aWorkflow();
      const later = { ...key, targetId: workflow.id, expiresAt: key.expiresAt + 1 };
      await expectConflict(bench.other, aBatch({ executions: [aWrite(workflow)], keys: { add: [later], remove: [] } }));
      expect(await loadOne(bench.store, workflow.id)).toBeUndefined();
      expect(await find(bench.store, key)).toEqual([key]);
    });

    test('a key that is let go and taken in one batch changes hands', async () => {
      const key = aKey();
      const next = aKey({ orgId: key.orgId, key: key.key });
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      await bench.store.commit(aBatch({ keys: { add: [next], remove: [key] } }));
      expect(await find(bench.store, key)).toEqual([next]);
    });

    test('a key changes hands though one who no longer has it lets it go as well', async () => {
      const key = aKey();
      const [before, next] = [aKey({ orgId: key.orgId, key: key.key }), aKey({ orgId: key.orgId, key: key.key })];
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      await bench.store.commit(aBatch({ keys: { add: [next], remove: [key, before] } }));
      expect(await find(bench.store, key)).toEqual([next]);
    });

    test('R29 a key that somebody else has taken anew is not let go', async () => {
      const key = aKey();
      const next = aKey({ orgId: key.orgId, key: key.key });
      await bench.store.commit(aBatch({ keys: { add: [key], remove: [] } }));
      await bench.store.commit(aBatch({ keys: { add: [next], remove: [key] } }));
      await bench.other.commit(aBatch({ keys: { add: [], remove: [key] } }));
      expect(await find(bench.store, key)).toEqual([next]);
      const third = aKey({ orgId: key.orgId, key: key.key });
      await expectConflict(bench.other, aBatch({ keys: { add: [third], remove: [key] } }));
      await bench.store.commit(aBatch({ keys: { add: [], remove: [next] } }));
      expect(await find(bench.store, key)).toEqual([]);
    });
  });
}
