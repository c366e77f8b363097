import { type ClientHttp2Session, constants } from 'node:http2';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect } from 'node:tls';
import { bytes, connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecureTestServer, ask, certificate, readOverHttp2, startSecureServer } from './support/secure-server.js';

const TASKS = '/api/orgs/dev/task-executions';
const KEY = 'flovyn_sk_dev_admin';
const JSON_BODY = { ':method': 'POST', 'content-type': 'application/json' } as const;

let server: SecureTestServer;
let session: ClientHttp2Session;
beforeAll(async () => {
  const environment = { STREAM_WAIT_MAX: '0', LIMITS__STREAMS_PER_PRINCIPAL: '1000' };
  server = await startSecureServer(environment);
  session = server.connect();
});
afterAll(() => server.stop());

let kinds = 0;

/** A standalone task that runs and says what the test wants. */
async function aRunningTask() {
  const kind = `kind-${++kinds}`;
  const worker = connectRawWorker({ port: server.grpcPort, tasks: [kind] });
  const { text } = await ask(session, { ...JSON_BODY, ':path': TASKS }, JSON.stringify({ kind }));
  const { id } = JSON.parse(text) as { id: string };
  const { claimToken } = await worker.next('taskAssigned');
  const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken };
  let first = 0;
  return {
    path: `${TASKS}/${id}/stream`,
    async say(...texts: string[]) {
      const entries = texts.map((said) => ({
        type: 'TOKEN' as const,
        payload: JSON.stringify({ type: 'token', text: said }),
        timestampMs: 1,
      }));
      await worker.ask('attemptEntries', { ...ref, first, entries });
      first += texts.length;
    },
    async complete() {
      await worker.ask('attemptCompleted', { ...ref, output: bytes('done'), entries: first, lostEntries: 0 });
      await worker.end();
    },
  };
}

describe('over HTTP/2', () => {
  it('REST, problems, pages and downloads are what they are over HTTP/1.1', async () => {
    const listed = await ask(session, { ':path': TASKS, authorization: `Bearer ${KEY}` });
    expect(listed.status).toBe(200);
    expect(listed.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    const missing = await ask(session, { ':path': '/api/nothing' });
    expect(missing.headers['content-type']).toBe('application/problem+json');
    expect((await ask(session, { ':path': TASKS, authorization: 'Bearer nobody' })).status).toBe(401);
    expect((await ask(session, { ':path': `${TASKS}?limit=0` })).status).toBe(400);
    expect((await ask(session, { ...JSON_BODY, ':path': TASKS }, '{')).status).toBe(400);
    const page = await ask(session, { ':path': '/api/docs' });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const head = await ask(session, { ':path': TASKS, ':method': 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('a workflow is exported whole', async () => {
    const path = '/api/orgs/dev/workflow-executions';
    const started = await ask(session, { ...JSON_BODY, ':path': path }, JSON.stringify({ kind: 'k' }));
    const { id } = JSON.parse(started.text) as { id: string };
    const { text } = await ask(session, { ':path': `${path}/${id}/export` });
    expect(JSON.parse(text)).toMatchObject({ execution: { id } });
  });

  it('a request too large is refused, and the connection goes on', async () => {
    const body = JSON.stringify({ kind: 'x'.repeat(3_200_000) });
    expect((await ask(session, { ...JSON_BODY, ':path': TASKS }, body)).status).toBe(413);
    expect((await ask(session, { ':path': `/${'x'.repeat(9_000)}` })).status).toBe(414);
    await expect(ask(session, { ':path': TASKS, 'x-long': 'x'.repeat(17_000) })).rejects.toThrow('ENHANCE_YOUR_CALM');
    expect((await ask(session, { ':path': TASKS })).status).toBe(200);
  });

  it('S02 nobody has two keys', async () => {
    const authorization = [`Bearer ${KEY}`, 'Bearer other'];
    await expect(ask(session, { ':path': TASKS, authorization: authorization as unknown as string })).rejects.toThrow(
      'authorization',
    );
  });

  it('S10 pages of ours sign in and change things, and those of others do not', async () => {
    const origin = `https://localhost:${server.port}`;
    const body = JSON.stringify({ apiKey: KEY });
    const signedIn = await ask(session, { ...JSON_BODY, ':path': '/api/session', origin }, body);
    expect(signedIn.status).toBe(204);
    const [cookie = ''] = String(signedIn.headers['set-cookie']).split(';');
    const start = (from: string) =>
      ask(session, { ...JSON_BODY, ':path': TASKS, cookie, origin: from }, JSON.stringify({ kind: 'k' }));
    expect((await start(origin)).status).toBe(201);
    expect((await start('https://evil.example')).status).toBe(403);
  });

  it('R19 a stream is shown from its beginning to its end', async () => {
    const task = await aRunningTask();
    const reader = await readOverHttp2(session, task.path);
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
    });
    expect(reader.headers['connection']).toBeUndefined();
    await task.say('Hel', 'lo');
    await task.complete();
    const messages = await reader.toEnd();
    expect(reader.text()).toMatch(/^: /);
    expect(messages.map(({ event }) => event)).toEqual(['ready', 'data', 'data', 'token', 'token', 'data', 'end']);
    const again = session.request({ ':path': task.path, 'last-event-id': messages.at(-2)?.id ?? '' });
    const status = await new Promise((resolve) => again.on('response', (headers) => resolve(headers[':status'])));
    expect(status).toBe(204);
    again.close();
  });

  it('S09 a ticket opens a stream', async () => {
    const task = await aRunningTask();
    const asking = { ...JSON_BODY, ':path': '/api/orgs/dev/stream-tickets', authorization: `Bearer ${KEY}` };
    const { text } = await ask(session, asking, JSON.stringify({ path: task.path }));
    const { ticket } = JSON.parse(text) as { ticket: string };
    const reader = await readOverHttp2(session, `${task.path}?ticket=${ticket}`);
    await reader.atLeast(1);
    reader.stream.close();
    await task.complete();
  });

  it('200 streams share a connection', async () => {
    const task = await aRunningTask();
    const own = server.connect();
    const readers = await Promise.all(Array.from({ length: 200 }, () => readOverHttp2(own, task.path)));
    await task.say('a', 'b');
    await task.complete();
    const streams = await Promise.all(readers.map((reader) => reader.toEnd()));
    expect(streams[0]).toHaveLength(7);
    for (const stream of streams) expect(stream.slice(1)).toEqual(streams[0]?.slice(1));
    own.close();
  });

  it('R24 a reader that does not read stalls none of those it shares a connection with, and loses nothing', async () => {
    const task = await aRunningTask();
    const [slow, fast] = [await readOverHttp2(session, task.path), await readOverHttp2(session, task.path)];
    await slow.atLeast(1);
    slow.stream.pause();
    const text = 'x'.repeat(50_000);
    for (let round = 0; round < 10; round++) await task.say(...Array.from({ length: 10 }, () => text));
    await task.complete();
    const messages = await fast.toEnd();
    expect(messages).toHaveLength(105);
    expect(slow.messages.length).toBeLessThan(105);
    slow.stream.resume();
    expect((await slow.toEnd()).slice(1)).toEqual(messages.slice(1));
  });

  it('R28 R34 readers that leave are forgotten, and a server that stops asks the others to come back', async () => {
    const stopping = await startSecureServer({ LIMITS__STREAMS_PER_PRINCIPAL: '2' });
    const own = stopping.connect();
    for (let round = 0; round < 10; round++) {
      await eventually('a free place', async () => {
        const reader = await readOverHttp2(own, '/api/orgs/dev/stream');
        const isOpen = await eventually('the first words', () => reader.text() !== '' && reader.text());
        reader.stream.close(constants.NGHTTP2_CANCEL);
        return !isOpen.startsWith('retry');
      });
    }
    const reader = await readOverHttp2(own, '/api/orgs/dev/stream');
    await reader.atLeast(1);
    const closed = new Promise<void>((resolve) => own.on('close', resolve));
    const stopped = stopping.stop();
    await reader.toEnd();
    expect(reader.text()).toMatch(/retry: \d+\n\n$/);
    await closed;
    await stopped;
  });

  it('S05 streams that are opened and reset again and again end their connection', async () => {
    const own = server.connect();
    const left = new Promise<number>((resolve) => own.on('goaway', resolve));
    await new Promise((resolve) => own.on('connect', resolve));
    // The library allows 1,000 at once and 33 a second.
    for (let count = 0; count < 2_000 && !own.closed && !own.destroyed; count++) {
      const stream = own.request({ ':method': 'POST', ':path': '/api/orgs/dev/stream' });
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await left).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect((await ask(session, { ':path': TASKS })).status).toBe(200);
  });
});

describe('over HTTP/1.1 with TLS', () => {
  const read = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', servername: 'localhost', port: server.port, path, ca: certificate.cert };
      get({ ...options, agent: false }, resolve).on('error', reject);
    });

  it('REST and streams are answered', async () => {
    const listed = await read(TASKS);
    expect([listed.statusCode, listed.httpVersion]).toEqual([200, '1.1']);
    listed.resume();
    const task = await aRunningTask();
    const stream = await read(task.path);
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await task.complete();
    await eventually('the end', () => text.includes('event: end'));
    await eventually('the close', () => stream.complete);
  });

  it('L06 headers have a limit, and what is no HTTP gets a problem', async () => {
    for (const [bytesSent, status] of [
      [`GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
      ['nonsense\r\n\r\n', 400],
    ] as const) {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect({ port: server.port, servername: 'localhost', ca: certificate.cert, host: '127.0.0.1' });
        let text = '';
        socket.on('secureConnect', () => socket.write(bytesSent));
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('close', () => resolve(text));
        socket.on('error', reject);
      });
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
  });

  it('without TLS there is no answer', async () => {
    await expect(fetch(`http://127.0.0.1:${server.port}/_/live`)).rejects.toThrow('fetch failed');
  });
});
