import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@flovyn/store-postgres';
import { eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';

const ACME = '11111111-0000-4000-8000-000000000001';
const OTHER = '22222222-0000-4000-8000-000000000002';
const KEYS = { ada: 'acme_admin_key_01', member: 'acme_member_key_1', foreign: 'other_admin_key_1' } as const;

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
  { key = "${KEYS.ada}", org_id = "${ACME}", principal_type = "User", principal_id = "ada", role = "ADMIN" },
  { key = "${KEYS.member}", org_id = "${ACME}", principal_type = "User", principal_id = "member", role = "MEMBER" },
  { key = "${KEYS.foreign}", org_id = "${OTHER}", principal_type = "User", principal_id = "foreign", role = "ADMIN" },
]

[auth.endpoints.http]
authenticators = ["static_api_key", "worker_token"]

[auth.endpoints.grpc]
authenticators = ["worker_token"]
`;

const TICKETS = '/api/orgs/acme/stream-tickets';
const TASKS = '/api/orgs/acme/task-executions';
const directory = mkdtempSync(join(tmpdir(), 'flovyn-'));

let postgres: EmbeddedPostgres;
let server: TestServer;
/** Another process on the same database. */
let other: TestServer;
let stream: string;

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dataDir: directory });
  const { host = '', port, user = '', password, database } = postgres.connection;
  const where = new URL(`postgres://localhost:${port}/${database}`);
  where.username = user;
  where.password = String(password);
  where.searchParams.set('host', host);
  const environment = { DATABASE_URL: where.href, SERVER__HOST: '127.0.0.1', STREAM_WAIT_MAX: '0' };
  server = await startTestServer({ file: FILE, environment });
  other = await startTestServer({ file: FILE, environment });
  const { json } = await server.call(TASKS, { key: KEYS.ada, body: { kind: 'k' } });
  stream = `${TASKS}/${String(json['id'])}/stream`;
});
afterAll(async () => {
  await Promise.all([server.stop(), other.stop()]);
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
});

const ask = (path: string, key: string = KEYS.ada, tickets = TICKETS) => server.call(tickets, { key, body: { path } });

async function aTicket(path = stream, key: string = KEYS.ada): Promise<string> {
  const { status, json } = await ask(path, key);
  expect(status).toBe(201);
  return String(json['ticket']);
}

describe('a stream', () => {
  it('S09 is opened with a ticket and nothing else, once', async () => {
    const { json } = await ask(stream);
    const left = Date.parse(String(json['expiresAt'])) - Date.now();
    expect(left).toBeLessThanOrEqual(31_000);
    const url = `${server.http}${stream}?types=events&ticket=${String(json['ticket'])}`;
    const reader = await readSse(url);
    expect(reader.status).toBe(200);
    await reader.atLeast(2);
    reader.cut();
    const again = await readSse(url, { 'last-event-id': reader.messages[1]?.id ?? '' });
    expect(again.status).toBe(401);
  });

  it('S09 goes on where it was, with a new ticket', async () => {
    const reader = await readSse(`${server.http}${stream}?ticket=${await aTicket()}`);
    const [, created] = await reader.atLeast(2);
    reader.cut();
    const next = await readSse(`${server.http}${stream}?ticket=${await aTicket()}&lastEventId=${created?.id ?? ''}`);
    const [ready] = await next.atLeast(1);
    expect(JSON.parse(ready?.data ?? '')).toMatchObject({ from: 2 });
    next.cut();
  });

  it('S09 is opened at another process than the one that gave the ticket', async () => {
    const ticket = await aTicket();
    const reader = await readSse(`${other.http}${stream}?ticket=${ticket}`);
    await reader.atLeast(2);
    reader.cut();
    expect((await readSse(`${server.http}${stream}?ticket=${ticket}`)).status).toBe(401);
  });

  it('of an organisation is opened with a ticket as well', async () => {
    const path = '/api/orgs/acme/stream';
    const reader = await readSse(`${server.http}${path}?ticket=${await aTicket(path)}`);
    await reader.atLeast(1);
    reader.cut();
  });

  it('S09 is not opened with the ticket of another one', async () => {
    const path = '/api/orgs/acme/stream';
    expect((await readSse(`${server.http}${path}?ticket=${await aTicket()}`)).status).toBe(403);
  });

  it('S09 is not opened when the token behind the ticket was taken back', async () => {
    const tokens = '/api/orgs/acme/worker-tokens';
    const { json } = await server.call(tokens, { key: KEYS.ada, body: { displayName: 'x' } });
    const ticket = await aTicket(stream, String(json['token']));
    await server.call(`${tokens}/${String(json['id'])}`, { key: KEYS.ada, method: 'DELETE' });
    expect((await readSse(`${server.http}${stream}?ticket=${ticket}`)).status).toBe(401);
  });

  it('S09 is not opened by a ticket when the session of the browser has ended', async () => {
    const signedIn = await server.call('/api/session', { body: { apiKey: KEYS.ada } });
    const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
    const headers = { cookie, origin: server.http };
    const issue = async () => String((await server.call(TICKETS, { headers, body: { path: stream } })).json['ticket']);
    const reader = await readSse(`${server.http}${stream}?ticket=${await issue()}`);
    expect(reader.status).toBe(200);
    reader.cut();
    const ticket = await issue();
    await server.call('/api/session', { method: 'DELETE', headers });
    expect((await readSse(`${server.http}${stream}?ticket=${ticket}`)).status).toBe(401);
  });

  it('S09 is not opened with a key in its address', async () => {
    for (const name of ['access_token', 'token', 'api_key', 'authorization']) {
      expect((await readSse(`${server.http}${stream}?${name}=${KEYS.ada}`)).status).toBe(400);
    }
    expect((await readSse(`${server.http}${stream}?ticket=${KEYS.ada}`)).status).toBe(401);
    const twice = await readSse(`${server.http}${stream}?ticket=${await aTicket()}&ticket=${await aTicket()}`);
    await eventually('the problem', () => twice.text().includes('ticket'));
    expect(twice.status).toBe(400);
  });
});

it.each(['types=errors&types=tokens', 'types=everything', 'format=xml', 'unknown=1'])(
  'S09 a ticket is not used up by a query that is refused: %s',
  async (query) => {
    const ticket = await aTicket();
    expect((await readSse(`${server.http}${stream}?${query}&ticket=${ticket}`)).status).toBe(400);
    const reader = await readSse(`${server.http}${stream}?ticket=${ticket}`);
    expect(reader.status).toBe(200);
    reader.cut();
  },
);

describe('a ticket is refused', () => {
  it.each([
    ['an address that is no stream', TASKS, 400],
    ['another address', 'https://evil.example/stream', 400],
    ['a stream with a query', '/api/orgs/acme/stream?types=tokens', 400],
    ['an execution whose id is none', `${TASKS}/abc/stream`, 400],
    ['another organisation', '/api/orgs/other/stream', 403],
    ['an organisation that is none', '/api/orgs/nobody/stream', 404],
    ['nothing', '', 400],
  ])('for %s', async (_what, path, status) => {
    expect((await ask(path)).status).toBe(status);
  });

  it('to somebody of another organisation, and to nobody', async () => {
    expect((await ask(stream, KEYS.foreign)).status).toBe(403);
    expect((await ask(stream, KEYS.foreign, '/api/orgs/other/stream-tickets')).status).toBe(403);
    expect((await server.call(TICKETS, { body: { path: stream } })).status).toBe(401);
  });
});

it("R31 a ticket does not tell whether another organisation's execution exists", async () => {
  const { json } = await server.call('/api/orgs/other/task-executions', { key: KEYS.foreign, body: { kind: 'k' } });
  const open = async (id: string) => {
    const path = `${TASKS}/${id}/stream`;
    const reader = await readSse(`${server.http}${path}?ticket=${await aTicket(path)}`, {
      accept: 'application/problem+json',
    });
    await eventually('the problem', () => reader.text().includes('There is no'));
    return [reader.status, reader.text().replaceAll(id, '-')];
  };
  expect(await open(String(json['id']))).toEqual(await open('7f0c0f6e-0000-4000-8000-0000000000aa'));
});
