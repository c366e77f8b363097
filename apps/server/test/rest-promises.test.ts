import type { Command } from '@flovyn/protocol';
import { type RawWorker, connectRawWorker } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './support/problem.js';
import { type Answer, type TestServer, startTestServer } from './support/test-server.js';
import { completed, playTurn } from './support/turns.js';

let server: TestServer;
let worker: RawWorker;
beforeAll(async () => {
  server = await startTestServer();
  worker = connectRawWorker({ port: server.grpcPort, workflows: ['approval'] });
  await worker.next('welcome');
});
afterAll(async () => {
  await worker.end();
  await server.stop();
});

const WORKFLOWS = '/api/orgs/dev/workflow-executions';

interface Waiting {
  readonly id: string;
  readonly promiseId: string;
}

/** An execution that waits for a promise. */
async function anApproval(idempotencyKey?: string): Promise<Waiting> {
  const started = await server.call(WORKFLOWS, { body: { kind: 'approval' } });
  const id = started.json['id'] as string;
  const create: Command = {
    type: 'CREATE_PROMISE',
    promiseName: 'approved',
    ...(idempotencyKey === undefined ? undefined : { idempotencyKey }),
  };
  await playTurn(
    worker,
    { type: 'SUSPENDED', reason: 'promise', waitingOn: [{ type: 'SUSPEND_TYPE_PROMISE', name: 'approved' }] },
    [create],
  );
  const created = (await facts(id)).find(({ eventType }) => eventType === 'PROMISE_CREATED');
  return { id, promiseId: created?.data['promiseId'] as string };
}

async function facts(id: string): Promise<readonly { eventType: string; data: Record<string, unknown> }[]> {
  const { json } = await server.call(`${WORKFLOWS}/${id}/events`);
  return json['events'] as { eventType: string; data: Record<string, unknown> }[];
}

function settle(identifier: string, how: 'resolve' | 'reject', body: unknown): Promise<Answer> {
  const path = `/api/orgs/dev/promises/${encodeURIComponent(identifier)}/${how}`;
  return server.call(path, { method: 'POST', ...(body === undefined ? undefined : { body }) });
}

describe('a promise', () => {
  it('R05 is resolved once, by its id', async () => {
    const { id, promiseId } = await anApproval();
    const first = await settle(`id:${promiseId}`, 'resolve', '{"value":{"by": "ada", "n": 1.0}}');
    expect(first).toMatchObject({ status: 200, json: { promiseId, resolved: true, alreadyResolved: false } });
    const again = await settle(`id:${promiseId}`, 'resolve', { value: 'other' });
    expect(again.json).toEqual({ promiseId, resolved: true, alreadyResolved: true });
    expect((await settle(`id:${promiseId}`, 'reject', { error: 'late' })).json).toMatchObject({
      alreadyRejected: true,
    });
    const { events } = await playTurn(worker, completed());
    expect(events.at(-1)).toBe('PROMISE_RESOLVED');
    expect((await facts(id)).filter(({ eventType }) => eventType.startsWith('PROMISE_RE'))).toHaveLength(1);
    expect((await server.call(`${WORKFLOWS}/${id}/events`)).text).toContain('{"by": "ada", "n": 1.0}');
  });

  it('is resolved without a value', async () => {
    const { id, promiseId } = await anApproval();
    expect((await settle(`id:${promiseId}`, 'resolve', undefined)).status).toBe(200);
    expect((await facts(id)).at(-1)).toMatchObject({ eventType: 'PROMISE_RESOLVED', data: { value: null } });
    await playTurn(worker, completed());
  });

  it('is rejected by its key, which may have colons and slashes', async () => {
    const { id, promiseId } = await anApproval('bill:2026/11:7');
    const answer = await settle('key:bill:2026/11:7', 'reject', { error: 'the customer said no' });
    expect(answer.json).toEqual({ promiseId, rejected: true, alreadyRejected: false, alreadyResolved: false });
    expect((await facts(id)).at(-1)).toMatchObject({
      eventType: 'PROMISE_REJECTED',
      data: { error: 'the customer said no' },
    });
    await playTurn(worker, completed());
    expect((await settle('key:bill:2026/11:7', 'resolve', {})).json).toMatchObject({
      promiseId,
      alreadyResolved: true,
    });
  });

  it('nobody settled before the execution ended is 409', async () => {
    const { id, promiseId } = await anApproval();
    await server.call(`${WORKFLOWS}/${id}/signal`, { body: { signalName: 'never mind' } });
    await playTurn(worker, completed());
    expectProblem(await settle(`id:${promiseId}`, 'reject', { error: 'late' }), 409, 'failed-precondition');
  });

  it.each([
    ['approved', {}, 400, 'invalid-argument'],
    ['id:approved', {}, 400, 'invalid-argument'],
    ['key:', {}, 400, 'invalid-argument'],
    [`key:${'k'.repeat(256)}`, {}, 400, 'invalid-argument'],
    ['id:7f0c0f6e-0000-4000-8000-0000000000ff', {}, 404, 'not-found'],
    ['key:unknown', {}, 404, 'not-found'],
    ['key:unknown', { result: 1 }, 400, 'invalid-argument'],
  ])('%# %s with %j is refused', async (identifier, body, status, slug) => {
    expectProblem(await settle(identifier, 'resolve', body), status, slug);
  });

  it.each([{}, { error: 7 }, { error: null }])('is not rejected with %j', async (body) => {
    expectProblem(await settle('key:unknown', 'reject', body), 400, 'invalid-argument');
  });

  it('is no workflow: keys of starts lead to none', async () => {
    await server.call(WORKFLOWS, { body: { kind: 'nobody', idempotencyKey: 'a-start' } });
    expectProblem(await settle('key:a-start', 'resolve', {}), 404, 'not-found');
  });
});
