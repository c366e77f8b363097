import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Narration, wordOf } from '../src/kinds/index.js';
import { type House, openHouse } from './support/house.js';
import { type Entry, type Reading, readInPieces, readStream } from './support/raw-stream.js';
import { startWithId } from './support/start-with-id.js';
import { expectFramed, expectSoundHistory, expectWhole, outputOf, tokensOf, wordsOf } from './support/story.js';

const TOKENS = 40;

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

async function startTask(tokens = TOKENS, paceMs = 2): Promise<string> {
  const response = await fetch(`${house.org}/task-executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'narrate', input: { name: 'a', tokens, paceMs } }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function startWorkflow(paceMs = 2): Promise<string> {
  const { id } = await house.client.workflows.start({ kind: 'narrate-together', input: { tokens: TOKENS, paceMs } });
  return id;
}

const taskStream = (id: string): string => `${house.org}/task-executions/${id}/stream`;
const workflowStream = (id: string): string => `${house.org}/workflow-executions/${id}/stream`;
const textsOf = (entries: readonly Entry[]): string[] => entries.map(({ id, text }) => `${id} ${text}`);

/** A stream cut after every entry, and in odd places in between, adds up to what a reader sees who was never cut. */
async function expectResumable(url: string, whole: Reading): Promise<void> {
  const log = textsOf(whole.entries);
  for (const [index, { id }] of whole.entries.entries()) {
    const rest = await readStream(url, { after: id });
    expect(textsOf(rest.entries)).toEqual(log.slice(index + 1));
    expect(rest.status).toBe(index + 1 === log.length ? 204 : 200);
  }
  const bytes = Buffer.byteLength(whole.body);
  for (const share of [0.05, 0.21, 0.34, 0.5, 0.66, 0.79, 0.93]) {
    const part = await readStream(url, { bytes: Math.floor(bytes * share) });
    const rest = await readStream(url, { after: part.entries.at(-1)?.id });
    expect(textsOf([...part.entries, ...rest.entries])).toEqual(log);
  }
}

function expectNarration(entries: readonly Entry[], taskId: string, name: string): void {
  const output = outputOf(entries, taskId, 1);
  const words = Array.from({ length: TOKENS }, (_, index) => wordOf(name, index + 1));
  const expected = words.flatMap((text, index) => {
    const word = index + 1;
    const token = { type: 'token', text };
    return word % 10 === 0
      ? [token, { type: 'progress', progress: word / TOKENS, details: `${word} of ${TOKENS}` }]
      : [token];
  });
  expect(output).toEqual(expected);
}

describe('the stream of a standalone task', () => {
  it('tells everything in order, live, and ends', async () => {
    const id = await startTask();
    const live = await readStream(taskStream(id));
    expect(live.headers['content-type']).toMatch(/^text\/event-stream/);
    expectFramed(live);
    expectWhole(live.entries);
    const words = wordsOf(live.entries);
    expect([words[0], words[1], words.at(-1)]).toEqual(['TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED']);
    expectNarration(live.entries, id, 'a');
    expect(live.entries).toHaveLength(3 + TOKENS + TOKENS / 10);

    // The log agrees with what was shown.
    const task = await house.client.tasks.get(id);
    expect(task).toMatchObject({ status: 'COMPLETED', output: { name: 'a', tokens: TOKENS }, progress: 1 });
    expect(task.asOf).toBe(live.entries.at(-1)?.id);
    const kept = await readStream(taskStream(id));
    expectFramed(kept);
    expect(textsOf(kept.entries)).toEqual(textsOf(live.entries));
  });

  it('may be cut anywhere and continued, afterwards', async () => {
    const id = await startTask(TOKENS, 0);
    const whole = await readStream(taskStream(id));
    await expectResumable(taskStream(id), whole);
  });

  it.each([1, 2, 7])('may be cut after every %i entries and continued, while it is written', async (entries) => {
    const id = await startTask();
    const pieces = await readInPieces(taskStream(id), () => ({ entries }));
    expect(pieces.connections).toBeGreaterThan(Math.floor((TOKENS + 7) / entries));
    const whole = await readStream(taskStream(id));
    expect(textsOf(pieces.entries)).toEqual(textsOf(whole.entries));
    expectWhole(pieces.entries);
  });

  it('may be cut in the middle of a line and continued, while it is written', async () => {
    const id = await startTask();
    let bytes = 150;
    const pieces = await readInPieces(taskStream(id), () => ({ bytes: (bytes += 173) }));
    expect(pieces.connections).toBeGreaterThan(5);
    expectWhole(pieces.entries);
    expectNarration(pieces.entries, id, 'a');
  });

  it('answers 204 to a reader who has it all, and says so with the parameter too', async () => {
    const id = await startTask(1, 0);
    const { entries } = await readStream(taskStream(id));
    const last = entries.at(-1)?.id ?? '';
    expect((await readStream(taskStream(id), { after: last })).status).toBe(204);
    expect((await readStream(`${taskStream(id)}?lastEventId=${last}`)).status).toBe(204);
    const oneLess = await readStream(`${taskStream(id)}?lastEventId=${entries.at(-2)?.id ?? ''}`);
    expect(textsOf(oneLess.entries)).toEqual(textsOf(entries.slice(-1)));
    expect(oneLess.hasEnded).toBe(true);
  });

  it('starts over, and says so, for a cursor that means nothing here', async () => {
    const id = await startTask(3, 0);
    const { entries } = await readStream(taskStream(id));
    for (const after of ['7', 'someepoch.3', 'garbage', `${entries[0]?.id.split('.')[0] ?? ''}.99999`]) {
      const again = await readStream(taskStream(id), { after });
      expect(again.messages.map(({ kind }) => kind)).toContain('gap');
      expect(again.hasEnded, after).toBe(true);
    }
  });
});

describe('the stream of a workflow with two streaming tasks', () => {
  it('tells everything in one order, live, and ends', async () => {
    const id = await startWorkflow();
    const live = await readStream(workflowStream(id));
    expectFramed(live);
    expectWhole(live.entries);
    const words = wordsOf(live.entries);
    expect(words[0]).toBe('WORKFLOW_CREATED');
    expect(words.at(-1)).toBe('WORKFLOW_COMPLETED');
    const { tasks } = await house.client.workflows.tasks(id);
    expect(tasks.map(({ input }) => (input as Narration).name).toSorted()).toEqual(['a', 'b']);
    for (const { id: taskId, input } of tasks) expectNarration(live.entries, taskId, (input as Narration).name);
    // They really ran side by side: the second began to speak before the first had ended.
    const lastOfA = live.entries.findLastIndex(({ frame }) => frame.taskExecutionId === tasks[0]?.id);
    const firstOfB = live.entries.findIndex(({ frame }) => frame.taskExecutionId === tasks[1]?.id);
    expect(firstOfB).toBeLessThan(lastOfA);

    await expectSoundHistory(house.client, id, 2);
    expect(await house.client.workflows.get(id)).toMatchObject({ status: 'COMPLETED', output: 'ab' });
    expect(textsOf((await readStream(workflowStream(id))).entries)).toEqual(textsOf(live.entries));
  });

  it('may be cut anywhere and continued, afterwards', async () => {
    const id = await startWorkflow(0);
    await expectResumable(workflowStream(id), await readStream(workflowStream(id)));
  });

  it.each([1, 5])('may be cut after every %i entries and continued, while it is written', async (entries) => {
    const id = await startWorkflow();
    const pieces = await readInPieces(workflowStream(id), () => ({ entries }));
    expect(textsOf(pieces.entries)).toEqual(textsOf((await readStream(workflowStream(id))).entries));
    expectWhole(pieces.entries);
  });

  it('selects by kind without a word of the others', async () => {
    const id = await startWorkflow(0);
    const all = await readStream(workflowStream(id));
    const [news, tokens] = await Promise.all([
      readStream(`${workflowStream(id)}?types=events`),
      readStream(`${workflowStream(id)}?types=tokens,progress`),
    ]);
    expect(textsOf(news.entries)).toEqual(textsOf(all.entries.filter(({ frame }) => frame.event.type === 'Event')));
    expect(textsOf(tokens.entries)).toEqual(textsOf(all.entries.filter(({ frame }) => frame.event.type !== 'Event')));
    expect(news.hasEnded && tokens.hasEnded).toBe(true);
  });
});

describe('a stream opened before its execution exists', () => {
  it('waits, and misses nothing', async () => {
    const id = randomUUID();
    const reading = readStream(workflowStream(id));
    await startWithId(house, id, 'narrate-together', { tokens: TOKENS, paceMs: 2 });
    const live = await reading;
    expectFramed(live);
    expectWhole(live.entries);
    const output = live.entries.flatMap(({ frame: { event } }) => (event.type === 'Event' ? [] : [event]));
    expect(tokensOf(output)).toHaveLength(2 * TOKENS);
  });

  it('is refused after a while, with a sentence', async () => {
    const unknown = '018f6b2e-0000-7000-8000-00000000dead';
    const from = performance.now();
    const refused = await readStream(workflowStream(unknown));
    expect(refused.status).toBe(404);
    expect(performance.now() - from).toBeGreaterThan(5_000);
    expect(JSON.parse(refused.body)).toMatchObject({ error: expect.stringContaining(unknown) });
    // The log says for whoever wonders: how long, and how often it was looked for.
    const line = house.server.lines.find((each) => each.includes('stream of an unknown execution'));
    const logged = JSON.parse(line ?? '{}') as { id?: string; waitedMs?: number; looks?: number };
    expect(logged.id).toBe(unknown);
    expect(logged.waitedMs).toBeGreaterThan(5_000);
    expect(logged.looks).toBeGreaterThan(1);
  });
});
