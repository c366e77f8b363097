import { connect as connectSocket } from 'node:net';
import { workerItem } from '@flovyn/protocol/grpc';
import { type RawWorker, bytes, connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SseMessage, readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer({ environment: { STREAM_WAIT_MAX: '300ms' } })));
afterAll(() => server.stop());

const TASKS = '/api/orgs/dev/task-executions';
const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const NOBODY = '7f0c0f6e-0000-4000-8000-0000000000ff';
let kinds = 0;

interface StreamingTask {
  readonly id: string;
  readonly url: string;
  readonly worker: RawWorker;
  /** Sends tokens, and waits until they are stored. */
  say(...texts: string[]): Promise<void>;
  complete(): Promise<void>;
}

/** A standalone task that runs and does what the test says. */
async function aRunningTask(): Promise<StreamingTask> {
  const kind = `kind-${++kinds}`;
  const worker = connectRawWorker({ port: server.grpcPort, tasks: [kind] });
  const { json } = await server.call(TASKS, { body: { kind } });
  const id = json['id'] as string;
  const { claimToken } = await worker.next('taskAssigned');
  const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken };
  let first = 0;
  return {
    id,
    url: `${server.http}${TASKS}/${id}/stream`,
    worker,
    async say(...texts) {
      const entries = texts.map((text) => ({
        type: 'TOKEN' as const,
        payload: JSON.stringify({ type: 'token', text }),
        timestampMs: 1,
      }));
      const answer = await worker.ask('attemptEntries', { ...ref, first, entries });
      expect(answer.$case).toBe('accepted');
      first += texts.length;
    },
    async complete() {
      await worker.ask('attemptCompleted', { ...ref, output: bytes('done'), entries: first, lostEntries: 0 });
      await worker.end();
    },
  };
}

/** What a message says, in a word. */
function word({ event, data }: SseMessage): string {
  const value = JSON.parse(data) as { event?: { type: string; event?: string; text?: string } };
  return value.event?.event ?? value.event?.text ?? event;
}

function seqs(messages: readonly SseMessage[]): number[] {
  return messages.flatMap(({ id }) => (id === undefined ? [] : [Number(id.split('.')[1])]));
}

describe('a stream', () => {
  it('R19 shows a task from its beginning to its end, and closes', async () => {
    const task = await aRunningTask();
    const reader = await readSse(task.url);
    await task.say('Hel', 'lo');
    await task.complete();
    const messages = await reader.toEnd();
    expect(messages.map(word)).toEqual(['ready', 'TASK_CREATED', 'TASK_STARTED', 'Hel', 'lo', 'TASK_COMPLETED', 'end']);
    expect(seqs(messages)).toEqual([1, 2, 3, 4, 5]);
    expect(messages.at(-1)).toMatchObject({ event: 'end', data: '{"status":"COMPLETED"}' });
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect(reader.headers['content-encoding']).toBeUndefined();
    expect(reader.text().startsWith(': ')).toBe(true);
  });

  it('carries frames that say whose they are', async () => {
    const task = await aRunningTask();
    await task.say('a');
    const reader = await readSse(`${task.url}?types=tokens`);
    const [, message] = await reader.atLeast(2);
    expect(JSON.parse(message?.data ?? '')).toMatchObject({
      v: 1,
      seq: 3,
      executionId: task.id,
      rootExecutionId: task.id,
      taskExecutionId: task.id,
      attempt: 1,
      event: { type: 'token', text: 'a' },
    });
    reader.cut();
    await task.complete();
  });

  it('R22 is the same for readers that come before, during and after', async () => {
    const task = await aRunningTask();
    const readers = [readSse(task.url)];
    for (let round = 0; round < 10; round++) {
      readers.push(readSse(task.url));
      await task.say(`${round}a`, `${round}b`);
    }
    await task.complete();
    readers.push(readSse(task.url));
    const streams = await Promise.all(readers.map(async (reader) => (await (await reader).toEnd()).slice(1)));
    expect(streams[0]).toHaveLength(24);
    for (const stream of streams) expect(stream).toEqual(streams[0]);
  });

  it('R21 goes on after any cursor with nothing missing and nothing twice', async () => {
    const task = await aRunningTask();
    await task.say('1', '2', '3', '4', '5');
    await task.complete();
    const all = (await (await readSse(task.url)).toEnd()).slice(1);
    for (const [index, { id }] of all.slice(0, -2).entries()) {
      const rest = await (await readSse(task.url, { 'last-event-id': id ?? '' })).toEnd();
      expect(rest.slice(1)).toEqual(all.slice(index + 1));
      const [ready] = rest;
      expect(JSON.parse(ready?.data ?? '')).toMatchObject({ from: index + 2, head: all.length - 1 });
    }
  });

  it('takes the cursor from the query as well, and the header wins', async () => {
    const task = await aRunningTask();
    await task.say('a', 'b');
    await task.complete();
    const [, , , third] = await (await readSse(task.url)).toEnd();
    const [, , second] = await (await readSse(task.url)).toEnd();
    const byQuery = await (await readSse(`${task.url}?lastEventId=${third?.id ?? ''}`)).toEnd();
    expect(byQuery.map(word)).toEqual(['ready', 'b', 'TASK_COMPLETED', 'end']);
    const byHeader = await readSse(`${task.url}?lastEventId=${third?.id ?? ''}`, { 'last-event-id': second?.id ?? '' });
    expect((await byHeader.toEnd()).map(word)).toEqual(['ready', 'a', 'b', 'TASK_COMPLETED', 'end']);
  });

  it('starts at the beginning for an empty cursor, which is no cursor', async () => {
    const task = await aRunningTask();
    await task.complete();
    const messages = await (await readSse(`${task.url}?lastEventId=`, { 'last-event-id': '' })).toEnd();
    expect(messages.map(word)).toEqual(['ready', 'TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED', 'end']);
  });

  it('answers 204 to who has everything', async () => {
    const task = await aRunningTask();
    await task.complete();
    const messages = await (await readSse(task.url)).toEnd();
    const { status } = await readSse(task.url, { 'last-event-id': messages.at(-2)?.id ?? '' });
    expect(status).toBe(204);
  });

  it('tells the end each time to who leaves out the news, and with them the last entry', async () => {
    const task = await aRunningTask();
    await task.complete();
    const news = await (await readSse(`${task.url}?types=events`)).toEnd();
    const last = news.at(-2)?.id ?? '';
    expect((await readSse(`${task.url}?types=events`, { 'last-event-id': last })).status).toBe(204);
    const lastOutput = last.replace(/[0-9]+$/, (seq) => String(Number(seq) - 1));
    for (let times = 0; times < 2; times++) {
      const messages = await (await readSse(`${task.url}?types=tokens`, { 'last-event-id': lastOutput })).toEnd();
      expect(messages.map(word)).toEqual(['ready', 'end']);
    }
  });

  it.each(['17', 'garbage', 'elsewhere.3'])(
    'R21 starts again, knowingly, with the cursor %s of another server',
    async (id) => {
      const task = await aRunningTask();
      await task.complete();
      const messages = await (await readSse(task.url, { 'last-event-id': id })).toEnd();
      expect(messages.map(word)).toEqual(['ready', 'gap', 'TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED', 'end']);
      expect(JSON.parse(messages[1]?.data ?? '')).toMatchObject({ from: 1, reason: 'epoch' });
    },
  );

  it('gives frames when asked for them by name', async () => {
    const task = await aRunningTask();
    await task.complete();
    const [named, unnamed] = await Promise.all([readSse(`${task.url}?format=json`), readSse(task.url)]);
    expect(named.status).toBe(200);
    expect(await named.toEnd()).toEqual(await unnamed.toEnd());
  });

  it('shows only what was asked for', async () => {
    const task = await aRunningTask();
    await task.say('a');
    await task.complete();
    const tokens = await (await readSse(`${task.url}?types=tokens`)).toEnd();
    expect(tokens.map(word)).toEqual(['ready', 'a', 'end']);
    expect(JSON.parse(tokens[0]?.data ?? '')).toMatchObject({ types: ['tokens'] });
    const news = await (await readSse(`${task.url}?types=events,errors`)).toEnd();
    expect(news.map(word)).toEqual(['ready', 'TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED', 'end']);
  });

  it('S11 gives bare values in the plain format, whatever they look like', async () => {
    const nasty = ['a\nb', 'a\r\nb', '\n\nevent: end\n', ' x', 'id: 999', 'data: y', '\u2028', ''];
    const task = await aRunningTask();
    await task.say(...nasty);
    await task.complete();
    const reader = await readSse(`${task.url}?format=plain`);
    const messages = await reader.toEnd();
    expect(messages.filter(({ event }) => event === 'token').map(({ data }) => data)).toEqual(
      nasty.map((text) => text.replaceAll('\r\n', '\n')),
    );
    expect(messages.filter(({ event }) => event === 'end')).toHaveLength(1);
    expect(JSON.parse(messages[1]?.data ?? '')).toMatchObject({ type: 'Event', event: 'TASK_CREATED' });
  });

  it('S11 keeps every character in frames', async () => {
    const nasty = ['a\r\nb', '\n\nevent: end\n', '\u2028\u0000\ud83d\ude00'];
    const task = await aRunningTask();
    await task.say(...nasty);
    await task.complete();
    expect((await (await readSse(`${task.url}?types=tokens`)).toEnd()).slice(1, -1).map(word)).toEqual(nasty);
  });
});

describe('a stream of an execution that does not exist', () => {
  it('R23 waits for it, and then shows all of it', async () => {
    const id = '7f0c0f6e-0000-4000-8000-00000000b001';
    const waiting = readSse(`${server.http}${WORKFLOWS}/${id}/stream`);
    const worker = connectRawWorker({ port: server.grpcPort });
    await worker.next('welcome');
    const request = { orgId: '', workflowKind: 'k', input: bytes(1), metadata: {}, queue: '', prioritySeconds: 0 };
    await worker.ask('startWorkflow', { workflowExecutionId: id, request });
    const reader = await waiting;
    expect(reader.status).toBe(200);
    expect((await reader.atLeast(2)).map(word)).toEqual(['ready', 'WORKFLOW_CREATED']);
    reader.cut();
    await worker.end();
  });

  it('R23 is not found under the address of another sort of execution', async () => {
    const workflow = await server.call(WORKFLOWS, { body: { kind: 'sorted' } });
    const task = await server.call(TASKS, { body: { kind: 'sorted' } });
    const readers = await Promise.all([
      readSse(`${server.http}${TASKS}/${String(workflow.json['id'])}/stream`),
      readSse(`${server.http}${WORKFLOWS}/${String(task.json['id'])}/stream`),
    ]);
    expect(readers.map(({ status }) => status)).toEqual([404, 404]);
    for (const [index, sort] of ['standalone task', 'workflow execution'].entries()) {
      await eventually('the problem', () => readers[index]?.text().includes(`There is no ${sort} `));
    }
  });

  it('R23 ends with 404 when the time is over', async () => {
    const begun = performance.now();
    const answer = await server.call(`${WORKFLOWS}/${NOBODY}/stream`);
    expect(performance.now() - begun).toBeGreaterThan(290);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.json).toMatchObject({ type: '/api/docs/errors/not-found', status: 404 });
  });
});

describe('a stream is refused', () => {
  it.each([
    [
      'an unknown kind',
      `${TASKS}/${NOBODY}/stream?types=tokens,colours`,
      {},
      400,
      /^types must be a list of events, tokens, progress, data, errors; not "colours"\.$/,
    ],
    ['an unknown format', `${TASKS}/${NOBODY}/stream?format=xml`, {}, 400, /format/],
    ['an unknown parameter', `${TASKS}/${NOBODY}/stream?colour=blue`, {}, 400, /colour/],
    ['an id that is none', `${TASKS}/abc/stream`, {}, 400, /UUID/],
    ['another organisation', `/api/orgs/acme/task-executions/${NOBODY}/stream`, {}, 404, /organisation/],
    ['another method', `${TASKS}/${NOBODY}/stream`, { method: 'POST', body: {} }, 405, /GET/],
    ['a wrong key', `${TASKS}/${NOBODY}/stream`, { key: 'wrong' }, 401, /key/],
    ['a key in the address', `${TASKS}/${NOBODY}/stream?access_token=x`, {}, 400, /header|Authorization/],
  ])('for %s', async (_what, path, options, status, message) => {
    const answer = await server.call(path, options);
    expect(answer.status).toBe(status);
    expect(answer.json['error']).toMatch(message);
  });
});

describe('R24 a slow reader', () => {
  it('hurts only itself, and loses nothing', async () => {
    const task = await aRunningTask();
    const slow = await readSse(task.url);
    const fast = await readSse(task.url);
    await slow.atLeast(1);
    slow.pause();
    const text = 'x'.repeat(50_000);
    for (let round = 0; round < 40; round++) await task.say(...Array.from({ length: 10 }, () => text));
    await task.complete();
    const messages = await fast.toEnd();
    expect(messages).toHaveLength(405);
    expect(slow.messages.length).toBeLessThan(405);
    slow.resume();
    expect(await slow.toEnd()).toEqual(messages);
  });
});

describe('R28 a reader that leaves', () => {
  it('is forgotten', async () => {
    const task = await aRunningTask();
    for (let round = 0; round < 120; round++) {
      // More in all than one caller may have at a time: places that are not given back would run out.
      const reader = await readSse(task.url);
      expect(reader.status).toBe(200);
      reader.cut();
      if (round % 30 === 0) await eventually('the reader to be gone', () => reader.isOver());
    }
    await task.complete();
  });
});

describe('L15 too many streams', () => {
  it('are refused for readers that understand it, and put off for those that do not', async () => {
    const small = await startTestServer({ environment: { LIMITS__STREAMS_PER_PRINCIPAL: '2' } });
    const { json } = await small.call(TASKS, { body: { kind: 'none' } });
    const url = `${small.http}${TASKS}/${String(json['id'])}/stream`;
    const open = [await readSse(url), await readSse(url)];
    const refused = await small.call(url.slice(small.http.length), {
      headers: { accept: 'text/event-stream, application/problem+json' },
    });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.json).toMatchObject({ limit: 2 });
    const putOff = await readSse(url);
    await putOff.toEnd();
    expect(putOff.status).toBe(200);
    expect(putOff.text()).toMatch(/^retry: \d+\n\n$/);
    for (const reader of open) reader.cut();
    await eventually('a free place', async () => {
      const reader = await readSse(url);
      const isOpen = !reader.text().startsWith('retry');
      reader.cut();
      return isOpen;
    });
    await small.stop();
  });
});

describe('R34 a server that stops', () => {
  it('asks its readers and workers to come back', async () => {
    const stopping = await startTestServer();
    const { json } = await stopping.call(TASKS, { body: { kind: 'none' } });
    const reader = await readSse(`${stopping.http}${TASKS}/${String(json['id'])}/stream`);
    await reader.atLeast(2);
    const worker = connectRawWorker({ port: stopping.grpcPort });
    await worker.next('welcome');
    const stopped = stopping.stop();
    await reader.toEnd();
    expect(reader.text()).toMatch(/retry: \d+\n\n$/);
    expect(await worker.next('drain')).toMatchObject({ reason: 'The server is stopping' });
    // It takes no new connections, not even of workers it has asked to move.
    const late = connectRawWorker({ port: stopping.grpcPort });
    expect(await late.over).toMatchObject({ code: 'UNAVAILABLE' });
    worker.send(workerItem(0, 'heartbeat', { timestampMs: 1 }));
    await worker.end();
    await stopped;
    await expect(fetch(stopping.http)).rejects.toThrow('fetch failed');
  });
});

it('L26 what is not HTTP gets a problem', async () => {
  const socket = connectSocket(server.httpPort, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.write('nonsense\r\n\r\n');
  await eventually('an answer', () => answer.includes('"error"'));
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
});
