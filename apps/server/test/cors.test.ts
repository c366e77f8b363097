import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';

const PAGE = 'https://app.example.com';
const EVIL = 'https://evil.example';
const KEY = 'flovyn_sk_dev_admin';
const TASKS = '/api/orgs/dev/task-executions';
const SESSION = '/api/session';

/** What a browser asks before it sends more than a form could. */
const preflight = (server: TestServer, origin: string, path = TASKS) =>
  server.call(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const namesOf = (headers: Headers): string[] =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-') || name === 'vary');

async function cookieOf(server: TestServer): Promise<string> {
  const { headers } = await server.call(SESSION, { body: { apiKey: KEY } });
  return (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('S08 a server that lets one other site in', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ environment: { CORS__ORIGINS: `${PAGE}, http://localhost:5173` } });
  });
  afterAll(() => server.stop());

  it.each([TASKS, `${TASKS}/7f0c0f6e-0000-4000-8000-0000000000ff/stream`, SESSION])(
    'says before a request to %s what may be sent',
    async (path) => {
      const { status, text, headers } = await preflight(server, PAGE, path);
      expect([status, text]).toEqual([204, '']);
      expect(headers.get('access-control-allow-origin')).toBe(PAGE);
      expect(headers.get('access-control-allow-methods')?.split(', ')).toContain('POST');
      const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(', ');
      expect(allowed).toEqual(
        expect.arrayContaining(['authorization', 'content-type', 'last-event-id', 'idempotency-key']),
      );
      expect(headers.get('access-control-max-age')).toBe('600');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toBe('Origin');
    },
  );

  it('lets its pages read answers and problems, and when to come again', async () => {
    for (const path of [TASKS, `${TASKS}/nonsense`, '/api/nothing']) {
      const { headers } = await server.call(path, { key: KEY, headers: { origin: PAGE } });
      expect(headers.get('access-control-allow-origin')).toBe(PAGE);
      expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
    }
  });

  it('lets its pages read streams, also with a ticket', async () => {
    const path = '/api/orgs/dev/stream';
    const headers = { origin: PAGE };
    const { json } = await server.call('/api/orgs/dev/stream-tickets', { key: KEY, headers, body: { path } });
    for (const [query, credential] of [
      [`?ticket=${String(json['ticket'])}`, {}],
      ['', { authorization: `Bearer ${KEY}` }],
    ] as const) {
      const reader = await readSse(`${server.http}${path}${query}`, { ...headers, ...credential });
      expect(reader.status).toBe(200);
      expect(reader.headers['access-control-allow-origin']).toBe(PAGE);
      await reader.atLeast(1);
      reader.cut();
    }
  });

  it.each([EVIL, 'null', `${PAGE}.evil.example`, 'http://app.example.com', `${PAGE}:8443`, PAGE.toUpperCase()])(
    'has no word for %s',
    async (origin) => {
      const asked = await preflight(server, origin);
      expect(asked.status).not.toBe(204);
      const answer = await server.call(TASKS, { key: KEY, headers: { origin } });
      for (const { headers } of [asked, answer]) expect(namesOf(headers)).toEqual(['vary']);
    },
  );

  it('S10 still keeps its pages from using the session of a browser', async () => {
    const headers = { cookie: await cookieOf(server), origin: PAGE };
    expect((await server.call(TASKS, { headers, body: { kind: 'k' } })).status).toBe(403);
    expect((await server.call(SESSION, { headers: { origin: PAGE }, body: { apiKey: KEY } })).status).toBe(403);
    const { headers: answer } = await server.call(TASKS, { headers });
    expect(answer.get('access-control-allow-credentials')).toBeNull();
  });

  it('S10 does not take its pages for ones of this machine', async () => {
    expect((await server.call(TASKS, { headers: { origin: PAGE } })).status).toBe(401);
  });
});

describe('S08 a server that lets one other site use sessions', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ environment: { CORS__ORIGINS: PAGE, CORS__CREDENTIALS: 'true' } });
  });
  afterAll(() => server.stop());

  it('S10 takes its requests with a cookie, and those of no other site', async () => {
    const signedIn = await server.call(SESSION, { headers: { origin: PAGE }, body: { apiKey: KEY } });
    expect(signedIn.status).toBe(204);
    expect(signedIn.headers.get('access-control-allow-credentials')).toBe('true');
    const cookie = await cookieOf(server);
    const attempt = (headers: Record<string, string>) =>
      server.call(TASKS, { headers: { cookie, ...headers }, body: { kind: 'k' } });
    expect((await attempt({ origin: PAGE, 'sec-fetch-site': 'same-site' })).status).toBe(201);
    for (const headers of [{ origin: EVIL }, { 'sec-fetch-site': 'same-site' }, { origin: 'null' }]) {
      expect((await attempt(headers)).status).toBe(403);
    }
  });
});

describe('S08 a server that lets every site in', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await startTestServer({ environment: { CORS__ORIGINS: '*' } })));
  afterAll(() => server.stop());

  it('S10 takes keys from their pages and no sessions', async () => {
    const { headers } = await preflight(server, EVIL);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect((await server.call(TASKS, { key: KEY, headers: { origin: EVIL } })).status).toBe(200);
    const cookie = await cookieOf(server);
    expect((await server.call(TASKS, { headers: { cookie, origin: EVIL }, body: { kind: 'k' } })).status).toBe(403);
  });
});

describe('S08 a server that says nothing of other sites', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await startTestServer()));
  afterAll(() => server.stop());

  it('lets none of them read anything', async () => {
    const answers = [await preflight(server, PAGE), await server.call(TASKS, { key: KEY, headers: { origin: PAGE } })];
    for (const { headers } of answers) expect(namesOf(headers)).toEqual([]);
  });
});
