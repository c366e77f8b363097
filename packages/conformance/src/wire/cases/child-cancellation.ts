import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { requestCancelChild, scheduleChild } from '../commands.js';

/** A parent that waits for a child nobody has claimed yet: it stands in a queue of its own. */
async function withChild(bench: Bench) {
  const worker = await bench.worker();
  const queue = `${bench.queue}-children`;
  const nurse = await bench.worker({ queue });
  const id = await bench.start();
  const childId = randomUUID();
  await worker.suspend(await worker.activation(), [scheduleChild('son', childId, { queue })]);
  return { worker, nurse, id, childId };
}

/** The parent's next turn asks for the end of the child. */
async function askForItsEnd(bench: Bench, { worker, id, childId }: Awaited<ReturnType<typeof withChild>>) {
  await bench.signal(id, 'enough');
  await worker.suspend(await worker.activation(), [requestCancelChild('son', childId)]);
}

export function childCancellationSuite({ withBench, withRest }: Wire): void {
  describe('a child whose parent asks for its end', () => {
    test.each(['was never claimed', 'waits'])('ends when it %s, and its parent goes on with a failure', (state) =>
      withBench(async (bench) => {
        const family = await withChild(bench);
        const { worker, nurse, id, childId } = family;
        if (state === 'waits') await nurse.suspend(await nurse.activation());
        await askForItsEnd(bench, family);
        expect((await bench.end(childId)).type).toBe('WORKFLOW_CANCELLED');
        expect(await bench.fact(id, 'CHILD_WORKFLOW_CANCELLATION_REQUESTED')).toMatchObject({
          data: { childExecutionName: 'son', childWorkflowExecutionId: childId, reason: 'no longer needed' },
        });
        const { data } = await bench.fact(id, 'CHILD_WORKFLOW_FAILED');
        expect(data).toMatchObject({ childExecutionName: 'son', childExecutionId: childId });
        expect(data['error']).toMatch(/^Child workflow cancelled/);
        expect((await worker.activation()).id).toBe(id);
        expect(await nurse.pollWorkflow({ timeoutSeconds: 1 })).toBeUndefined();
      }),
    );

    test('while it runs ends with its turn', () =>
      withBench(async (bench) => {
        const family = await withChild(bench);
        const { nurse, id, childId } = family;
        const turn = await nurse.activation();
        await askForItsEnd(bench, family);
        expect(await bench.facts(childId)).not.toContain('WORKFLOW_CANCELLED');
        await nurse.suspend(turn);
        expect((await bench.end(childId)).type).toBe('WORKFLOW_CANCELLED');
        await bench.fact(id, 'CHILD_WORKFLOW_FAILED');
      }));

    test('after it has ended stays as it is, and the parent is told that it could not be cancelled', () =>
      withBench(async (bench) => {
        const family = await withChild(bench);
        const { nurse, id, childId } = family;
        await nurse.complete(await nurse.activation(), 'grown up');
        await bench.fact(id, 'CHILD_WORKFLOW_COMPLETED');
        await askForItsEnd(bench, family);
        expect((await bench.end(childId)).type).toBe('WORKFLOW_COMPLETED');
        const { data } = await bench.fact(id, 'CHILD_WORKFLOW_CANCELLATION_FAILED');
        expect(data).toMatchObject({ childExecutionName: 'son', childWorkflowExecutionId: childId });
        expect(await bench.facts(id)).not.toContain('CHILD_WORKFLOW_FAILED');
      }));
  });

  describe('a child that is cancelled from outside', () => {
    test('is a failure for its parent', (context) =>
      withRest(context, async (bench, rest) => {
        const { worker, id, childId } = await withChild(bench);
        expect((await rest('POST', `/workflow-executions/${childId}/cancel`, { reason: 'enough' })).status).toBe(200);
        const turn = await worker.activation();
        expect(turn.id).toBe(id);
        expect(turn.events.at(-1)).toMatchObject({
          type: 'CHILD_WORKFLOW_FAILED',
          data: { childExecutionName: 'son' },
        });
      }));
  });
}
