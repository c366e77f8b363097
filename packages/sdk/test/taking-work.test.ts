import { afterEach, describe, expect, it } from 'vitest';
import { task, workflow } from '../src/index.js';
import type { RequestOf } from '../src/worker/unary/doors.js';
import type { Worker } from '../src/worker/worker.js';
import { aCaller } from './a-caller.js';
import { aWorker } from './a-worker.js';
import { EngineDoors } from './engine-doors.js';
import { FakeServer } from './fake-server.js';
import { until } from './until.js';

// Two more rows of weaknesses that are not repeated: how work is taken, over a session and by single calls.

const PLACES = 12;
const ID = '550e8400-e29b-41d4-a716-446655440000';
const TASK = '660e8400-e29b-41d4-a716-4466554400';
const known = workflow<unknown, unknown>({ name: 'known', run: async () => 'done' });
const step = task<unknown, unknown>({ name: 'step', run: async () => null });

/** Attempts that stay until they are let go. */
function heldTask() {
  const running: (() => void)[] = [];
  const held = task<unknown, unknown>({
    name: 'held',
    run: async () => new Promise<void>((resolve) => running.push(resolve)),
  });
  return { running, held };
}

let worker: Worker | undefined;
let house: EngineDoors | undefined;
afterEach(async () => {
  await worker?.stop(false);
  await house?.close();
  house = undefined;
});

describe('F.9 every free place is filled, and none twice', () => {
  it('over a session: the server hands over as much as there is room for', async () => {
    const server = new FakeServer();
    const { running, held } = heldTask();
    const tasks = Array.from({ length: PLACES + 1 }, (_, index) => server.startTask(`${TASK}${index + 10}`, 'held'));
    worker = await aWorker(server, { tasks: [held], maxTasks: PLACES });
    await until(() => running.length === PLACES, 'all places to be filled');
    expect(tasks.map(({ status }) => status).filter((status) => status === 'PENDING')).toHaveLength(1);
    running[0]?.();
    await until(() => running.length === PLACES + 1, 'the last one');
    for (const letGo of running) letGo();
    await until(() => tasks.every(({ status }) => status === 'ENDED'), 'all ends');
    expect(tasks.map(({ attempt }) => attempt)).toEqual(tasks.map(() => 1));
  });

  it('by single calls: after a hit the next poll follows at once, and polls end where the room does', async () => {
    const doors = (house = new EngineDoors());
    const { running, held } = heldTask();
    const ids = await Promise.all(Array.from({ length: PLACES + 1 }, () => doors.startTask('held')));
    // Whoever rested once would rest for an hour.
    const idle = { workflowMs: 3_600_000, taskMs: 3_600_000 };
    worker = await aCaller(doors, { tasks: [held], maxTasks: PLACES, idle });
    await until(() => running.length === PLACES, 'all places to be filled');
    expect(doors.count('pollTask')).toBe(PLACES);
    running[0]?.();
    await until(() => running.length === PLACES + 1, 'the last one');
    expect(doors.count('pollTask')).toBe(PLACES + 1);
    for (const letGo of running) letGo();
    await until(() => worker?.activeTasks === 0, 'all ends');
    const tasks = await Promise.all(ids.map((id) => doors.task(id)));
    expect(tasks.map((each) => [each?.status, each?.executionCount])).toEqual(ids.map(() => ['COMPLETED', 1]));
  });
});

describe('F.20 what a worker does not know is not failed, but left to one who does', () => {
  it('over a session: it is handed back', async () => {
    const server = new FakeServer();
    worker = await aWorker(server, { workflows: [known], tasks: [step] });
    const execution = server.start(ID, 'foreign');
    const foreign = server.startTask(`${TASK}10`, 'foreign');
    expect([execution.status, foreign.status]).toEqual(['PENDING', 'PENDING']);
    server.assignAnyKind = true;
    server.onItem = () => (server.assignAnyKind = false);
    server.dispatch();
    await until(() => server.received.length === 2, 'both to come back');
    expect(server.received.map(({ $case }) => $case)).toEqual(['turnReleased', 'attemptReleased']);
    expect([execution.facts.length, foreign.ending]).toEqual([1, undefined]);
  });

  it('by single calls: it is never asked for', async () => {
    house = new EngineDoors();
    const asked: (readonly string[])[] = [];
    house.before = (name, request) => {
      if (name === 'pollWorkflow') asked.push((request as RequestOf<'pollWorkflow'>).workflowCapabilities);
    };
    const execution = await house.start('foreign');
    const foreign = await house.startTask('foreign');
    worker = await aCaller(house, { workflows: [known], tasks: [step] });
    await house.start('known');
    await house.startTask('step');
    await until(() => worker?.handle.metrics().workflowsExecuted === 1, 'its own workflow');
    await until(() => worker?.handle.metrics().tasksExecuted === 1, 'its own task');
    expect(asked.every((kinds) => kinds.join() === 'known')).toBe(true);
    expect(await house.types(execution)).toEqual(['WORKFLOW_STARTED']);
    expect((await house.task(foreign))?.status).toBe('PENDING');

    // The one who knows it finds it as it was.
    await worker.stop(false);
    const other = workflow<unknown, unknown>({ name: 'foreign', run: async () => 'done' });
    worker = await aCaller(house, { workflows: [other], tasks: [{ ...step, name: 'foreign' }] });
    await until(() => worker?.handle.metrics().workflowsExecuted === 1, 'the end of the workflow');
    await until(() => worker?.handle.metrics().tasksExecuted === 1, 'the end of the task');
    expect((await house.types(execution)).at(-1)).toBe('WORKFLOW_COMPLETED');
  });
});
