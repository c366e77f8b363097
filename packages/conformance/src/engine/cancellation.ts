import type { ExecutionId } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { child, completed, failed, newChildId, schedule, timer, waiting, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function cancellationSuite({ name, withHouse }: Houses): void {
  const cancel = (house: House, id: ExecutionId) =>
    house.engine.cancelWorkflow({ orgId, id, reason: 'enough', requestedBy: 'me' });
  const statusOf = async (house: House, id: ExecutionId) =>
    (await house.store.queries.workflow(orgId, id))?.workflow.status;

  describe(`engine on ${name}: cancellation`, () => {
    test('of what nobody ever took ends it at once, without running a line', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        await cancel(house, id);
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'CANCELLATION_REQUESTED', 'WORKFLOW_CANCELLED']);
        expect(await house.news(id)).toEqual(['WORKFLOW_CREATED', 'CANCELLATION_REQUESTED', 'WORKFLOW_CANCELLED']);
        expect(await refusal(cancel(house, id))).toBe('FAILED_PRECONDITION');
        const worker = await connectWorker(house.engine, orgId);
        await house.engine.loops.dispatch.tick();
        expect(worker.received).toEqual([]);
        await house.assertSound(id);
      }));

    test('wakes code that waits, which ends as it decides; meanwhile people see CANCELLING', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule(), timer('t', 9)], waiting);
        await cancel(house, id);
        await cancel(house, id);
        const listed = await house.store.queries.workflows(orgId, { status: 'CANCELLING', limit: 10, offset: 0 });
        expect(listed.rows.map(({ workflow }) => workflow.id)).toEqual([id]);
        const given = await worker.activation();
        expect(given.events.at(-1)?.type).toBe('CANCELLATION_REQUESTED');
        await worker.turn(given, [], { type: 'CANCELLED', reason: 'enough' });
        expect(await house.facts(id)).toEqual([
          'WORKFLOW_STARTED',
          'TASK_SCHEDULED',
          'TIMER_STARTED',
          'WORKFLOW_SUSPENDED',
          'CANCELLATION_REQUESTED',
          'TASK_CANCELLED',
          'TIMER_CANCELLED',
          'WORKFLOW_CANCELLED',
        ]);
        expect(await statusOf(house, id)).toBe('CANCELLED');
        await house.assertSound(id);
      }));

    test('may be answered by a good end, or by cleaning up first', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const given = await worker.activation();
        await cancel(house, id);
        await worker.turn(given, [schedule()], waiting);
        // It had not seen the wish: it is called again at once.
        const second = await worker.activation();
        await worker.turn(second, [], waiting);
        await worker.complete(await worker.task());
        await worker.turn(await worker.activation(), [], completed('cleaned up'));
        expect(await statusOf(house, id)).toBe('COMPLETED');
        await house.assertSound(id);
      }));

    test('is one wish, and asks each child once, however often one turn says so', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const childId = newChildId();
        const wish = { type: 'REQUEST_CANCELLATION', reason: 'enough' } as const;
        await worker.turn(
          await worker.activation(),
          [
            child({ childWorkflowExecutionId: childId, kind: 'nobody does this' }),
            wish,
            wish,
            {
              type: 'REQUEST_CANCEL_CHILD_WORKFLOW',
              childExecutionName: 'child',
              childWorkflowExecutionId: childId,
              reason: 'enough',
            },
          ],
          { type: 'CANCELLED', reason: 'enough' },
        );
        const facts = await house.facts(id);
        const count = (type: string) => facts.filter((fact) => fact === type).length;
        expect(count('CANCELLATION_REQUESTED')).toBe(1);
        expect(count('CHILD_WORKFLOW_CANCELLATION_REQUESTED')).toBe(1);
        expect(await statusOf(house, childId as ExecutionId)).toBe('CANCELLED');
      }));

    test('goes down to open children and tasks, and comes up to the parent', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { workflowKinds: ['w'], taskCapacity: 0 });
        const { id } = await start(house.engine);
        const [unborn, living] = [newChildId(), newChildId()];
        await worker.turn(
          await worker.activation(),
          [
            child({ childWorkflowExecutionId: unborn, kind: 'nobody does this' }),
            child({ childWorkflowExecutionId: living }),
          ],
          waitingFor('CHILD_WORKFLOW'),
        );
        await worker.turn(await worker.activation(), [schedule()], waiting);
        await cancel(house, id);
        await worker.turn(await worker.activation(), [], { type: 'CANCELLED', reason: 'enough' });
        expect(await statusOf(house, id)).toBe('CANCELLED');
        expect(await statusOf(house, unborn as ExecutionId)).toBe('CANCELLED');
        const asked = await worker.activation();
        expect(asked.executionId).toBe(living);
        await worker.turn(asked, [], { type: 'CANCELLED', reason: 'enough' });
        expect(await house.facts(living as ExecutionId)).toContain('TASK_CANCELLED');
        for (const one of [id, living, unborn]) await house.assertSound(one as ExecutionId);
      }));

    test('of a child by its parent is told back; of one that has ended it is refused in the history', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const childId = newChildId();
        const stop = {
          type: 'REQUEST_CANCEL_CHILD_WORKFLOW',
          childExecutionName: 'child',
          childWorkflowExecutionId: childId,
          reason: 'enough',
        } as const;
        const wait = waitingFor('CHILD_WORKFLOW');
        await worker.turn(await worker.activation(), [child({ childWorkflowExecutionId: childId })], wait);
        const given = await worker.activation();
        await worker.turn(given, [], waitingFor('SIGNAL'));
        await house.engine.signalWorkflow({ orgId, id, signalName: 'stop', signalValue: 'null' as never });
        await worker.turn(await worker.activation(), [stop], wait);
        await worker.turn(await worker.activation(), [], { type: 'CANCELLED', reason: 'enough' });
        const parent = await worker.activation();
        expect(JSON.parse(parent.events.at(-1)?.data ?? '{}')).toMatchObject({
          error: 'Child workflow cancelled: enough',
        });
        await worker.turn(parent, [stop], completed());
        expect(await house.news(id)).toEqual([
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'CHILD_WORKFLOW_INITIATED',
          'WORKFLOW_SUSPENDED',
          'CHILD_WORKFLOW_STARTED',
          'WORKFLOW_RESUMED',
          'CHILD_WORKFLOW_CANCELLATION_REQUESTED',
          'WORKFLOW_SUSPENDED',
          'CHILD_WORKFLOW_FAILED',
          'WORKFLOW_RESUMED',
          'CHILD_WORKFLOW_CANCELLATION_FAILED',
          'WORKFLOW_COMPLETED',
        ]);
        await house.assertSound(id);
      }));

    test('of a task by its workflow ends the wait for it', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const command = schedule();
        const taskId = command.type === 'SCHEDULE_TASK' ? command.taskExecutionId : '';
        const stop = { type: 'REQUEST_CANCEL_TASK', taskExecutionId: taskId, reason: 'enough' } as const;
        await worker.turn(await worker.activation(), [command], waiting);
        const task = await worker.task();
        await house.engine.signalWorkflow({ orgId, id, signalName: 'stop', signalValue: 'null' as never });
        await worker.turn(await worker.activation(), [stop, stop], waiting);
        expect((await worker.cancellation()).token).toBe(task.token);
        const given = await worker.activation();
        expect(given.events.map(({ type }) => type)).toContain('TASK_CANCELLED');
        await worker.turn(given, [], completed());
        await house.assertSound(id);
      }));

    test('by the workflow itself is the same wish', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const wish = { type: 'REQUEST_CANCELLATION', reason: 'seen enough' } as const;
        await worker.turn(await worker.activation(), [wish, timer('t', 99)], waitingFor('TIMER'));
        await worker.turn(await worker.activation(), [], { type: 'CANCELLED', reason: 'seen enough' });
        expect(await statusOf(house, id)).toBe('CANCELLED');
        await house.assertSound(id);
      }));

    test('frees the idempotency key, as a failure does', () =>
      withHouse(async (house) => {
        const idempotency = { key: 'once', ttlSeconds: 60 };
        const first = await start(house.engine, { idempotency });
        await cancel(house, first.id);
        const second = await start(house.engine, { idempotency });
        expect(second).toMatchObject({ created: true });
        const worker = await connectWorker(house.engine, orgId);
        await house.engine.loops.dispatch.tick();
        await worker.turn(await worker.activation(), [], failed('no'));
        expect(await start(house.engine, { idempotency })).toMatchObject({ created: true });
      }));
  });
}
