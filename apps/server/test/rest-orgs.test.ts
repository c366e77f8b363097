import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './support/problem.js';
import { type TestServer, startTestServer } from './support/test-server.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const create = (body: unknown, key?: string) =>
  server.call('/api/orgs', { body, ...(key === undefined ? undefined : { key }) });

describe('an organisation', () => {
  it('is read by its slug and by its id', async () => {
    const { json } = await server.call('/api/orgs/dev');
    expect(json).toMatchObject({ slug: 'dev', name: 'Development', tier: 'FREE', region: null });
    expect(json['createdAt']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect((await server.call(`/api/orgs/${String(json['id'])}`)).json).toEqual(json);
  });

  it('is created, and belongs to others than those who created it', async () => {
    const answer = await create({ name: 'Acme', slug: 'acme', tier: 'PRO', region: 'eu-west' });
    expect(answer).toMatchObject({
      status: 201,
      json: { slug: 'acme', name: 'Acme', tier: 'PRO', region: 'eu-west' },
    });
    expect(answer.json['id']).toMatch(/^[0-9a-f-]{36}$/);
    expectProblem(await server.call('/api/orgs/acme'), 403, 'permission-denied');
    expectProblem(await create({ name: 'Another', slug: 'acme' }), 409, 'already-exists');
    expectProblem(await create({ name: 'Another', slug: 'dev' }), 409, 'already-exists');
  });

  it('is free unless somebody says otherwise', async () => {
    expect((await create({ name: 'Small', slug: 'small' })).json).toMatchObject({ tier: 'FREE', region: null });
  });

  it.each([
    [{ slug: 'x' }, /name is missing/],
    [{ name: '', slug: 'x' }, /name must have at least 1 character/],
    [{ name: 'X' }, /slug is missing/],
    [{ name: 'X', slug: 'Upper' }, /slug must be 1 to 63 lower-case/],
    [{ name: 'X', slug: '-x' }, /slug/],
    [{ name: 'X', slug: 'x'.repeat(64) }, /slug/],
    [{ name: 'X', slug: '7f0c0f6e-0000-4000-8000-0000000000ff' }, /not a UUID/],
    [{ name: 'X', slug: 'x', tier: 'GOLD' }, /tier must be one of FREE, PRO, ENTERPRISE/],
    [{ name: 'X', slug: 'x', region: 'EU West' }, /region/],
    [{ name: 'X', slug: 'x', id: '7f0c0f6e-0000-4000-8000-0000000000ff' }, /"id"/],
  ])('%# is not created from %j', async (body, message) => {
    const answer = await create(body);
    expectProblem(answer, 400, 'invalid-argument');
    expect(answer.json['error']).toMatch(message);
  });

  it('is not created by a worker', async () => {
    expectProblem(await create({ name: 'X', slug: 'by-worker' }, 'fwt_dev_worker'), 403, 'permission-denied');
  });
});
