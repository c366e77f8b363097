import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { scheduleChild } from '../commands.js';
import { fromBytes, toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';
import type { Script } from '../replayer.js';
import { STYLE_NAMES } from '../worker-style.js';

const KINDS = ['wire-parent', 'wire-child', 'wire-grandchild'];

/** Three generations, each saying who it is. */
const FAMILY: Record<string, Script> = {
  'wire-parent': async ({ child }, input) => ['parent', await child('son', input, { kind: 'wire-child' })],
  'wire-child': async ({ child }, input) => ['child', await child('grandson', input, { kind: 'wire-grandchild' })],
  'wire-grandchild': async (_, input) => ['grandchild', input],
};

export function childrenSuite({ withBench }: Wire): void {
  describe.each(STYLE_NAMES)('a family of executions, with a worker of the style %s', (style) => {
    test('of three generations hands its results up', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style, workflows: KINDS });
        worker.serve({ workflows: FAMILY });
        const id = await bench.start({ workflowKind: 'wire-parent', input: toBytes(7) });
        expect((await bench.end(id)).data['output']).toEqual(['parent', ['child', ['grandchild', 7]]]);
      }));

    test('hands up a failure, which the parent may catch', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style, workflows: KINDS });
        worker.serve({
          workflows: {
            'wire-parent': ({ child }) =>
              child('son', null, { kind: 'wire-child' }).catch((error: unknown) => (error as Error).message),
            'wire-child': () => Promise.reject(new Error('out of stock')),
          },
        });
        const id = await bench.start({ workflowKind: 'wire-parent' });
        expect((await bench.end(id)).data['output']).toContain('out of stock');
        const { data } = await bench.fact(id, 'CHILD_WORKFLOW_FAILED');
        expect(data).toMatchObject({ childExecutionName: 'son', error: 'out of stock' });
      }));

    test('of five children at once gives their outputs in the order of the code', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style, workflows: KINDS });
        worker.serve({
          workflows: {
            'wire-parent': ({ child }) =>
              Promise.all([1, 2, 3, 4, 5].map((n) => child(`child-${n}`, n, { kind: 'wire-grandchild' }))),
            'wire-grandchild': async (_, input) => Number(input) * 10,
          },
        });
        const id = await bench.start({ workflowKind: 'wire-parent' });
        expect((await bench.end(id)).data['output']).toEqual([10, 20, 30, 40, 50]);
      }));
  });

  describe('a child', () => {
    test('has the id its parent gave it, and a history of its own', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const childId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleChild('son', childId, { input: { n: 1 } })]);
        const turn = await worker.activation();
        expect(turn.id).toBe(childId);
        expect(fromBytes(turn.execution.input)).toEqual({ n: 1 });
        expect((await bench.history(childId))[0]).toMatchObject({
          type: 'WORKFLOW_STARTED',
          data: { input: { n: 1 } },
        });
        await worker.complete(turn, 'grown up');
        const back = await worker.activation();
        expect(back.id).toBe(id);
        expect(back.events.at(-1)).toMatchObject({
          type: 'CHILD_WORKFLOW_COMPLETED',
          data: { childExecutionName: 'son', output: 'grown up', childExecutionId: childId },
        });
      }));

    test.each(['', 'default'])('that names the queue "%s" stands in the queue of its parent', (queue) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        await bench.start();
        const childId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleChild('son', childId, { queue })]);
        expect((await worker.activation()).execution).toMatchObject({ id: childId, queue: bench.queue });
      }),
    );

    test('that names a queue stands there', () =>
      withBench(async (bench) => {
        const queue = `${bench.queue}-far`;
        const worker = await bench.worker();
        const far = await bench.worker({ queue });
        await bench.start();
        const childId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleChild('son', childId, { queue })]);
        expect((await far.activation()).execution).toMatchObject({ id: childId, queue });
      }));

    test('that is claimed for the first time is told to its parent, who is not woken by it', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const childId = randomUUID();
        await worker.suspend(await worker.activation(), [scheduleChild('son', childId)]);
        await worker.suspend(await worker.activation());
        expect(await bench.fact(id, 'CHILD_WORKFLOW_STARTED')).toMatchObject({
          data: { childExecutionName: 'son', childExecutionId: childId },
        });
        expect(await worker.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
        await bench.signal(childId, 'again');
        expect((await worker.activation()).id).toBe(childId);
        expect((await bench.facts(id)).filter((type) => type === 'CHILD_WORKFLOW_STARTED')).toHaveLength(1);
      }));

    test('with a name that its parent used before is a child all the same', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const ids = [randomUUID(), randomUUID()];
        await worker.suspend(
          await worker.activation(),
          ids.map((childId) => scheduleChild('twin', childId)),
        );
        const given = [(await worker.activation()).id, (await worker.activation()).id];
        expect(new Set(given)).toEqual(new Set(ids));
        const initiated = (await bench.history(id)).filter(({ type }) => type === 'CHILD_WORKFLOW_INITIATED');
        expect(initiated.map(({ data }) => data['childExecutionId'])).toEqual(ids);
      }));

    test('ends without its parent, when that has ended before', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const childId = randomUUID();
        await worker.complete(await worker.activation(), 'did not wait', [scheduleChild('son', childId)]);
        const turn = await worker.activation();
        expect(turn.id).toBe(childId);
        await worker.complete(turn);
        expect((await bench.facts(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
      }));
  });

  describe('a child that is started from outside', () => {
    test.each(['', 'default'])('of a parent, naming the queue "%s", hands its result up', (queue) =>
      withBench(async (bench) => {
        const { caller } = bench;
        const worker = await bench.worker();
        const parentWorkflowExecutionId = await bench.start();
        await worker.suspend(await worker.activation());
        const { childWorkflowExecutionId } = await caller.startChildWorkflow({
          parentWorkflowExecutionId,
          childExecutionName: 'adopted',
          orgId: caller.orgId,
          workflowExecutionIdentifier: { $case: 'workflowKind', value: 'wire-workflow' },
          input: toBytes(5),
          queue,
        });
        const turn = await worker.activation();
        expect(turn.execution).toMatchObject({ id: childWorkflowExecutionId, queue: bench.queue });
        await worker.complete(turn, 'hello');
        expect((await bench.fact(parentWorkflowExecutionId, 'CHILD_WORKFLOW_COMPLETED')).data).toMatchObject({
          childExecutionName: 'adopted',
          output: 'hello',
        });
      }),
    );

    test('needs a parent', () =>
      withBench(async ({ caller }) => {
        const call = caller.startChildWorkflow({
          parentWorkflowExecutionId: randomUUID(),
          childExecutionName: 'orphan',
          orgId: caller.orgId,
          workflowExecutionIdentifier: { $case: 'workflowKind', value: 'wire-workflow' },
        });
        expect(await statusOf(call)).toBe('NOT_FOUND');
      }));
  });
}
