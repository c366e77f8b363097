import {
  Duration,
  FlovynClient,
  type StreamEvent,
  StreamError,
  StreamEvents,
  type TaskStreamEvent,
  task,
  workflow,
} from '@flovyn/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, devOrg, devUser, devWorker, openHouse } from './support/house.js';

const words = Array.from({ length: 60 }, (_, index) => `word ${index} `);

/** Says what it was given, slowly enough to be cut in the middle. */
const speak = task<{ events: readonly StreamEvent[]; paceMs?: number }, number>({
  name: 'speak',
  usesStreaming: true,
  async run(ctx, { events, paceMs = 0 }) {
    for (const event of events) {
      ctx.stream(event);
      if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
    return events.length;
  },
});
const speakTwice = workflow<{ events: readonly StreamEvent[]; paceMs?: number }, number[]>({
  name: 'speak-twice',
  run: async (ctx, input) => Promise.all([ctx.schedule(speak, input), ctx.schedule(speak, input)]),
});
const speakOnce = workflow<{ events: readonly StreamEvent[]; paceMs?: number }, number>({
  name: 'speak-once',
  run: async (ctx, input) => ctx.schedule(speak, input),
});
/** Waits for its reader. */
const speakWhenAsked = workflow<{ events: readonly StreamEvent[] }, number>({
  name: 'speak-when-asked',
  async run(ctx, input) {
    await ctx.waitForSignal('go');
    return ctx.schedule(speak, input);
  },
});

let house: House;
let client: FlovynClient;
beforeAll(async () => {
  house = await openHouse();
  client = new FlovynClient({
    serverUrl: house.grpc,
    orgId: devOrg,
    workerToken: devWorker,
    apiKey: devUser,
    httpUrl: house.http,
  });
  client.registerWorkflow(speakTwice);
  for (const one of [speakOnce, speakWhenAsked]) client.registerWorkflow(one);
  client.registerTask(speak);
  await client.start();
});
afterAll(async () => {
  await client.stop();
  await house.close();
});

async function collect<Event>(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

async function spoken(events: readonly StreamEvent[]): Promise<StreamEvent[]> {
  const { handle } = await client.startWorkflow(speakOnce, { events });
  const heard = (await collect(client.subscribeWorkflowStream(handle.workflowId))).map(({ event }) => event);
  expect(await handle).toBe(events.length);
  return heard;
}

describe('a subscription with a real server', () => {
  it.each([
    ['tokens, in order', words.map((text) => StreamEvents.token(text))],
    ['tokens of any text', ['', ' ', '\n', 'größer 🦆', 'data: x\n\n'].map((text) => StreamEvents.token(text))],
    ['data of any shape', [null, 0, 'x', [], { a: [1, { b: null }] }].map((data) => StreamEvents.data(data))],
    ['errors that are survived', [StreamEvents.error('slow', 'RATE_LIMIT'), StreamEvents.error('odd')]],
    [
      'everything, as it came',
      [
        StreamEvents.token('a'),
        StreamEvents.progress(0.5, 'half'),
        StreamEvents.data({ rows: 1 }),
        StreamEvents.error('e'),
        StreamEvents.token('b'),
      ],
    ],
  ])('hears %s', async (_what, events) => {
    const joined = (all: readonly StreamEvent[]): StreamEvent[] => {
      // What leaves together may travel as one token: the text is what counts.
      return all.reduce<StreamEvent[]>((before, event) => {
        const last = before.at(-1);
        if (event.type !== 'token' || last?.type !== 'token') return [...before, event];
        return [...before.slice(0, -1), StreamEvents.token(last.text + event.text)];
      }, []);
    };
    expect(joined(await spoken(events))).toEqual(joined(events));
  });

  it('hears progress that only grows and ends at 1', async () => {
    const { handle } = await client.startWorkflow(speakOnce, {
      events: [-1, 0.2, 0.5, 0.9, 3].map((progress) => StreamEvents.progress(progress)),
      paceMs: 20,
    });
    const heard = await collect(client.subscribeWorkflowStream(handle.workflowId));
    const values = heard.flatMap(({ event }) => (event.type === 'progress' ? [event.progress] : []));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values.at(-1)).toBe(1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });

  it('keeps the output of two tasks apart, and of one alone on demand', async () => {
    const events = words.slice(0, 10).map((text) => StreamEvents.token(text));
    const { handle } = await client.startWorkflow(speakTwice, { events, paceMs: 2 });
    const all = await collect(client.subscribeWorkflowStream(handle.workflowId));
    const textOf = (some: readonly StreamEvent[]): string =>
      some.map((event) => (event.type === 'token' ? event.text : '?')).join('');
    const ids = [...new Set(all.map(({ taskExecutionId }) => taskExecutionId))];
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const own = all.filter(({ taskExecutionId }) => taskExecutionId === id).map(({ event }) => event);
      expect(textOf(own)).toBe(words.slice(0, 10).join(''));
      expect(await collect(client.subscribeTaskStream(handle.workflowId, id))).toEqual(own);
    }
    const sequences = all.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  });

  it('that stood before the work was asked for hears all of it, and of a task without a workflow too', async () => {
    const events = [StreamEvents.token('now')];
    const { handle } = await client.startWorkflow(speakWhenAsked, { events });
    const stream = client.subscribeWorkflowStream(handle.workflowId);
    await stream.ready;
    await client.signalWorkflow(handle.workflowId, 'go', null);
    expect((await collect(stream)).map(({ event }) => event)).toEqual(events);

    const { handle: alone } = await client.startTask(speak, { events });
    expect(await collect(client.subscribeTaskStream(alone.taskExecutionId, alone.taskExecutionId))).toEqual(events);
  });

  it('shows state changes in their places when they are wanted', async () => {
    const { handle } = await client.startWorkflow(speakOnce, { events: [StreamEvents.token('a')] });
    const all = await collect(client.subscribeWorkflowStream(handle.workflowId, { includeStateEvents: true }));
    const names = all.map(({ event }) => (event.type === 'Event' ? event.event : event.type));
    expect(names[0]).toBe('WORKFLOW_CREATED');
    expect(names.at(-1)).toBe('WORKFLOW_COMPLETED');
    expect(names.filter((name) => !name.startsWith('WORKFLOW_'))).toEqual([
      'TASK_CREATED',
      'TASK_STARTED',
      'token',
      'TASK_COMPLETED',
    ]);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
  });

  it('says http for an execution that is not there, and timeout for a server that says nothing', async () => {
    const nowhere = client.subscribeWorkflowStream('660e8400-e29b-41d4-a716-446655440000');
    await expect(collect(nowhere)).rejects.toMatchObject({ kind: 'http', status: 404 });
    await expect(nowhere.ready).rejects.toBeInstanceOf(StreamError);
    const hasty = new FlovynClient({
      serverUrl: house.grpc,
      orgId: devOrg,
      apiKey: devUser,
      httpUrl: house.http,
      streaming: { connectTimeout: Duration.milliseconds(1) },
    });
    await expect(collect(hasty.subscribeWorkflowStream('660e8400-e29b-41d4-a716-446655440001'))).rejects.toMatchObject({
      kind: 'timeout',
    });
  });

  it('goes on where it was after its server was killed in the middle', async () => {
    const events = words.map((text) => StreamEvents.token(text));
    const { handle } = await client.startWorkflow(speakOnce, { events, paceMs: 20 });
    const heard: TaskStreamEvent[] = [];
    let killed: Promise<unknown> | undefined;
    for await (const event of client.subscribeWorkflowStream(handle.workflowId)) {
      heard.push(event);
      if (heard.length === 10) killed = house.server.end('SIGKILL').then(() => house.startServer());
    }
    await killed;
    expect(heard.map(({ event }) => (event.type === 'token' ? event.text : '?')).join('')).toBe(words.join(''));
    expect(await handle).toBe(words.length);
  });
});
