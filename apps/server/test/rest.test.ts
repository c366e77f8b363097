import { gzipSync } from 'node:zlib';
import { errorCodes } from '@flovyn/protocol';
import { request as httpRequest } from 'node:http';
import { bytes, connectRawWorker } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './support/problem.js';
import { type Answer, type TestServer, startTestServer } from './support/test-server.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const TASKS = '/api/orgs/dev/task-executions';
const NOBODY = '7f0c0f6e-0000-4000-8000-0000000000ff';

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return server.call(path, { body, headers, method: 'POST' });
}

describe('a workflow execution', () => {
  it('is started and read', async () => {
    const started = await post(WORKFLOWS, { kind: 'order:v1', input: { n: 1 }, version: '7', labels: { team: 'a' } });
    const id = started.json['id'] as string;
    expect(started.status).toBe(201);
    expect(started.json).toMatchObject({
      workflowExecutionId: id,
      status: 'PENDING',
      kind: 'order:v1',
      idempotencyKeyUsed: false,
      idempotencyKeyNew: true,
      links: { self: `${WORKFLOWS}/${id}`, events: `${WORKFLOWS}/${id}/events` },
    });
    const read = await server.call(`${WORKFLOWS}/${id}`);
    expect(read.json).toMatchObject({
      id,
      kind: 'order:v1',
      workflowKind: 'order:v1',
      status: 'PENDING',
      queue: 'default',
      input: { n: 1 },
      metadata: { team: 'a' },
      workflowVersion: '7',
      currentSequence: 1,
      createdAt: started.json['createdAt'],
      startedAt: null,
      completedAt: null,
    });
    expect(read.json['asOf']).toMatch(/^[\w-]+\.1$/);
    const events = await server.call(`${WORKFLOWS}/${id}/events`);
    expect(events.json['events']).toMatchObject([
      { sequenceNumber: 1, sequence: 1, eventType: 'WORKFLOW_STARTED', data: { input: { n: 1 } } },
    ]);
    expect((await server.call(`${WORKFLOWS}/${id}/events?sinceSequence=1`)).json).toEqual({ events: [] });
    expect((await server.call(`${WORKFLOWS}/${id}/state`)).json).toMatchObject({ state: {} });
    expect((await server.call(`${WORKFLOWS}/${id}/tasks`)).json).toEqual({ tasks: [] });
    expect((await server.call(`${WORKFLOWS}/${id}/children`)).json).toEqual({ children: [] });
  });

  it('R29 is started once per idempotency key', async () => {
    const body = { kind: 'once', idempotencyKey: 'key-1', idempotencyKeyTTL: '2h' };
    const first = await post(WORKFLOWS, body);
    expect(first).toMatchObject({ status: 201, json: { idempotencyKeyUsed: true, idempotencyKeyNew: true } });
    const again = await Promise.all(Array.from({ length: 20 }, () => post(WORKFLOWS, { ...body, input: 'other' })));
    for (const { status, json } of again) {
      expect(status).toBe(200);
      expect(json).toMatchObject({ id: first.json['id'], idempotencyKeyUsed: true, idempotencyKeyNew: false });
    }
  });

  it('R29 is shown as it is now when its start is repeated', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, workflows: ['kept-going'] });
    const body = { kind: 'kept-going', idempotencyKey: 'key-2' };
    const first = await post(WORKFLOWS, body);
    await worker.next('activation');
    const again = await post(WORKFLOWS, body);
    expect(again.json).toMatchObject({ status: 'RUNNING', createdAt: first.json['createdAt'] });
    await worker.end();
  });

  it('is listed, newest first, page by page', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count++)
      ids.unshift((await post(WORKFLOWS, { kind: 'listed' })).json['id'] as string);
    const page = await server.call(`${WORKFLOWS}?kind=listed&limit=2&status=PENDING`);
    expect(page.json).toMatchObject({ total: 5, limit: 2, offset: 0 });
    expect(idsOf(page, 'workflows')).toEqual(ids.slice(0, 2));
    const byOffset = await server.call(`${WORKFLOWS}?kind=listed&limit=2&offset=2`);
    const byCursor = await server.call(`${WORKFLOWS}?kind=listed&limit=2&cursor=${String(page.json['nextCursor'])}`);
    expect(idsOf(byOffset, 'workflows')).toEqual(ids.slice(2, 4));
    expect(idsOf(byCursor, 'workflows')).toEqual(ids.slice(2, 4));
    expect((await server.call(`${WORKFLOWS}?kind=listed&status=FAILED`)).json).toMatchObject({
      workflows: [],
      total: 0,
    });
    expect((await server.call(`${WORKFLOWS}?status=CANCELLING`)).json).toMatchObject({ workflows: [], total: 0 });
  });

  it('is found by its queue', async () => {
    const { json } = await post(WORKFLOWS, { kind: 'queued', queue: 'slow' });
    await post(WORKFLOWS, { kind: 'queued' });
    expect(idsOf(await server.call(`${WORKFLOWS}?kind=queued&queue=slow`), 'workflows')).toEqual([json['id']]);
  });

  it('is found by its metadata', async () => {
    const { json } = await post(WORKFLOWS, { kind: 'tagged', metadata: { customer: 'c-1' } });
    await post(WORKFLOWS, { kind: 'tagged', metadata: { customer: 'c-2' } });
    expect(idsOf(await server.call(`${WORKFLOWS}?metadata.customer=c-1`), 'workflows')).toEqual([json['id']]);
  });
});

describe('a payload', () => {
  it('comes back as it was sent, to the digit', async () => {
    const input = '{"n":12345678901234567890.125, "b":1e2,"a":"\\u0000\\ud800","__proto__":{"x":1}}';
    const { json } = await post(WORKFLOWS, `{"kind":"exact","input":${input}}`);
    const read = await server.call(`${WORKFLOWS}/${String(json['id'])}`);
    expect(read.text).toContain(`"input":${input}`);
    expect((await server.call(`${WORKFLOWS}/${String(json['id'])}/events`)).text).toContain(input);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('is an empty object when there is none', async () => {
    const { json } = await post(TASKS, { kind: 'empty' });
    expect(json['input']).toEqual({});
  });
});

describe('a standalone task', () => {
  const start = async (body: object = {}): Promise<string> =>
    (await post(TASKS, { kind: 'none', ...body })).json['id'] as string;

  it('is started, read and listed', async () => {
    const answer = await post(TASKS, { taskType: 'old-word', queue: 'fast', maxRetries: 0, metadata: { a: 1 } });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      kind: 'old-word',
      queue: 'fast',
      maxRetries: 0,
      status: 'PENDING',
      executionCount: 0,
      metadata: { a: 1 },
    });
    const id = answer.json['id'] as string;
    expect((await server.call(`${TASKS}/${id}`)).json).toEqual(answer.json);
    expect(idsOf(await server.call(`${TASKS}?queue=fast&kind=old-word`), 'tasks')).toEqual([id]);
    expect((await server.call(`${TASKS}/${id}/attempts`)).json).toEqual({ attempts: [] });
    expect((await server.call(`${TASKS}/${id}/logs`)).json).toMatchObject({ logs: [], total: 0 });
  });

  it('R29 is started once per idempotency key', async () => {
    const first = await post(TASKS, { kind: 'once', idempotencyKey: 'task-key' });
    const worker = connectRawWorker({ port: server.grpcPort, tasks: ['once'] });
    await worker.next('taskAssigned');
    const again = await post(TASKS, { kind: 'once', idempotencyKey: 'task-key' });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.json).toMatchObject({
      id: first.json['id'],
      status: 'RUNNING',
      createdAt: first.json['createdAt'],
    });
    await worker.end();
  });

  it('is not begun before its time', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, tasks: ['timed'] });
    await worker.next('welcome');
    const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
    const later = await post(TASKS, { kind: 'timed', scheduledAt });
    expect(later.json).toMatchObject({ status: 'PENDING', scheduledAt });
    const now = await post(TASKS, { kind: 'timed' });
    expect(await worker.next('taskAssigned')).toMatchObject({ taskExecutionId: now.json['id'] });
    expect((await server.call(`${TASKS}/${String(later.json['id'])}`)).json['status']).toBe('PENDING');
    await worker.end();
  });

  it('is deleted while it waits, with everything it had', async () => {
    const id = await start();
    expect(await server.call(`${TASKS}/${id}`, { method: 'DELETE' })).toMatchObject({ status: 204, text: '' });
    expectProblem(await server.call(`${TASKS}/${id}`), 404, 'not-found');
    expectProblem(await server.call(`${TASKS}/${id}`, { method: 'DELETE' }), 404, 'not-found');
  });

  it('is cancelled once, with a reason', async () => {
    const id = await start();
    const answer = await post(`${TASKS}/${id}/cancel`, { reason: 'enough' });
    expect(answer).toMatchObject({ status: 200, json: { status: 'CANCELLED', error: 'enough' } });
    expectProblem(await post(`${TASKS}/${id}/cancel`, {}), 409, 'failed-precondition');
    expectProblem(await post(`${TASKS}/${id}/retry`, {}), 409, 'failed-precondition');
    expectProblem(await server.call(`${TASKS}/${id}`, { method: 'DELETE' }), 400, 'invalid-argument');
  });

  it('is cancelled without a word', async () => {
    const id = await start();
    expect((await server.call(`${TASKS}/${id}/cancel`, { method: 'POST' })).status).toBe(200);
  });

  it('is tried again after it failed, and remembers its attempts', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, tasks: ['flaky'] });
    const id = (await post(TASKS, { kind: 'flaky', maxRetries: 0 })).json['id'] as string;
    const ref = async () => {
      const { claimToken } = await worker.next('taskAssigned');
      return { taskExecutionId: id, workflowExecutionId: '', claimToken, entries: 0, lostEntries: 0 };
    };
    await worker.ask('attemptFailed', { ...(await ref()), error: 'no luck', retryable: true, cancelled: false });
    expect((await server.call(`${TASKS}/${id}`)).json).toMatchObject({ status: 'FAILED', error: 'no luck' });
    const retried = await post(`${TASKS}/${id}/retry`, { note: 'once more' });
    expect(retried.status).toBe(200);
    await worker.ask('attemptCompleted', { ...(await ref()), output: bytes('luck') });
    expect((await server.call(`${TASKS}/${id}`)).json).toMatchObject({ status: 'COMPLETED', output: 'luck' });
    expect((await server.call(`${TASKS}/${id}/attempts`)).json['attempts']).toMatchObject([
      { attempt: 1, status: 'FAILED', error: 'no luck' },
      { attempt: 2, status: 'COMPLETED', output: 'luck' },
    ]);
    await worker.end();
  });
});

describe('what is wrong gets the right status and a sentence', () => {
  const deep = `${'['.repeat(65)}${']'.repeat(65)}`;
  const wide = `[${'0,'.repeat(100_000)}0]`;
  it.each([
    ['JSON that is none', '{"kind":x}', 400, 'malformed-json', /position 8 \(line 1, column 9\)/],
    ['JSON that ends too early', '{"kind":"x"', 400, 'malformed-json', /position 11 .* ends too early/],
    ['a list', '[]', 400, 'invalid-argument', /object/],
    ['no kind', '{}', 400, 'invalid-argument', /kind is missing/],
    ['an empty kind', '{"kind":""}', 400, 'invalid-identifier', /kind/],
    ['a kind with a blank', '{"kind":"a b"}', 400, 'invalid-identifier', /kind/],
    ['a kind with NUL', '{"kind":"a\\u0000"}', 400, 'invalid-identifier', /kind/],
    ['a kind with half a character', '{"kind":"\\ud800"}', 400, 'invalid-identifier', /kind/],
    ['a kind of 256 characters', JSON.stringify({ kind: 'k'.repeat(256) }), 400, 'invalid-identifier', /kind/],
    [
      'a queue of 101 characters',
      JSON.stringify({ kind: 'k', queue: 'q'.repeat(101) }),
      400,
      'invalid-identifier',
      /queue/,
    ],
    ['a member nobody knows', '{"kind":"k","role":"OWNER"}', 400, 'invalid-argument', /"role"/],
    ['a status', '{"kind":"k","status":"COMPLETED"}', 400, 'invalid-argument', /"status"/],
    ['a prototype', '{"kind":"k","__proto__":{"x":1}}', 400, 'invalid-argument', /__proto__/],
    ['too deep input', `{"kind":"k","input":${deep}}`, 400, 'json-too-complex', /levels/],
    ['too many values', `{"kind":"k","input":${wide}}`, 400, 'json-too-complex', /values/],
    [
      'input over 2 MiB',
      JSON.stringify({ kind: 'k', input: 'x'.repeat(2_097_152) }),
      413,
      'payload-too-large',
      /input/,
    ],
    [
      'a body over 3 MiB',
      JSON.stringify({ kind: 'k', input: 'x'.repeat(4_194_304) }),
      413,
      'payload-too-large',
      /3145728/,
    ],
    ['an empty idempotency key', '{"kind":"k","idempotencyKey":""}', 400, 'invalid-argument', /idempotencyKey/],
    [
      'an idempotency key with NUL',
      '{"kind":"k","idempotencyKey":"a\\u0000"}',
      400,
      'invalid-argument',
      /idempotencyKey/,
    ],
    [
      'an idempotency key of 256 characters',
      JSON.stringify({ kind: 'k', idempotencyKey: 'i'.repeat(256) }),
      400,
      'invalid-argument',
      /idempotencyKey/,
    ],
    [
      'a time to live that is none',
      '{"kind":"k","idempotencyKeyTTL":"soon"}',
      400,
      'invalid-argument',
      /idempotencyKeyTTL/,
    ],
    [
      'a time to live of 31 days',
      '{"kind":"k","idempotencyKeyTTL":"31d"}',
      400,
      'invalid-argument',
      /idempotencyKeyTTL/,
    ],
    ['deep metadata', '{"kind":"k","metadata":{"a":{"b":{"c":{"d":1}}}}}', 400, 'invalid-argument', /metadata/],
    [
      '101 metadata keys',
      JSON.stringify({ kind: 'k', metadata: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, i])) }),
      400,
      'invalid-argument',
      /metadata/,
    ],
    [
      'metadata over 16 KiB',
      JSON.stringify({ kind: 'k', metadata: { a: 'x'.repeat(17_000) } }),
      400,
      'invalid-argument',
      /metadata/,
    ],
  ])('%s', async (_what, body, status, slug, message) => {
    for (const path of [TASKS, WORKFLOWS]) {
      const answer = await post(path, body);
      expectProblem(answer, status, slug);
      expect(answer.json['error']).toMatch(message);
    }
  });

  it.each([
    ['another content type', '{"kind":"k"}', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    [
      'another charset',
      '{"kind":"k"}',
      { 'content-type': 'application/json; charset=utf-16' },
      415,
      'unsupported-media-type',
    ],
    ['a form', 'kind=k', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['another encoding', '{"kind":"k"}', { 'content-encoding': 'zstd' }, 415, 'unsupported-media-type'],
    ['what is not gzip', '{"kind":"k"}', { 'content-encoding': 'gzip' }, 400, 'malformed-json'],
  ])('%s', async (_what, body, headers, status, slug) => {
    expectProblem(await post(TASKS, body, headers), status, slug);
  });

  it.each([
    ['maxRetries', { maxRetries: 1_001 }],
    ['maxRetries', { maxRetries: -1 }],
    ['maxRetries', { maxRetries: 1.5 }],
    ['scheduledAt', { scheduledAt: 'tomorrow' }],
  ])('a wrong %s of a task: %j', async (name, members) => {
    const answer = await post(TASKS, { kind: 'k', ...members });
    expectProblem(answer, 400, 'invalid-argument');
    expect(answer.json['error']).toMatch(name);
  });

  it.each([
    [`${TASKS}/abc`, 400],
    [`${TASKS}/${NOBODY}`, 404],
    [`${WORKFLOWS}/abc/events`, 400],
    [`${WORKFLOWS}/${NOBODY}/events`, 404],
    [`${WORKFLOWS}/${NOBODY}/state`, 404],
    [`${WORKFLOWS}/${NOBODY}/tasks`, 404],
    [`${WORKFLOWS}/${NOBODY}/children`, 404],
    [`${WORKFLOWS}/${NOBODY}/tasks/${NOBODY}/attempts`, 404],
    [`${WORKFLOWS}/${NOBODY}/tasks/${NOBODY}/logs`, 404],
    [`${TASKS}/${NOBODY}/attempts`, 404],
    [`${TASKS}/${NOBODY}/logs`, 404],
    [`${TASKS}?limit=0`, 400],
    [`${TASKS}?limit=101`, 400],
    [`${TASKS}?limit=1.5`, 400],
    [`${TASKS}?offset=-1`, 400],
    [`${TASKS}?cursor=garbage`, 400],
    [`${TASKS}?status=LOST`, 400],
    [`${TASKS}?status=PENDING&status=FAILED`, 400],
    [`${TASKS}?colour=blue`, 400],
    [`${TASKS}?query=status%20%3D%201`, 400],
    [`${TASKS}?metadata.a=1`, 400],
    [`${WORKFLOWS}/${NOBODY}/events?sinceSequence=x`, 400],
    [`/api/orgs/acme/task-executions`, 404],
    [`/api/orgs/${NOBODY}/task-executions`, 404],
    [`/api/orgs/%00/task-executions`, 404],
    [`/api/orgs/%zz/task-executions`, 400],
    [`/api/nothing`, 404],
    [`/_/nothing`, 404],
    [`${TASKS}?api_key=flovyn_sk_dev_admin`, 400],
    [`${TASKS}?kind=${'k'.repeat(9_000)}`, 414],
  ])('GET %s', async (path, status) => {
    const answer = await server.call(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.json['error']).toMatch(/^.{10,}\.$/);
  });

  it('R29 the header Idempotency-Key where nothing can be repeated', async () => {
    const answer = await post('/api/orgs', { name: 'n', slug: 'n', tier: 'FREE' }, { 'idempotency-key': 'header-key' });
    expectProblem(answer, 501, 'unimplemented');
    expect((await server.call(TASKS, { headers: { 'idempotency-key': 'header-key' } })).status).toBe(200);
  });

  it('a method an address does not take, with those it does', async () => {
    const answer = await server.call(TASKS, { method: 'PUT', body: {} });
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toBe('POST, GET');
  });

  it('HEAD is answered like GET, without a body', async () => {
    const answer = await server.call(TASKS, { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(10);
  });

  it('headers over 16 KiB', async () => {
    expect((await server.call(TASKS, { headers: { 'x-large': 'x'.repeat(20_000) } })).status).toBe(431);
  });
});

describe('a compressed body', () => {
  const send = (body: Buffer): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const request = httpRequest(`${server.http}${TASKS}`, { method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      request.on('error', reject);
      request.end(body);
    });

  it('is read', async () => {
    expect((await send(gzipSync('{"kind":"zipped"}'))).status).toBe(201);
  });

  it('L03 S05 that grows beyond the limit is refused without being inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '));
    const before = process.memoryUsage().rss;
    const { status, text } = await send(bomb);
    expect(status).toBe(413);
    expect(text).toContain('payload-too-large');
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });
});

describe('beside the resources', () => {
  it('R35 health is green, and says the version', async () => {
    const { status, json } = await server.call('/_/health');
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 'UP', plugins: [], degraded: [] });
    expect(json['version']).toMatch(/^\d+\.\d+\.\d+/);
    expect((await server.call('/_/live')).status).toBe(200);
  });

  it('the session says who asks, and where they may look', async () => {
    const { json } = await server.call('/api/session', { key: 'flovyn_sk_dev_admin' });
    expect(json).toEqual({
      principal: 'admin',
      role: 'OWNER',
      orgs: [{ id: '550e8400-e29b-41d4-a716-446655440000', slug: 'dev', name: 'Development' }],
    });
    expect((await server.call('/api/session')).json['role']).toBe('ADMIN');
    expectProblem(await server.call('/api/session', { key: 'wrong' }), 401, 'unauthenticated');
  });

  it('the contract of events is told, with a hash that changes when it does', async () => {
    const { status, json } = await server.call('/api/contract');
    expect(status).toBe(200);
    expect(json).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      manifest: expect.objectContaining({ events: expect.objectContaining({ TASK_STARTED: expect.anything() }) }),
    });
    expect((await server.call('/api/contract')).json['hash']).toBe(json['hash']);
    expectProblem(await server.call('/api/contract', { key: 'wrong' }), 401, 'unauthenticated');
  });

  it('every error has a page', async () => {
    for (const { slug } of Object.values(errorCodes)) {
      const page = await server.call(`/api/docs/errors/${slug}`);
      expect(page.status).toBe(200);
      expect(page.text).toContain('What to do');
    }
    expectProblem(await server.call('/api/docs/errors/nothing'), 404, 'not-found');
  });

  it('S08 every answer carries the security headers', async () => {
    for (const path of ['/_/live', TASKS, '/nothing.js', `${TASKS}/abc`, '/api/docs/errors/internal']) {
      const { headers } = await server.call(path);
      expect(headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});

function idsOf(answer: Answer, name: string): unknown[] {
  return (answer.json[name] as { id: string }[]).map(({ id }) => id);
}
