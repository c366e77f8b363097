import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSse } from './support/sse-reader.js';
import { type Answer, type TestServer, startTestServer } from './support/test-server.js';

const ACME = '11111111-0000-4000-8000-000000000001';
const KEYS = { ada: 'acme_admin_key_01', worker: 'acme_worker_key_1' } as const;
const SESSION = '/api/session';
const TASKS = '/api/orgs/acme/task-executions';

const FILE = `
[[orgs]]
id = "${ACME}"
name = "Acme"
slug = "acme"

[auth.static_api_key]
keys = [
  { key = "${KEYS.ada}", org_id = "${ACME}", principal_type = "User", principal_id = "ada", role = "ADMIN" },
  { key = "${KEYS.worker}", org_id = "${ACME}", principal_type = "Worker", principal_id = "worker" },
]

[auth.endpoints.http]
authenticators = ["static_api_key"]

[auth.endpoints.grpc]
authenticators = ["static_api_key"]
`;

let server: TestServer;
beforeAll(async () => void (server = await startTestServer({ file: FILE, environment: { STREAM_WAIT_MAX: '0' } })));
afterAll(() => server.stop());

const ada = { principal: 'ada', role: 'ADMIN', orgs: [{ id: ACME, slug: 'acme', name: 'Acme' }] };

function signIn(apiKey: string, headers: Record<string, string> = {}): Promise<Answer> {
  return server.call(SESSION, { body: { apiKey }, headers });
}

/** The cookie as a browser would send it back. */
function cookieOf(answer: Answer): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** What a page of ours sends. */
async function asAda(): Promise<{ readonly cookie: string; readonly origin: string }> {
  return { cookie: cookieOf(await signIn(KEYS.ada)), origin: server.http };
}

describe('signing in with a key', () => {
  it('S24 gives a cookie that opens what the key opens, and that scripts cannot read', async () => {
    const answer = await signIn(KEYS.ada);
    expect(answer).toMatchObject({ status: 204, text: '' });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^flovyn_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/);
    expect(cookie).not.toContain(KEYS.ada);
    const headers = { cookie: `theme=dark; ${cookieOf(answer)}` };
    expect((await server.call(SESSION, { headers })).json).toEqual(ada);
    expect((await server.call(TASKS, { headers })).status).toBe(200);
    const { json } = await server.call(TASKS, { headers: { ...headers, origin: server.http }, body: { kind: 'k' } });
    const stream = await readSse(`${server.http}${TASKS}/${String(json['id'])}/stream`, headers);
    expect(stream.status).toBe(200);
    stream.cut();
  });

  it('S24 asks for a secure connection beyond this machine', async () => {
    const cookie = await new Promise<string>((resolve, reject) => {
      const headers = { host: 'flovyn.example', 'content-type': 'application/json' };
      const asked = request(`${server.http}${SESSION}`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(String(response.headers['set-cookie']));
      });
      asked.on('error', reject);
      asked.end(JSON.stringify({ apiKey: KEYS.ada }));
    });
    expect(cookie).toMatch(/^flovyn_session=.*; Secure$/);
  });

  it.each([
    ['a key nobody knows', { apiKey: 'nobody' }, 401],
    ["a worker's key", { apiKey: KEYS.worker }, 403],
    ['no key', {}, 400],
    ['more than a key', { apiKey: KEYS.ada, role: 'OWNER' }, 400],
  ])('refuses %s', async (_what, body, status) => {
    const answer = await server.call(SESSION, { body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('S24 ends the session that was there before', async () => {
    const before = await asAda();
    const after = cookieOf(await signIn(KEYS.ada, before));
    expect(after).not.toBe(before.cookie);
    expect((await server.call(SESSION, { headers: before })).status).toBe(401);
    expect((await server.call(SESSION, { headers: { cookie: after } })).status).toBe(200);
  });
});

describe('signing out', () => {
  it('S24 ends the session in the server, not only in the browser', async () => {
    const headers = await asAda();
    const answer = await server.call(SESSION, { method: 'DELETE', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/^flovyn_session=; .*Max-Age=0$/);
    expect((await server.call(SESSION, { headers })).status).toBe(401);
    expect((await server.call(TASKS, { headers })).status).toBe(401);
  });
});

describe('a session', () => {
  it('of nobody opens nothing', async () => {
    const answer = await server.call(SESSION, { headers: { cookie: `flovyn_session=${'x'.repeat(43)}` } });
    expect(answer.status).toBe(401);
  });

  it('gives way to a key', async () => {
    const headers = await asAda();
    expect((await server.call(SESSION, { headers, key: KEYS.worker })).json['principal']).toBe('worker');
  });

  it('S10 changes things for our own pages, also where a proxy gives us another host', async () => {
    const { cookie } = await asAda();
    const headers = { cookie, origin: 'https://flovyn.example', 'sec-fetch-site': 'same-origin' };
    expect((await server.call(TASKS, { headers, body: { kind: 'ours' } })).status).toBe(201);
  });

  it.each([
    ['a neighbour of our site', { 'sec-fetch-site': 'same-site' }],
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a document without an origin', { origin: 'null' }],
    ['nowhere', {}],
  ])('S10 changes nothing for a request from %s', async (_where, headers) => {
    const { cookie } = await asAda();
    const attempts = await Promise.all([
      server.call(TASKS, { headers: { cookie, ...headers }, body: { kind: 'forged' } }),
      server.call(SESSION, { headers: { cookie, ...headers }, method: 'DELETE' }),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual([403, 403]);
    expect((await server.call(`${TASKS}?kind=forged`, { headers: { cookie } })).json['total']).toBe(0);
  });

  it('S10 cannot be planted by another site', async () => {
    expect((await signIn(KEYS.ada, { origin: 'https://evil.example' })).status).toBe(403);
  });
});
