import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { wordsOf } from './support/story.js';
import { beginTelling, expectSurvived } from './support/survival.js';

let house: House;
beforeAll(async () => {
  house = await openHouse({ environment: { SESSION_LEASE: '3s' } });
});
afterEach(() => house.endWorkers());
afterAll(() => house.close());

it('R08 a worker that is killed while its tasks stream is replaced by the next one', async () => {
  const worker = await house.startWorker();
  const told = await beginTelling(house);
  await worker.end('SIGKILL');
  await house.startWorker();
  const { log, attempts } = await expectSurvived(house, told);
  expect(attempts).toEqual([2, 2]);
  expect(told.reader.losses()).toBe(0);
  const words = wordsOf(log);
  expect(words.filter((word) => word === 'TASK_FAILED')).toHaveLength(2);
  expect(words.filter((word) => word === 'TASK_STARTED')).toHaveLength(4);
  expect(words.filter((word) => word === 'WORKFLOW_STARTED')).toHaveLength(1);
});

it('a worker that is asked to stop finishes what it holds first', async () => {
  const worker = await house.startWorker();
  const told = await beginTelling(house);
  const stopping = worker.end('SIGTERM');
  await house.startWorker();
  const { attempts } = await expectSurvived(house, told);
  expect(attempts).toEqual([1, 1]);
  expect(await stopping).toBe(0);
});

it('R09 a worker that was frozen past its lease changes nothing when it wakes', async () => {
  const frozen = await house.startWorker();
  const told = await beginTelling(house);
  frozen.signal('SIGSTOP');
  const next = await house.startWorker();
  const { log, attempts } = await expectSurvived(house, told);
  expect(attempts).toEqual([2, 2]);
  await next.end();

  frozen.signal('SIGCONT');
  const { tasks } = await house.client.workflows.tasks(told.id);
  // It tells its stories to the end, to nobody, and then takes part again.
  await eventually('the end of the late attempts', () => {
    const effects = house.effects();
    return tasks.every(({ id }) => effects.includes(`${id} told, attempt 1`));
  });
  const after = await beginTelling(house);
  await expectSurvived(house, after);
  const { entries } = await readStream(`${house.org}/workflow-executions/${told.id}/stream`);
  expect(entries).toEqual(log);
  expect((await house.client.workflows.tasks(told.id)).tasks).toEqual(tasks);
});
