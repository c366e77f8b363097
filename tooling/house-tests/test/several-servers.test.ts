import { natsServer, unlessFound } from '@flovyn/testing';
import { FlovynClient } from '@flovyn/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, devOrg, devWorker } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { follow } from './support/reader.js';
import { expectFramed, expectWhole } from './support/story.js';
import { type Street, healthOf, openStreet } from './support/street.js';

describe.skipIf(natsServer === undefined)(`two servers on one database${unlessFound}`, () => {
  let street: Street;
  let a: House;
  let b: House;
  beforeAll(async () => {
    street = await openStreet();
    ({ a, b } = street);
  });
  afterAll(() => street.close());

  const streamOf = (house: House, id: string): string => `${house.org}/workflow-executions/${id}/stream`;
  const narration = { tokens: 60, paceMs: 5 };

  describe('with a worker at the second one only', () => {
    beforeAll(async () => void (await b.startWorker()));
    afterAll(() => b.endWorkers());

    it('R17 started at one, worked on at the other: readers at both get the same bytes, live', async () => {
      const { id } = await a.client.workflows.start({ kind: 'narrate-together', input: narration });
      const readings = await Promise.all([a, b, a, b].map((house) => readStream(streamOf(house, id))));
      for (const reading of readings) {
        expectFramed(reading);
        expectWhole(reading.entries);
      }
      const [first, ...others] = readings.map(({ entries }) =>
        entries.map(({ id: cursor, text }) => `${cursor} ${text}`),
      );
      expect(first?.length).toBeGreaterThan(2 * 66);
      for (const other of others) expect(other).toEqual(first);
      // And so do those who come when it is over.
      for (const house of [a, b]) {
        const { entries } = await readStream(streamOf(house, id));
        expect(entries.map(({ id: cursor, text }) => `${cursor} ${text}`)).toEqual(first);
      }
    });

    it('lists at one hear of what happens at the other', async () => {
      const leaving = new AbortController();
      const response = await fetch(`${a.org}/stream?entity=workflow&kind=sleeper`, { signal: leaving.signal });
      let text = '';
      const reading = (async () => {
        const decoder = new TextDecoder();
        for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
      })().catch((error: unknown) => {
        if (!leaving.signal.aborted) throw error;
      });
      await eventually('the first word', () => text.includes('event: ready'));
      const { id } = await b.client.workflows.start({ kind: 'sleeper', input: { ms: 0 } });
      await eventually('the end of the execution', () => text.includes('WORKFLOW_COMPLETED') && text.includes(id));
      leaving.abort();
      await reading;
    });

    it('R17 a family at one is followed at the other, live', async () => {
      const { id } = await a.client.workflows.start({ kind: 'nested', input: { depth: 2 } });
      const consolidated = (house: House): string => `${streamOf(house, id)}/consolidated`;
      const readings = await Promise.all([a, b].map((house) => readStream(consolidated(house))));
      const [first, second] = readings.map(({ entries }) => entries.map(({ id: cursor, text }) => `${cursor} ${text}`));
      expect(readings.map(({ hasEnded }) => hasEnded)).toEqual([true, true]);
      expect(first?.length).toBeGreaterThan(10);
      expect(second).toEqual(first);
    });

    it('R12 work made ready at one wakes the idle worker of the other, and the end comes back', async () => {
      for (let count = 0; count < 20; count += 1) {
        const { id } = await a.client.workflows.start({ kind: 'sleeper', input: { ms: 0 } });
        expect((await readStream(streamOf(a, id))).hasEnded).toBe(true);
      }
    });

    it('R27 a signal at one reaches the workflow that a worker of the other holds', async () => {
      const { id } = await a.client.workflows.start({ kind: 'conversation', input: {} });
      for (const word of ['hello', 'again', 'goodbye']) {
        await a.client.workflows.signal(id, { signalName: 'message', signalValue: word });
      }
      await follow(a.client, { workflowExecutionId: id }).toEnd();
      expect((await b.client.workflows.get(id)).output).toEqual(['hello', 'again', 'goodbye']);
    });

    it('whoever waits at one is told the result by the other, and its code answers queries', async () => {
      const at = new FlovynClient({ serverUrl: a.grpc, workerToken: devWorker, orgId: devOrg, queue: 'nobody' });
      await at.start();
      const { id } = await a.client.workflows.start({ kind: 'conversation', input: {} });
      await a.client.workflows.signal(id, { signalName: 'message', signalValue: 'hello' });
      await eventually('an answer of the code', async () => (await at.queryWorkflow(id, 'count')) === 1);
      const result = at.getWorkflowHandle(id).result();
      await a.client.workflows.signal(id, { signalName: 'message', signalValue: 'goodbye' });
      expect(await result).toEqual(['hello', 'goodbye']);
      await at.stop();
    });

    it('an attempt cancelled at one stops in the worker of the other', async () => {
      const { id } = await b.client.workflows.start({ kind: 'careful', input: { name: 'here' } });
      const isRunning = ({ kind, status }: { kind: string; status: string }): boolean =>
        kind === 'endless' && status === 'RUNNING';
      const running = await eventually('the task to run', async () =>
        (await a.client.workflows.tasks(id)).tasks.find(isRunning),
      );
      await a.client.workflows.cancel(id, { reason: 'enough' });
      await follow(a.client, { workflowExecutionId: id }).toEnd();
      expect(await b.client.workflows.get(id)).toMatchObject({ status: 'CANCELLED' });
      const { tasks } = await a.client.workflows.tasks(id);
      expect(tasks.find((task) => task.id === running.id)?.status).toBe('CANCELLED');
      expect(b.effects()).toContain('tidied here');
    });
  });

  it('R10 with workers at both, everything is done once, whoever started it', async () => {
    await Promise.all([a.startWorker(), b.startWorker()]);
    const runs = Array.from({ length: 40 }, (_, index) => [a, b, b, a][index % 4] ?? a);
    const ids = await Promise.all(
      runs.map(
        async ({ client }) =>
          (await client.workflows.start({ kind: 'narrate-together', input: { tokens: 9, paceMs: 1 } })).id,
      ),
    );
    const readings = await Promise.all(ids.map((id, index) => readStream(streamOf(runs[(index + 1) % 4] ?? a, id))));
    for (const { entries } of readings) expectWhole(entries);
    const tasks = await Promise.all(ids.map(async (id) => (await a.client.workflows.tasks(id)).tasks));
    const told = [...a.effects(), ...b.effects()];
    for (const { id } of tasks.flat())
      expect(told.filter((line) => line.startsWith(id))).toEqual([`${id} told, attempt 1`]);
    expect(tasks.flat()).toHaveLength(80);
    await Promise.all([a.endWorkers(), b.endWorkers()]);
  });

  it('R13 timers are due once, whoever watches them', async () => {
    await b.startWorker();
    const ids = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const { client } = index % 2 === 0 ? a : b;
        return (await client.workflows.start({ kind: 'sleeper', input: { ms: 400 } })).id;
      }),
    );
    for (const id of ids) {
      expectWhole((await readStream(streamOf(a, id))).entries);
      const { events } = await b.client.workflows.events(id);
      expect(events.filter(({ eventType }) => eventType === 'TIMER_FIRED')).toHaveLength(1);
      expect((await a.client.workflows.get(id)).output).toBeGreaterThanOrEqual(400);
    }
    await b.endWorkers();
  });

  it('R35 both are well, and say nothing else', async () => {
    for (const house of [a, b]) expect(await healthOf(house)).toMatchObject({ status: 'UP', degraded: [] });
  });
});
