import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { follow } from './support/reader.js';
import { expectWhole } from './support/story.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

const start = async (kind: string, input: object): Promise<string> =>
  (await house.client.workflows.start({ kind, input })).id;

/** Waits for the end, and finds history and stream sound. */
async function ended(id: string) {
  await follow(house.client, { workflowExecutionId: id }).toEnd();
  expectWhole((await readStream(`${house.org}/workflow-executions/${id}/stream`)).entries);
  return house.client.workflows.get(id);
}

const waitingFor = (id: string, suspendType: string) =>
  eventually(`${id} to wait for ${suspendType}`, async () => {
    const execution = await house.client.workflows.get(id);
    return execution.status === 'WAITING' && execution.suspendType === suspendType;
  });

const factsOf = async (id: string) => (await house.client.workflows.events(id)).events;

async function promiseIdOf(id: string): Promise<string> {
  const created = (await factsOf(id)).find(({ eventType }) => eventType === 'PROMISE_CREATED');
  return String(created?.data['promiseId']);
}

describe('time', () => {
  it('R13 a sleep is as long as it was asked to be, and little longer', async () => {
    for (const ms of [0, 100, 2_000]) {
      const begun = performance.now();
      const { output } = await ended(await start('sleeper', { ms }));
      expect(output).toBeGreaterThanOrEqual(ms);
      expect(performance.now() - begun).toBeGreaterThanOrEqual(ms);
      expect(performance.now() - begun).toBeLessThan(ms + 5_000);
    }
  });

  it('a task that takes too long is told so, and its workflow as well', async () => {
    const { output } = await ended(await start('hurried', {}));
    expect(output).toContain('timed out');
  });

  it('a sleep goes on over the death of worker and server', async () => {
    const id = await start('sleeper', { ms: 1_500 });
    await waitingFor(id, 'SUSPEND_TYPE_TIMER');
    await house.endWorkers();
    await house.server.end('SIGKILL');
    await house.startServer();
    await house.startWorker();
    expect((await ended(id)).output).toBeGreaterThanOrEqual(1_500);
  });
});

describe('people', () => {
  it('keep, break and forget promises', async () => {
    const [kept, broken, forgotten, keyed] = await Promise.all([
      start('approval', {}),
      start('approval', {}),
      start('approval', { timeoutMs: 300 }),
      start('approval', { key: 'order:1/a' }),
    ]);
    await Promise.all([kept, broken, keyed].map((id) => waitingFor(id, 'SUSPEND_TYPE_PROMISE')));
    const promise = { id: await promiseIdOf(kept) };
    expect(await house.client.promises.resolve(promise, { value: 'yes' })).toMatchObject({ alreadyResolved: false });
    expect(await house.client.promises.resolve(promise, { value: 'no' })).toMatchObject({ alreadyResolved: true });
    await house.client.promises.reject({ id: await promiseIdOf(broken) }, { error: 'not today' });
    await house.client.promises.resolve({ key: 'order:1/a' }, { value: 'by its key' });
    expect((await ended(kept)).output).toBe('yes');
    expect((await ended(broken)).output).toMatch(/^no: .*not today/);
    expect((await ended(forgotten)).output).toBe('nobody answered');
    expect((await ended(keyed)).output).toBe('by its key');
  });

  it('R27 talk over many turns, also to a worker that has to replay them all', async () => {
    const { workflowExecutionId: id } = await house.client.workflows.signalWithStart({
      workflowId: 'talk-1',
      workflowKind: 'conversation',
      signalName: 'message',
      signalValue: 'hello',
    });
    const said = ['hello'];
    for (let turn = 1; turn <= 20; turn += 1) {
      if (turn === 10) {
        await house.endWorkers();
        await house.startWorker();
      }
      said.push(`turn ${turn}`);
      const again = await house.client.workflows.signalWithStart({
        workflowId: 'talk-1',
        workflowKind: 'conversation',
        signalName: 'message',
        signalValue: `turn ${turn}`,
      });
      expect(again).toMatchObject({ workflowExecutionId: id, workflowCreated: false });
    }
    await house.client.workflows.signal(id, { signalName: 'message', signalValue: 'goodbye' });
    expect((await ended(id)).output).toEqual([...said, 'goodbye']);
    await expect(house.client.workflows.signal(id, { signalName: 'message' })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
  });
});

describe('families', () => {
  it('are three levels deep, and the result comes all the way up', async () => {
    const id = await start('nested', { depth: 3 });
    expect((await ended(id)).output).toBe('3 2 1 bottom');
    const { children } = await house.client.workflows.children(id);
    expect(children).toMatchObject([{ kind: 'nested', status: 'COMPLETED' }]);
  });

  it('fail as a whole when the deepest does', async () => {
    const { status, error } = await ended(await start('nested', { depth: 2, fails: true }));
    expect(status).toBe('FAILED');
    expect(error).toContain('the deepest fell');
  });
});

const effect = (name: string) => eventually(name, () => house.effects().includes(name));

describe('a parent', () => {
  it('F.6 signals its child, and cancels it and a task: both hear of it, once', async () => {
    const id = await start('foreman', { name: 'calm' });
    expect((await ended(id)).output).toEqual({ work: 'TaskCancelled', isCancelled: true, child: 'WorkflowCancelled' });
    await effect('tidied after calm sweep calm polish');
    const { children } = await house.client.workflows.children(id);
    expect(children).toMatchObject([{ kind: 'apprentice', status: 'CANCELLED' }]);
    const heard = (await factsOf(children[0]?.childWorkflowExecutionId ?? '')).filter(
      ({ eventType }) => eventType === 'SIGNAL_RECEIVED',
    );
    expect(heard.map(({ data }) => data['signalValue'])).toEqual(['calm sweep', 'calm polish']);
    const told = (await factsOf(id)).filter(({ eventType }) => eventType === 'CHILD_WORKFLOW_SIGNALLED');
    expect(told.map(({ data }) => [data['childExecutionName'], data['signalName']])).toEqual([
      ['the apprentice', 'instruction'],
      ['the apprentice', 'instruction'],
    ]);
  });

  it('F.6 signals its child no more often when its worker dies and another one replays it', async () => {
    const id = await start('foreman', { name: 'doomed' });
    await effect('tidied doomed sweep');
    await house.endWorkers('SIGKILL');
    await house.startWorker();
    expect((await ended(id)).output).toMatchObject({ child: 'WorkflowCancelled' });
    const { children } = await house.client.workflows.children(id);
    const heard = await factsOf(children[0]?.childWorkflowExecutionId ?? '');
    expect(heard.filter(({ eventType }) => eventType === 'SIGNAL_RECEIVED')).toHaveLength(2);
  });

  it('F.17 races tasks, children and timers, and the losers are stopped', async () => {
    const id = await start('racer', {});
    expect((await ended(id)).output).toEqual({
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
    const alone = await start('careful', { name: 'alone' });
    const guardian = await start('guardian', { name: 'of a child' });
    await waitingFor(alone, 'SUSPEND_TYPE_TASK');
    await waitingFor(guardian, 'SUSPEND_TYPE_CHILD_WORKFLOW');
    const { children } = await house.client.workflows.children(guardian);
    const child = children[0]?.childWorkflowExecutionId ?? '';
    await waitingFor(child, 'SUSPEND_TYPE_TASK');
    for (const id of [alone, guardian]) {
      await house.client.workflows.cancel(id, { reason: 'changed my mind' });
      expect((await ended(id)).status).toBe('CANCELLED');
    }
    expect((await ended(child)).status).toBe('CANCELLED');
    await effect('tidied alone');
    await effect('tidied of a child');
    await expect(house.client.workflows.cancel(alone)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  it('by the parent, and by the workflow itself', async () => {
    const { output } = await ended(await start('impatient', { name: 'impatient' }));
    expect(output).toMatch(/^gave up: Child workflow .* was cancelled/);
    expect((await ended(await start('resigning', {}))).status).toBe('CANCELLED');
    await effect('tidied resigned');
  });

  it('of what nobody has taken ends it without a worker', async () => {
    const id = await start('nobody-does-this', {});
    await house.client.workflows.cancel(id);
    expect((await ended(id)).status).toBe('CANCELLED');
  });
});

describe('a failed workflow', () => {
  it('goes on from its history when it is retried: what was done is not done again', async () => {
    const gate = house.gate();
    const id = await start('stubborn', { gate: gate.path });
    expect((await ended(id)).status).toBe('FAILED');
    gate.open();
    expect(await house.client.workflows.retry(id)).toMatchObject({ status: 'PENDING', success: true });
    expect((await ended(id)).output).toBe('once and before the failure');
    expect(house.effects().filter((effect) => effect === 'stubborn once')).toHaveLength(1);
    await expect(house.client.workflows.retry(id)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
