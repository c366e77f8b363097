import { request } from 'node:http';
import { type ChannelCredentials, Metadata, credentials } from '@grpc/grpc-js';
import type { ErrorCode, ServiceError } from '@flovyn/protocol';
import { AgentDispatchClient, TaskExecutionClient, WorkflowDispatchClient, fromGrpcError } from '@flovyn/protocol/grpc';
import { connectRawWorker } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grpcActions } from '../src/grpc/actions.js';
import { streamAddresses } from '../src/http/stream/stream-addresses.js';
import { type AllParts, allRoutes } from '../src/http/routes/index.js';
import { type TestServer, startTestServer } from './support/test-server.js';
import { playTurn } from './support/turns.js';

const ACME = '11111111-0000-4000-8000-000000000001';
const OTHER = '22222222-0000-4000-8000-000000000002';
const KEYS = {
  owner: 'acme_owner_key_01',
  member: 'acme_member_key_1',
  worker: 'acme_worker_key_1',
  foreign: 'other_admin_key_1',
  foreignWorker: 'other_worker_key1',
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
  { key = "${KEYS.foreignWorker}", org_id = "${OTHER}", principal_type = "Worker", principal_id = "foreign worker" },
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
const everyRoute = [...allRoutes({ store: {} } as unknown as AllParts), ...streamAddresses].map((route) => ({
  ...route,
  action: 'action' in route ? route.action : undefined,
  example: 'example' in route ? route.example : undefined,
}));
const orgRoutes = everyRoute.filter(({ access }) => access === 'org');
const otherRoutes = everyRoute.filter(({ access }) => access !== 'org');

/** What a part of a path that is no id may be; none of it exists. */
const NAMES = { identifier: 'key:nothing', kind: 'nothing', slug: 'internal', file: 'swagger-ui.css' };

function fill(path: string, org: string, { workflow, task }: { workflow: string; task: string }): string {
  const id = path.includes('/task-executions/') ? task : workflow;
  const values: Readonly<Record<string, string>> = { org, id, taskId: task, ...NAMES };
  return path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? '');
}

/** Status and problem of a call; a stream that opens is closed at once. */
function knock(
  method: string,
  path: string,
  key: string | undefined,
  sent?: object,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(key === undefined ? undefined : { authorization: `Bearer ${key}` }),
      ...(sent === undefined ? undefined : { 'content-type': 'application/json' }),
    };
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
    call.end(sent === undefined ? undefined : JSON.stringify(sent));
  });
}

const NO_KEYS = [
  ['no key', undefined],
  ['a key that is none', 'nobody'],
  ['half a key', KEYS.owner.slice(0, -1)],
] as const;

/** What the role table says of members and workers; owners and admins may do everything but work. */
function allowed(action: string): { readonly member: boolean; readonly worker: boolean } {
  const managing = ['task:update', 'task:delete', 'definition:configure', 'org:create', 'worker-token:manage'];
  const isManaging = managing.includes(action);
  return { member: !isManaging, worker: !isManaging && action !== 'workflow:update' };
}

describe.each(otherRoutes)('S01 $method $path', ({ method, path, access, action, example }) => {
  const ask = (key: string | undefined, sent = example) => knock(method, fill(path, 'acme', ids.mine), key, sent);

  it.each(NO_KEYS)('is open with %s to anyone only where it says so', async (_what, key) => {
    const { status, body } = await ask(key);
    expect(access === 'anyone' || status === 401, body).toBe(true);
  });

  it('follows the role table', async () => {
    if (action === undefined) return;
    // A body that is refused shows that whoever asks may.
    const statusFor = async (key: string) => (await ask(key, { nothing: 1 })).status;
    const { member, worker } = allowed(action);
    expect(await statusFor(KEYS.owner)).toBe(400);
    expect(await statusFor(KEYS.foreign)).toBe(400);
    expect(await statusFor(KEYS.member)).toBe(member ? 400 : 403);
    expect(await statusFor(KEYS.worker)).toBe(worker ? 400 : 403);
  });
});

describe.each(orgRoutes)('S01 $method $path', ({ method, path, action = '', example }) => {
  const ask = (org: string, whose: 'mine' | 'theirs', key: string | undefined) =>
    knock(method, fill(path, org, ids[whose]), key, example);

  it.each(NO_KEYS)('is closed with %s', async (_what, key) => {
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
    const { member, worker } = allowed(action);
    expect((await ask('acme', 'theirs', KEYS.member)).status === 403).toBe(!member);
    expect((await ask('acme', 'theirs', KEYS.worker)).status === 403).toBe(!worker);
  });

  it('R31 does not tell what another organisation has', async () => {
    if (!path.includes(':id')) return;
    const random = '7f0c0f6e-0000-4000-8000-0000000000aa';
    const nothing = { workflow: random, task: random };
    const foreign = await ask('acme', 'theirs', KEYS.owner);
    const missing = await knock(method, fill(path, 'acme', nothing), KEYS.owner, example);
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

it("R31 another organisation's promises, workers and definitions are none", async () => {
  const worker = connectRawWorker({
    port: server.grpcPort,
    key: KEYS.foreignWorker,
    orgId: OTHER,
    workflows: ['theirs'],
  });
  await worker.next('welcome');
  const theirs = (path: string, body?: object) =>
    server.call(`/api/orgs/other${path}`, { key: KEYS.foreign, ...(body === undefined ? undefined : { body }) });
  const ours = (path: string, body?: object) =>
    server.call(`/api/orgs/acme${path}`, { key: KEYS.owner, ...(body === undefined ? undefined : { body }) });
  const { json: started } = await theirs('/workflow-executions', { kind: 'theirs' });
  await playTurn(
    worker,
    { type: 'SUSPENDED', reason: 'promise', waitingOn: [{ type: 'SUSPEND_TYPE_PROMISE', name: 'p' }] },
    [{ type: 'CREATE_PROMISE', promiseName: 'p', idempotencyKey: 'their key' }],
  );
  const { json } = await theirs(`/workflow-executions/${String(started['id'])}/events`);
  const { data } = (json['events'] as { eventType: string; data: { promiseId: string } }[]).find(
    ({ eventType }) => eventType === 'PROMISE_CREATED',
  ) ?? { data: { promiseId: '' } };
  const blank = (text: string, name: string) => text.replaceAll(encodeURIComponent(name), '-').replaceAll(name, '-');
  for (const [found, missing] of [
    [data.promiseId, '7f0c0f6e-0000-4000-8000-0000000000aa'],
    ['their key', 'no key'],
  ] as const) {
    const prefix = found === data.promiseId ? 'id' : 'key';
    const [foreign, nothing] = await Promise.all(
      [found, missing].map((name) => ours(`/promises/${prefix}:${encodeURIComponent(name)}/resolve`, { value: 1 })),
    );
    expect(foreign?.status).toBe(404);
    expect(blank(foreign?.text ?? '', found)).toBe(blank(nothing?.text ?? '', missing));
  }
  const [{ id }] = (await theirs('/workers')).json['workers'] as [{ id: string }];
  expect((await ours('/workers')).text).not.toContain(id);
  expect((await ours(`/workers/${id}`)).status).toBe(404);
  expect((await theirs('/workflow-definitions/theirs')).status).toBe(200);
  expect((await ours('/workflow-definitions/theirs')).status).toBe(404);
  await worker.end();
});

describe('S06 every method of the gRPC door', () => {
  it('has an action, and those of people are few', () => {
    expect(grpcActions.size).toBeGreaterThan(40);
    const forPeople = [...grpcActions].filter(([, action]) => action !== 'worker:work').map(([path]) => path);
    expect(forPeople.map((path) => path.replace('/flovyn.v1.', '')).toSorted()).toEqual([
      'TaskExecution/CancelTask',
      'TaskExecution/SubmitTask',
      'WorkflowDispatch/GetEvents',
      'WorkflowDispatch/RejectPromise',
      'WorkflowDispatch/ResolvePromise',
      'WorkflowDispatch/SignalWithStartWorkflow',
      'WorkflowDispatch/SignalWorkflow',
      'WorkflowDispatch/StartChildWorkflow',
      'WorkflowDispatch/StartWorkflow',
      'WorkflowQuery/QueryWorkflow',
    ]);
  });

  it.each([
    ['owner', KEYS.owner, 'NOT_FOUND'],
    ['member', KEYS.member, 'PERMISSION_DENIED'],
    ['worker', KEYS.worker, 'NOT_FOUND'],
  ])('follows the role table, in which a worker may do all: %s', async (_role, key, code) => {
    expect(
      await refusal(TaskExecutionClient, key, (client, metadata, done) => {
        client.cancelTask({ taskExecutionId: ACME }, metadata, done);
      }),
    ).toBe(code);
    expect(
      await refusal(WorkflowDispatchClient, key, (client, metadata, done) => {
        client.getEvents({ workflowExecutionId: ACME }, metadata, done);
      }),
    ).toBe('NOT_FOUND');
    expect(
      await refusal(TaskExecutionClient, key, (client, metadata, done) => {
        client.completeTask({ taskExecutionId: ACME, output: new Uint8Array() }, metadata, done);
      }),
    ).toBe(key === KEYS.worker ? 'NOT_FOUND' : 'PERMISSION_DENIED');
  });

  it("has nothing of another organisation's", async () => {
    for (const id of [ids.theirs.workflow, ids.mine.workflow]) {
      const code = await refusal(WorkflowDispatchClient, KEYS.worker, (client, metadata, done) => {
        client.getEvents({ workflowExecutionId: id }, metadata, done);
      });
      expect(code).toBe(id === ids.mine.workflow ? undefined : 'NOT_FOUND');
    }
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

/** The code a call is refused with; `undefined` when it is answered. */
function refusal<Client extends { close(): void }>(
  Client: new (address: string, credentials: ChannelCredentials) => Client,
  key: string,
  call: (client: Client, metadata: Metadata, done: (error: unknown) => void) => void,
): Promise<ErrorCode | undefined> {
  const client = new Client(`127.0.0.1:${server.grpcPort}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  return new Promise<ErrorCode | undefined>((resolve) => {
    call(client, metadata, (error) => resolve(error === null ? undefined : fromGrpcError(error as GrpcError).code));
  }).finally(() => client.close());
}

describe('services of the protocol that this version does not have', () => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${KEYS.worker}`);

  it('say so in a sentence', async () => {
    const address = `127.0.0.1:${server.grpcPort}`;
    const agents = new AgentDispatchClient(address, credentials.createInsecure());
    const stream = await new Promise<ServiceError>((resolve) => {
      const call = agents.getEntries({ agentExecutionId: ACME }, metadata);
      call.on('error', (error) => resolve(fromGrpcError(error as GrpcError)));
    });
    expect(stream).toMatchObject({ code: 'UNIMPLEMENTED', message: expect.stringContaining('agents') as string });
    agents.close();
  });
});

it('no worker token is made where no door would take it', async () => {
  const body = { displayName: 'x' };
  const { status, json } = await server.call('/api/orgs/acme/worker-tokens', { key: KEYS.owner, body });
  expect(status).toBe(409);
  expect(json['error']).toMatch(/name worker_token among the authenticators/);
});

it('outside of development mode nobody is let in without a key, also not from this machine', async () => {
  expect((await server.call('/api/session')).status).toBe(401);
  expect((await server.call('/api/session', { key: 'flovyn_sk_dev_admin' })).status).toBe(401);
  expect((await server.call('/_/health')).status).toBe(200);
});
