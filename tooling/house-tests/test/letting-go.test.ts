import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { executionsOf } from './support/executions.js';
import { type House, openHouse } from './support/house.js';

let house: House;
let executions: ReturnType<typeof executionsOf>;
beforeAll(async () => {
  house = await openHouse();
  executions = executionsOf(house);
  await house.startWorker();
});
afterAll(() => house.close());

describe('a parent', () => {
  it('F.6 signals its child, and cancels it and a task: both hear of it, once', async () => {
    const id = await executions.start('foreman', { name: 'calm' });
    expect((await executions.ended(id)).output).toEqual({
      work: 'TaskCancelled',
      isCancelled: true,
      child: 'WorkflowCancelled',
    });
    await executions.effect('tidied after calm sweep calm polish');
    const { children } = await house.client.workflows.children(id);
    expect(children).toMatchObject([{ kind: 'apprentice', status: 'CANCELLED' }]);
    const heard = (await executions.factsOf(children[0]?.childWorkflowExecutionId ?? '')).filter(
      ({ eventType }) => eventType === 'SIGNAL_RECEIVED',
    );
    expect(heard.map(({ data }) => data['signalValue'])).toEqual(['calm sweep', 'calm polish']);
    const told = (await executions.factsOf(id)).filter(({ eventType }) => eventType === 'CHILD_WORKFLOW_SIGNALLED');
    expect(told.map(({ data }) => [data['childExecutionName'], data['signalName']])).toEqual([
      ['the apprentice', 'instruction'],
      ['the apprentice', 'instruction'],
    ]);
  });

  it('F.6 signals its child no more often when its worker dies and another one replays it', async () => {
    const id = await executions.start('foreman', { name: 'doomed' });
    await executions.effect('tidied doomed sweep');
    await house.endWorkers('SIGKILL');
    await house.startWorker();
    expect((await executions.ended(id)).output).toMatchObject({ child: 'WorkflowCancelled' });
    const { children } = await house.client.workflows.children(id);
    const heard = await executions.factsOf(children[0]?.childWorkflowExecutionId ?? '');
    expect(heard.filter(({ eventType }) => eventType === 'SIGNAL_RECEIVED')).toHaveLength(2);
  });

  it('F.17 races tasks, children and timers, and the losers are stopped', async () => {
    const id = await executions.start('racer', {});
    expect((await executions.ended(id)).output).toEqual({
      first: 2,
      two: [1, 2],
      quick: 'quicker',
      end: 'Operation timed out after 50ms',
    });
    const { children } = await house.client.workflows.children(id);
    await Promise.all(
      children
        .map(({ childWorkflowExecutionId }) => childWorkflowExecutionId)
        .map((child) =>
          eventually(`the end of ${child}`, async () =>
            ['COMPLETED', 'CANCELLED'].includes((await house.client.workflows.get(child)).status),
          ),
        ),
    );
  });
});

describe('cancellation', () => {
  it('stops a running task, lets the code tidy up, and goes down to children', async () => {
    const alone = await executions.start('careful', { name: 'alone' });
    const guardian = await executions.start('guardian', { name: 'of a child' });
    await executions.waitingFor(alone, 'SUSPEND_TYPE_TASK');
    await executions.waitingFor(guardian, 'SUSPEND_TYPE_CHILD_WORKFLOW');
    const { children } = await house.client.workflows.children(guardian);
    const child = children[0]?.childWorkflowExecutionId ?? '';
    await executions.waitingFor(child, 'SUSPEND_TYPE_TASK');
    for (const id of [alone, guardian]) {
      await house.client.workflows.cancel(id, { reason: 'changed my mind' });
      expect((await executions.ended(id)).status).toBe('CANCELLED');
    }
    expect((await executions.ended(child)).status).toBe('CANCELLED');
    await executions.effect('tidied alone');
    await executions.effect('tidied of a child');
    await expect(house.client.workflows.cancel(alone)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  it('by the parent, and by the workflow itself', async () => {
    const { output } = await executions.ended(await executions.start('impatient', { name: 'impatient' }));
    expect(output).toMatch(/^gave up: Child workflow .* was cancelled/);
    expect((await executions.ended(await executions.start('resigning', {}))).status).toBe('CANCELLED');
    await executions.effect('tidied resigned');
  });

  it('of what nobody has taken ends it without a worker', async () => {
    const id = await executions.start('nobody-does-this', {});
    await house.client.workflows.cancel(id);
    expect((await executions.ended(id)).status).toBe('CANCELLED');
  });
});
