import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOfCall, codeOfSession } from './support/doors.js';
import { expectProblem } from './support/problem.js';
import { type TestServer, startTestServer } from './support/test-server.js';

const TOKENS = '/api/orgs/dev/worker-tokens';
const LETTERS = '7f0c0f6e-0000-4000-8000-0000000000aa';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const create = (displayName: string) => server.call(TOKENS, { body: { displayName }, key: 'flovyn_sk_dev_admin' });

describe('a worker token', () => {
  it('is told once, and lets a worker in', async () => {
    const { status, json } = await create('build machines');
    expect(status).toBe(201);
    expect(json).toMatchObject({ displayName: 'build machines', createdBy: 'admin' });
    const token = String(json['token']);
    expect(token).toMatch(/^fwt_[\w-]{43}$/);
    expect(await codeOfSession(server.grpcPort, token)).toBe('welcome');
    expect(await codeOfCall(server.grpcPort, token)).toBe('NOT_FOUND');
    expect((await server.call('/api/session', { key: token })).json).toMatchObject({
      principal: `worker-token:${String(json['id'])}`,
      role: 'WORKER',
    });
    expect((await server.call(TOKENS)).text).not.toContain(token);
  });

  it('is listed, the newest first, page by page', async () => {
    for (const name of ['one', 'two', 'three']) await create(name);
    const first = await server.call(`${TOKENS}?limit=2`);
    expect(first.json).toMatchObject({
      workerTokens: [{ displayName: 'three', createdBy: 'admin' }, { displayName: 'two' }],
      limit: 2,
      offset: 0,
    });
    expect(first.json['workerTokens']).toEqual([
      expect.not.objectContaining({ token: expect.anything() as unknown }),
      expect.not.objectContaining({ hash: expect.anything() as unknown }),
    ]);
    const next = await server.call(`${TOKENS}?limit=2&cursor=${String(first.json['nextCursor'])}`);
    expect(next.json['workerTokens']).toMatchObject([{ displayName: 'one' }, {}]);
  });

  it('opens nothing from the moment it is taken away', async () => {
    const { json } = await create('lost');
    const token = String(json['token']);
    expect(await codeOfCall(server.grpcPort, token)).toBe('NOT_FOUND');
    const remove = () => server.call(`${TOKENS}/${String(json['id'])}`, { method: 'DELETE' });
    expect(await remove()).toMatchObject({ status: 204, text: '' });
    expect(await codeOfCall(server.grpcPort, token)).toBe('UNAUTHENTICATED');
    expect(await codeOfSession(server.grpcPort, token)).toBe('UNAUTHENTICATED');
    expectProblem(await server.call('/api/session', { key: token }), 401, 'unauthenticated');
    expectProblem(await remove(), 404, 'not-found');
  });

  it.each([
    [{}, /displayName is missing/],
    [{ displayName: '' }, /displayName/],
    [{ displayName: 'a\u0000b' }, /displayName/],
    [{ displayName: 'x'.repeat(256) }, /displayName/],
    [{ displayName: 'x', token: 'fwt_mine' }, /"token"/],
    [{ displayName: 'x', orgId: LETTERS }, /"orgId"/],
  ])('%# is not made of %j', async (body, message) => {
    const answer = await server.call(TOKENS, { body });
    expectProblem(answer, 400, 'invalid-argument');
    expect(answer.json['error']).toMatch(message);
  });

  it('S06 is neither made nor seen nor taken away by a worker', async () => {
    const { json } = await create('mine');
    const key = String(json['token']);
    expectProblem(await server.call(TOKENS, { body: { displayName: 'x' }, key }), 403, 'permission-denied');
    expectProblem(await server.call(TOKENS, { key }), 403, 'permission-denied');
    const own = `${TOKENS}/${String(json['id'])}`;
    expectProblem(await server.call(own, { method: 'DELETE', key }), 403, 'permission-denied');
  });
});
