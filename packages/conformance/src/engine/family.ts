import type { ExecutionId } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { child, completed, failed, newChildId, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

const waiting = waitingFor('CHILD_WORKFLOW');

export function familySuite({ name, withHouse, withTwoHouses }: Houses): void {
  /** A parent that waits for one child, and the child in the worker's hands. */
  const family = async (house: House) => {
    const worker = await connectWorker(house.engine, orgId);
    const { id } = await start(house.engine);
    await worker.turn(await worker.activation(), [child()], waiting);
    const given = await worker.activation();
    return { worker, id, given };
  };

  describe(`engine on ${name}: a child`, () => {
    test('is started with its parent’s turn and tells it how it ended', () =>
      withHouse(async (house) => {
        const { worker, id, given } = await family(house);
        expect(given).toMatchObject({ parentId: id, sequence: 1 });
        await worker.turn(given, [], completed('grown up'));
        const parent = await worker.activation();
        expect(parent.events.map(({ type }) => type)).toEqual([
          'CHILD_WORKFLOW_INITIATED',
          'WORKFLOW_SUSPENDED',
          'CHILD_WORKFLOW_STARTED',
          'CHILD_WORKFLOW_COMPLETED',
        ]);
        expect(JSON.parse(parent.events.at(-1)?.data ?? '{}')).toMatchObject({
          childExecutionName: 'child',
          childExecutionId: given.executionId,
          output: 'grown up',
        });
        await worker.turn(parent, [], completed());
        const record = await house.store.queries.workflow(orgId, given.executionId);
        expect(record?.workflow).toMatchObject({ parentId: id, rootId: id, childName: 'child' });
        expect((await house.store.queries.children(orgId, id))?.map(({ workflow }) => workflow.id)).toEqual([
          given.executionId,
        ]);
        for (const one of [id, given.executionId]) await house.assertSound(one);
      }));

    test('that fails is told to its parent as such', () =>
      withHouse(async (house) => {
        const { worker, id, given } = await family(house);
        await worker.turn(given, [], failed('no courage'));
        const parent = await worker.activation();
        expect(JSON.parse(parent.events.at(-1)?.data ?? '{}')).toMatchObject({ error: 'no courage' });
        await house.assertSound(id);
      }));

    test('asked for twice is one child, also when the first has ended; a taken id is refused', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const same = child();
        await worker.turn(await worker.activation(), [same, same], waiting);
        await worker.turn(await worker.activation(), [], completed());
        const parent = await worker.activation();
        const taken = child({ childWorkflowExecutionId: id });
        expect(await refusal(worker.turn(parent, [taken], waiting))).toBe('INVALID_ARGUMENT');
        await worker.turn(parent, [same], completed());
        const facts = await house.facts(id);
        expect(facts.filter((fact) => fact === 'CHILD_WORKFLOW_INITIATED')).toHaveLength(1);
        await house.assertSound(id);
      }));

    test('two with one name are two children, each told by its own id', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [child(), child()], waiting);
        await worker.turn(await worker.activation(), [], completed(1));
        await worker.turn(await worker.activation(), [], completed(2));
        const ended = (await house.history(id)).filter(({ type }) => type === 'CHILD_WORKFLOW_COMPLETED');
        expect(
          new Set(ended.map(({ data }) => (JSON.parse(data) as { childExecutionId: string }).childExecutionId)).size,
        ).toBe(2);
        await house.assertSound(id);
      }));

    test('is where its parent is unless it says otherwise, and not deeper than the limit', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { queue: 'north' });
        await start(house.engine, { queue: 'north' });
        await worker.turn(await worker.activation(), [child({ queue: 'default' })], waiting);
        for (let depth = 1; depth < 32; depth += 1) {
          const given = await worker.activation();
          expect(given.queue).toBe('north');
          await worker.turn(given, [child()], waiting);
        }
        const deepest = await worker.activation();
        expect(await refusal(worker.turn(deepest, [child()], waiting))).toBe('FAILED_PRECONDITION');
        // The end of the deepest goes all the way up.
        await worker.turn(deepest, [], completed('up'));
        for (let depth = 32; depth > 0; depth -= 1) await worker.turn(await worker.activation(), [], completed('up'));
        const ids = [deepest.executionId];
        for (const id of ids) await house.assertSound(id);
      }));

    test('may be signalled by its parent, who has it on record, heard or not', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const [childId, nobody] = [newChildId(), newChildId()];
        const signal = { type: 'SIGNAL_CHILD_WORKFLOW', signalName: 'go', signalValue: '1' as Json } as const;
        await worker.turn(
          await worker.activation(),
          [
            child({ childWorkflowExecutionId: childId }),
            { ...signal, childWorkflowExecutionId: childId },
            { ...signal, childWorkflowExecutionId: nobody },
          ],
          waiting,
        );
        const wishes = (await house.history(id)).filter(({ type }) => type === 'CHILD_WORKFLOW_SIGNALLED');
        expect(wishes.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
          expect.objectContaining({ childExecutionId: childId, signalName: 'go' }),
          expect.objectContaining({ childExecutionId: nobody, signalName: 'go', missed: true }),
        ]);
        expect(await house.facts(childId as ExecutionId)).toEqual(['WORKFLOW_STARTED', 'SIGNAL_RECEIVED']);
        await house.assertSound(id);
      }));

    test('of many is cancelled with its parent by a process that knows none of them, in few looks at the store', () =>
      withTwoHouses(async (a, b) => {
        const worker = await connectWorker(a.engine, orgId);
        const { id } = await start(a.engine);
        const many = Array.from({ length: 300 }, () => child({ kind: 'nobody does this' }));
        await worker.turn(await worker.activation(), many, waiting);
        await worker.session.close();
        let looks = 0;
        const { load } = b.store;
        b.store.load = (...wanted) => {
          looks += 1;
          return load(...wanted);
        };
        const elsewhere = await connectWorker(b.engine, orgId);
        await b.engine.cancelWorkflow({ orgId, id, reason: 'enough', requestedBy: 'me' });
        await b.engine.loops.dispatch.tick();
        await elsewhere.turn(await elsewhere.activation(), [], { type: 'CANCELLED', reason: 'enough' });
        const children = await b.store.queries.children(orgId, id);
        expect(new Set(children?.map(({ workflow }) => workflow.status))).toEqual(new Set(['CANCELLED']));
        expect(looks).toBeLessThan(10);
        await b.assertSound(id);
      }));

    test('tells its parent from another process as well', () =>
      withTwoHouses(async (a, b) => {
        const atA = await connectWorker(a.engine, orgId);
        const { id } = await start(a.engine);
        await atA.turn(await atA.activation(), [child({ queue: 'elsewhere' })], waiting);
        const atB = await connectWorker(b.engine, orgId, { queue: 'elsewhere' });
        await b.engine.loops.dispatch.tick();
        await atB.turn(await atB.activation(), [], completed('from afar'));
        expect(await a.facts(id)).toContain('CHILD_WORKFLOW_COMPLETED');
        await a.engine.loops.dispatch.tick();
        await a.engine.loops.dispatch.tick();
        await atA.turn(await atA.activation(), [], completed());
        await a.assertSound(id);
      }));
  });
}
