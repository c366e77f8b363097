import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionId, FlovynEvent, FrameHead, TaskId } from '@flovyn/events';
import {
  encodeComment,
  encodeEnd,
  encodeEntry,
  encodeGap,
  encodeReady,
  frameJson,
  sseEntryName,
} from '@flovyn/events/sse';
import { sampleEvent } from '@flovyn/events/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FlovynClient } from '../client.js';
import { Duration } from '../duration.js';
import { ConfigurationError, StreamError } from '../errors.js';
import { silent } from '../../test/recorded-execution.js';
import { serialize } from '../serde.js';
import { StreamEvents } from '../stream-events.js';
import type { StreamingOptions } from './options.js';

const ID = '660e8400-e29b-41d4-a716-446655440000' as ExecutionId;
const TASK = '770e8400-e29b-41d4-a716-446655440001' as TaskId;
const OTHER = '770e8400-e29b-41d4-a716-446655440002' as TaskId;

/** A connection of a reader, driven by the test. */
interface Reader {
  readonly url: string;
  readonly cursor: string | undefined;
  readonly authorization: string | undefined;
  readonly response: ServerResponse;
  /** Accepts, and says how far the stream has come. */
  accept(head?: number): void;
  send(...texts: string[]): void;
}

let readers: Reader[];
let arrived: () => void;
let server: ReturnType<typeof createServer>;
let httpUrl: string;

beforeEach(async () => {
  readers = [];
  arrived = () => undefined;
  server = createServer((request, response) => {
    const { url = '', headers } = request;
    const send = (...texts: string[]): void => void response.write(texts.join(''));
    const accept = (head = 0): void => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      send(encodeReady({ epoch: 'e1', from: 1, head }));
    };
    const cursor = headers['last-event-id'];
    readers.push({
      url,
      cursor: Array.isArray(cursor) ? cursor[0] : cursor,
      authorization: headers.authorization,
      response,
      accept,
      send,
    });
    arrived();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  httpUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function reader(index: number): Promise<Reader> {
  for (;;) {
    const found = readers[index];
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => (arrived = resolve));
  }
}

function aClient(streaming: StreamingOptions = {}, logger = silent): FlovynClient {
  return new FlovynClient({ serverUrl: 'http://127.0.0.1:1', orgId: 'dev', apiKey: 'key', httpUrl, streaming, logger });
}

function entry(seq: number, event: FlovynEvent, taskExecutionId: TaskId = TASK): string {
  const head: FrameHead = {
    v: 1,
    seq,
    epoch: 'e1',
    executionId: ID,
    rootExecutionId: ID,
    taskExecutionId,
    timestampMs: 1_700_000_000_000 + seq,
  };
  const data = frameJson(head, JSON.stringify(event));
  return encodeEntry({ event: sseEntryName(event), id: `e1.${seq}`, data });
}

const over = encodeEnd({ status: 'COMPLETED' });
const token = (text: string): FlovynEvent => StreamEvents.token(text);

async function collect<Event>(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

async function failure(reading: Promise<unknown>): Promise<StreamError> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!StreamError.is(error)) throw new Error('It should have been a StreamError', { cause: error });
  return error;
}

describe('subscribing to a workflow', () => {
  it('E.3 gives the output of its tasks with their places, and ends with it; the client need not be started', async () => {
    const stream = aClient().subscribeWorkflowStream(ID);
    const { url, authorization, accept, send } = await reader(0);
    expect(url).toBe(`/api/orgs/dev/workflow-executions/${ID}/stream`);
    expect(authorization).toBe('Bearer key');
    accept(3);
    await stream.ready;
    const data = { at: new Date(0) };
    const onWire = JSON.parse(serialize(data)) as unknown;
    send(entry(1, token('a')), entry(2, StreamEvents.data(onWire), OTHER), entry(3, token('b')), over);
    const [first, second, third] = await collect(stream);
    expect(first).toEqual({
      taskExecutionId: TASK,
      workflowExecutionId: ID,
      sequence: 1,
      event: { type: 'token', text: 'a' },
      timestamp: new Date(1_700_000_000_001),
    });
    expect(second).toMatchObject({ taskExecutionId: OTHER, event: { type: 'data', data } });
    expect(third).toMatchObject({ sequence: 3 });
  });

  it('E.3 leaves state events out, unless they are wanted', async () => {
    const news = sampleEvent('TASK_STARTED');
    const client = aClient();
    const [without, all] = [
      client.subscribeWorkflowStream(ID),
      client.subscribeWorkflowStream(ID, { includeStateEvents: true }),
    ];
    for (const index of [0, 1]) {
      const { accept, send } = await reader(index);
      accept(2);
      send(entry(1, news), entry(2, token('a')), over);
    }
    expect((await collect(without)).map(({ event }) => event.type)).toEqual(['token']);
    expect((await collect(all)).map(({ event }) => event.type)).toEqual(['Event', 'token']);
  });

  it('E.3 comes back after a cut and goes on where it was', async () => {
    const stream = aClient().subscribeWorkflowStream(ID);
    const texts = collect(stream).then((all) => all.map(({ event }) => (event.type === 'token' ? event.text : '')));
    const first = await reader(0);
    first.accept(2);
    first.send(entry(1, token('a')), entry(2, token('b')));
    await stream.ready;
    first.response.end();
    const second = await reader(1);
    expect(second.cursor).toBe('e1.2');
    second.accept(3);
    second.send(entry(3, token('c')), over);
    expect(await texts).toEqual(['a', 'b', 'c']);
  });

  it('E.3 tells what is no longer kept', async () => {
    const onGap = vi.fn<(gap: object) => void>();
    const warn = vi.fn<() => void>();
    const client = aClient({}, { ...silent, warn });
    const streams = [client.subscribeWorkflowStream(ID, { onGap }), client.subscribeWorkflowStream(ID)];
    for (const index of [0, 1]) {
      const { accept, send } = await reader(index);
      accept(3);
      send(encodeGap({ from: 1, to: 2, reason: 'expired' }), entry(3, token('c')), over);
    }
    for (const stream of streams) expect(await collect(stream)).toHaveLength(1);
    expect(onGap.mock.calls).toEqual([[{ kind: 'gap', from: 1, to: 2, reason: 'expired' }]]);
    expect(warn.mock.calls).toEqual([['Entries 1 to 2 of the stream are not shown: expired']]);
  });

  it.each([
    ['close', (stream: { close(): void }, _abort: () => void) => stream.close()],
    ['the signal', (_stream: { close(): void }, abort: () => void) => abort()],
  ])('E.3 ends by %s without an error, and leaves no connection', async (_how, end) => {
    const gone = new AbortController();
    const stream = aClient().subscribeWorkflowStream(ID, { signal: gone.signal });
    const { accept, response } = await reader(0);
    accept();
    await stream.ready;
    const closed = new Promise((resolve) => response.on('close', resolve));
    const all = collect(stream);
    end(stream, () => gone.abort());
    expect(await all).toEqual([]);
    await closed;
  });

  it('E.3 closes the connection when the loop is left', async () => {
    const stream = aClient().subscribeWorkflowStream(ID);
    const { accept, send, response } = await reader(0);
    const closed = new Promise((resolve) => response.on('close', resolve));
    accept(2);
    send(entry(1, token('a')), entry(2, token('b')));
    for await (const { sequence } of stream) {
      expect(sequence).toBe(1);
      break;
    }
    await closed;
  });
});

describe('subscribing to a family', () => {
  const CHILD = '880e8400-e29b-41d4-a716-446655440003' as ExecutionId;
  const ofChild = (familySeq: number, text: string): string =>
    entry(familySeq, token(text), OTHER).replaceAll(`"executionId":"${ID}"`, `"executionId":"${CHILD}"`);

  it('E.3 gives what all of them show, each with whose it is', async () => {
    const stream = aClient().subscribeWorkflowStream(ID, { consolidated: true });
    const { url, accept, send } = await reader(0);
    expect(url).toBe(`/api/orgs/dev/workflow-executions/${ID}/stream/consolidated`);
    accept(3);
    send(entry(1, token('a')), ofChild(2, 'b'), entry(3, token('c')), over);
    expect((await collect(stream)).map(({ workflowExecutionId }) => workflowExecutionId)).toEqual([ID, CHILD, ID]);
  });

  it('E.3 finds a task of a child', async () => {
    const stream = aClient().subscribeTaskStream(ID, OTHER, { consolidated: true });
    const { url, accept, send } = await reader(0);
    expect(url).toBe(`/api/orgs/dev/workflow-executions/${ID}/stream/consolidated`);
    accept(2);
    send(entry(1, token('a')), ofChild(2, 'b'), over);
    expect(await collect(stream)).toEqual([token('b')]);
  });
});

describe('subscribing to a task', () => {
  it('E.3 gives its bare events, and ends with it though its workflow goes on', async () => {
    const stream = aClient().subscribeTaskStream(ID, TASK);
    const { accept, send } = await reader(0);
    accept(4);
    const ended = sampleEvent('TASK_COMPLETED');
    send(entry(1, token('a')), entry(2, token('x'), OTHER), entry(3, StreamEvents.progress(1)), entry(4, ended));
    expect(await collect(stream)).toEqual([StreamEvents.token('a'), StreamEvents.progress(1)]);
  });

  it('E.3 reads the own stream of a task without a workflow', async () => {
    const stream = aClient().subscribeTaskStream(TASK, TASK);
    const { url, accept, send } = await reader(0);
    expect(url).toBe(`/api/orgs/dev/task-executions/${TASK}/stream`);
    accept(1);
    send(entry(1, token('a')), over);
    expect(await collect(stream)).toEqual([StreamEvents.token('a')]);
  });
});

describe('a subscription that fails', () => {
  const short = Duration.milliseconds(60);

  it('E.3 says timeout when it is not accepted in time', async () => {
    const stream = aClient({ connectTimeout: short }).subscribeWorkflowStream(ID);
    expect(await failure(stream.ready)).toMatchObject({ kind: 'timeout', status: undefined });
    expect(await failure(collect(stream))).toMatchObject({ name: 'StreamError', kind: 'timeout' });
  });

  it.each([true, false])('E.3 says timeout when nothing comes for too long (reconnect: %s)', async (reconnect) => {
    const stream = aClient({ connectTimeout: short, readTimeout: short, reconnect }).subscribeWorkflowStream(ID);
    (await reader(0)).accept();
    await stream.ready;
    expect(await failure(collect(stream))).toMatchObject({ kind: 'timeout' });
  });

  it('E.3 takes keep-alives for signs of life', async () => {
    const stream = aClient({ readTimeout: Duration.milliseconds(1_500), reconnect: false }).subscribeWorkflowStream(ID);
    const { accept, send } = await reader(0);
    accept(1);
    const alive = setInterval(() => send(encodeComment('')), 50);
    setTimeout(() => send(entry(1, token('late')), over), 2_000);
    expect(await collect(stream)).toHaveLength(1);
    clearInterval(alive);
  });

  it.each([401, 404, 503])('E.3 says http with the status %d it was refused with', async (status) => {
    const stream = aClient().subscribeWorkflowStream(ID);
    const { response } = await reader(0);
    response.writeHead(status).end();
    expect(await failure(collect(stream))).toMatchObject({ kind: 'http', status });
    expect(await failure(stream.ready)).toMatchObject({ kind: 'http', status });
  });

  it('E.3 says connectionClosed when it is cut and may not come back, or finds nobody', async () => {
    const cut = aClient({ reconnect: false }).subscribeWorkflowStream(ID);
    const { accept, response } = await reader(0);
    accept();
    await cut.ready;
    response.end();
    expect(await failure(collect(cut))).toMatchObject({ kind: 'connectionClosed' });
    const nobody = aClient({ url: 'http://127.0.0.1:1' }).subscribeWorkflowStream(ID);
    expect(await failure(collect(nobody))).toMatchObject({ kind: 'connectionClosed' });
  });

  it('E.3 passes over what it cannot read and says so; when strict, it ends there', async () => {
    const warn = vi.fn<(message: string) => void>();
    const client = aClient({}, { ...silent, warn });
    const [lenient, strict] = [
      client.subscribeWorkflowStream(ID),
      client.subscribeWorkflowStream(ID, { strict: true }),
    ];
    for (const index of [0, 1]) {
      const { accept, send } = await reader(index);
      accept(2);
      send('event: token\nid: e1.1\ndata: {"v":1,"seq":1\n\n', entry(2, token('b')), over);
    }
    expect(await collect(lenient)).toHaveLength(1);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('cannot be read (e1.1)')]]);
    expect(await failure(collect(strict))).toMatchObject({ kind: 'parse' });
  });

  it('E.3 is not even made when streaming is switched off', () => {
    const client = aClient({ enabled: false });
    expect(() => client.subscribeWorkflowStream(ID)).toThrow(ConfigurationError);
    expect(() => client.subscribeTaskStream(ID, TASK)).toThrow(ConfigurationError);
    expect(() => aClient({ readTimeout: Duration.seconds(-1) }).subscribeWorkflowStream(ID)).toThrow(
      ConfigurationError,
    );
  });
});
