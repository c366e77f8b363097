import { request } from 'node:http';
import { Metadata, credentials } from '@grpc/grpc-js';
import { createEngine } from '@flovyn/engine';
import { createMemoryStore, countingIds, manualClock, recordingReporter } from '@flovyn/engine/memory';
import type { ServiceError } from '@flovyn/protocol';
import { AgentDispatchClient, WorkflowDispatchClient, fromGrpcError } from '@flovyn/protocol/grpc';
import { connectRawWorker } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grpcActions } from '../src/grpc/server.js';
import { routes } from '../src/http/app.js';
import { createWakeUps } from '../src/process/surroundings.js';
import { type TestServer, startTestServer } from './support/test-server.js';

const ACME = '11111111-0000-4000-8000-000000000001';
const OTHER = '22222222-0000-4000-8000-000000000002';
const KEYS = {
  owner: 'acme_owner_key_01',
  member: 'acme_member_key_1',
  worker: 'acme_worker_key_1',
  foreign: 'other_admin_key_1',
  orphan: 'orphan_admin_key1',
} as const;

const FILE = `
[[orgs]]
id = "${ACME}"
name = "Acme"
slug = "acme"

[[orgs]]
id = "${OTHER}"
name = "Other"
slug = "other"

[auth.static_api_key]
keys = [
  { key = "${KEYS.owner}", org_id = "${ACME}", principal_type = "User", principal_id = "owner", role = "OWNER" },
  { key = "${KEYS.member}", org_id = "${ACME}", principal_type = "User", principal_id = "member", role = "MEMBER" },
  { key = "${KEYS.worker}", org_id = "${ACME}", principal_type = "Worker", principal_id = "worker" },
  { key = "${KEYS.foreign}", org_id = "${OTHER}", principal_type = "User", principal_id = "foreign", role = "ADMIN" },
  { key = "${KEYS.orphan}", org_id = "33333333-0000-4000-8000-000000000003", principal_type = "User", principal_id = "orphan", role = "ADMIN" },
]

[auth.endpoints.http]
authenticators = ["static_api_key"]

[auth.endpoints.grpc]
authenticators = ["static_api_key"]
`;

type GrpcError = Error & Parameters<typeof fromGrpcError>[0];

let server: TestServer;
/** One execution and one task of each organisation. */
let ids: Record<'mine' | 'theirs', { workflow: string; task: string }>;

beforeAll(async () => {
  server = await startTestServer({ file: FILE, environment: { STREAM_WAIT_MAX: '0' } });
  const start = async (org: string, key: string, resource: string) =>
    (await server.call(`/api/orgs/${org}/${resource}`, { key, body: { kind: 'secret' } })).json['id'] as string;
  const both = async (org: string, key: string) => ({
    workflow: await start(org, key, 'workflow-executions'),
    task: await start(org, key, 'task-executions'),
  });
  ids = { mine: await both('acme', KEYS.owner), theirs: await both('other', KEYS.foreign) };
});
afterAll(() => server.stop());

/** Every route there is, taken from the server itself, and the streams, which stand beside them. */
const everyRoute = [
  ...routes({ engine: anEngine(), queries: createMemoryStore().queries }).map(({ method, path, action }) => ({
    method,
    path,
    action,
  })),
  { method: 'GET', path: '/api/orgs/:org/workflow-executions/:id/stream', action: 'workflow:view' },
  { method: 'GET', path: '/api/orgs/:org/task-executions/:id/stream', action: 'task:view' },
];

function anEngine() {
  return createEngine({
    store: createMemoryStore(),
    clock: manualClock(),
    ids: countingIds(),
    wakeUps: createWakeUps(),
    reporter: recordingReporter(),
  });
}

function fill(path: string, org: string, { workflow, task }: { workflow: string; task: string }): string {
  const id = path.includes('/workflow-executions/') ? workflow : task;
  return path.replace(':org', org).replace(':id', id).replace(':taskId', task);
}

/** Status and problem of a call; a stream that opens is closed at once. */
function knock(method: string, path: string, key: string | undefined): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const call = request(`${server.http}${path}`, { method, headers, agent: false }, (response) => {
      const status = response.statusCode ?? 0;
      if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
        resolve({ status, body: 'stream' });
        call.destroy();
        return;
      }
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status, body }));
    });
    call.on('error', reject);
    call.end();
  });
}

describe.each(everyRoute)('S01 $method $path', ({ method, path, action }) => {
  const ask = (org: string, whose: 'mine' | 'theirs', key: string | undefined) =>
    knock(method, fill(path, org, ids[whose]), key);

  it.each([
    ['no key', undefined],
    ['a key that is none', 'nobody'],
    ['half a key', KEYS.owner.slice(0, -1)],
  ])('is closed with %s', async (_what, key) => {
    expect((await ask('acme', 'mine', key)).status).toBe(401);
  });

  it("is closed with another organisation's key", async () => {
    expect((await ask('acme', 'mine', KEYS.foreign)).status).toBe(403);
    expect((await ask(ACME, 'mine', KEYS.foreign)).status).toBe(403);
    expect((await ask('acme', 'mine', KEYS.orphan)).status).toBe(403);
  });

  it('has nothing for an organisation that is none', async () => {
    expect((await ask('nobody', 'mine', KEYS.owner)).status).toBe(404);
  });

  it('follows the role table', async () => {
    const mayMember = !['task:update', 'task:delete'].includes(action);
    const mayWorker = action.endsWith(':view') || action.endsWith(':start');
    const member = (await ask('acme', 'theirs', KEYS.member)).status;
    const worker = (await ask('acme', 'theirs', KEYS.worker)).status;
    expect(member === 403).toBe(!mayMember);
    expect(worker === 403).toBe(!mayWorker);
  });

  it('R31 does not tell what another organisation has', async () => {
    if (!path.includes(':id')) return;
    const random = '7f0c0f6e-0000-4000-8000-0000000000aa';
    const nothing = { workflow: random, task: random };
    const foreign = await ask('acme', 'theirs', KEYS.owner);
    const missing = await knock(method, fill(path, 'acme', nothing), KEYS.owner);
    expect(foreign.status).toBe(404);
    const blank = (body: string, { workflow, task }: typeof nothing) =>
      body.replaceAll(workflow, '-').replaceAll(task, '-');
    expect(blank(foreign.body, ids.theirs)).toBe(blank(missing.body, nothing));
  });

  it('knows the organisation by its id as well', async () => {
    if (method !== 'GET') return;
    expect((await ask(ACME.toUpperCase(), 'mine', KEYS.owner)).status).toBe(
      (await ask('acme', 'mine', KEYS.owner)).status,
    );
  });
});

describe('S06 every method of the gRPC door', () => {
  it('has an action, and none that a person may do', () => {
    expect(grpcActions.size).toBeGreaterThan(40);
    expect(new Set(grpcActions.values())).toEqual(new Set(['worker:work']));
  });

  it.each([
    ['', 'UNAUTHENTICATED'],
    ['nobody', 'UNAUTHENTICATED'],
    [KEYS.owner, 'PERMISSION_DENIED'],
  ])('is closed with the key "%s"', async (key, code) => {
    const worker = connectRawWorker({ port: server.grpcPort, key });
    expect(await worker.over).toMatchObject({ code });
  });

  it('L06 takes at most 8 KiB of metadata', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, key: 'k'.repeat(8_192) });
    expect(await worker.over).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', limit: 8_192 });
  });

  it('is open with a worker key, for its own organisation', async () => {
    const worker = connectRawWorker({ port: server.grpcPort, key: KEYS.worker, orgId: ACME });
    await worker.next('welcome');
    await worker.end();
    const other = connectRawWorker({ port: server.grpcPort, key: KEYS.worker, orgId: OTHER });
    expect(await other.over).toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

describe('services of the protocol that this version does not have', () => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${KEYS.worker}`);

  it('say so in a sentence', async () => {
    const address = `127.0.0.1:${server.grpcPort}`;
    const dispatch = new WorkflowDispatchClient(address, credentials.createInsecure());
    const unary = await new Promise<ServiceError>((resolve) => {
      dispatch.getEvents({ workflowExecutionId: ACME }, metadata, (error) =>
        resolve(fromGrpcError(error as GrpcError)),
      );
    });
    expect(unary).toMatchObject({ code: 'UNIMPLEMENTED', message: expect.stringContaining('WorkerSession') as string });
    const agents = new AgentDispatchClient(address, credentials.createInsecure());
    const stream = await new Promise<ServiceError>((resolve) => {
      const call = agents.getEntries({ agentExecutionId: ACME }, metadata);
      call.on('error', (error) => resolve(fromGrpcError(error as GrpcError)));
    });
    expect(stream.code).toBe('UNIMPLEMENTED');
    dispatch.close();
    agents.close();
  });
});

it('outside of development mode nobody is let in without a key, also not from this machine', async () => {
  expect((await server.call('/api/session')).status).toBe(401);
  expect((await server.call('/api/session', { key: 'flovyn_sk_dev_admin' })).status).toBe(401);
  expect((await server.call('/_/health')).status).toBe(200);
});
