import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, lines, openHouse } from './support/house.js';
import { follow } from './support/reader.js';
import { readStream } from './support/raw-stream.js';
import { expectSoundHistory, expectWhole, wordsOf } from './support/story.js';

describe.each(lines)('R01 tasks that end at the same instant, over %s', (line) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ line });
    await house.startWorker();
  });
  afterAll(() => house.close());

  it.each([5, 50, 500])('%i of them: all are counted, none twice', async (size) => {
    const { id } = await house.client.workflows.start({ kind: 'gather-all', input: { size } });
    const reader = follow(house.client, { workflowExecutionId: id });
    await reader.toEnd();
    const execution = await house.client.workflows.get(id);
    expect(execution).toMatchObject({ status: 'COMPLETED', output: Array.from({ length: size }, (_, index) => index) });
    const history = await expectSoundHistory(house.client, id, size);
    expect(history.filter(({ eventType }) => eventType === 'TASK_COMPLETED')).toHaveLength(size);
    expect(execution.currentSequence).toBe(history.length);

    const { entries } = await readStream(`${house.org}/workflow-executions/${id}/stream`);
    expectWhole(entries);
    expect(reader.entries.map(({ frame }) => frame)).toEqual(entries.map(({ frame }) => frame));
    for (const word of ['TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED']) {
      expect(wordsOf(entries).filter((each) => each === word)).toHaveLength(size);
    }
  });

  it('the tasks of an execution are listed in the order in which they were scheduled', async () => {
    const { id } = await house.client.workflows.start({ kind: 'gather-all', input: { size: 20 } });
    await follow(house.client, { workflowExecutionId: id }).toEnd();
    const { tasks } = await house.client.workflows.tasks(id);
    expect(tasks.map(({ output }) => output)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('twenty executions with ten tasks each, at once', async () => {
    const started = await Promise.all(
      Array.from({ length: 20 }, () => house.client.workflows.start({ kind: 'gather-all', input: { size: 10 } })),
    );
    await Promise.all(started.map(({ id }) => follow(house.client, { workflowExecutionId: id }).toEnd()));
    for (const { id } of started) await expectSoundHistory(house.client, id, 10);
  });
});
