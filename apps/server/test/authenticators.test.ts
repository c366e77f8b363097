import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, codeOfCall, knockEverywhere, statusOf } from './support/doors.js';
import { type FakeHttp, nobodysAddress, startFakeHttp } from './support/fake-http.js';
import { type FakeSigner, ISSUER, startFakeSigner } from './support/fake-signer.js';
import { removeDirectory, startServerProcess } from './support/server-process.js';
import { readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';

const ACME = '11111111-0000-4000-8000-000000000001';
const ADMIN = 'acme_admin_key_01';
const VALID = { valid: true, userId: 'ada', orgSlug: 'acme', principalType: 'User', role: 'admin' };

/** Everything that this version has, at both doors. */
function fileWith({ jwks, betterJwks, keeper }: { jwks: string; betterJwks: string; keeper: string }): string {
  const all = 'authenticators = ["static_api_key", "better_auth_jwt", "jwt", "worker_token", "better_auth_api_key"]';
  return `
[[orgs]]
id = "${ACME}"
name = "Acme"
slug = "acme"

[auth.static_api_key]
keys = [{ key = "${ADMIN}", org_id = "${ACME}", principal_type = "User", principal_id = "root", role = "ADMIN" }]

[auth.jwt]
jwks_uri = "${jwks}"
issuer = "${ISSUER}"
audience = "api"

[auth.better_auth]
validation_url = "${keeper}"
timeout_secs = 1

[auth.better_auth.jwt]
jwks_uri = "${betterJwks}"
issuer = "${ISSUER}"

[auth.endpoints.http]
${all}

[auth.endpoints.grpc]
${all}
`;
}

const betterClaims = {
  sub: 'ada',
  aud: 'flovyn-server',
  org: { id: 'theirs', slug: 'acme', name: 'Acme', role: 'owner' },
};
const workerClaims = { sub: 'robot', aud: 'api', org_id: ACME, principal_type: 'Worker' };

let signer: FakeSigner;
let better: FakeSigner;
let keeper: FakeHttp;
let server: TestServer;
let doors: Doors;

beforeAll(async () => {
  [signer, better, keeper] = await Promise.all([
    startFakeSigner('RS256'),
    startFakeSigner('EdDSA'),
    startFakeHttp({ json: { valid: false } }),
  ]);
  const file = fileWith({ jwks: signer.jwksUri, betterJwks: better.jwksUri, keeper: keeper.url });
  server = await startTestServer({ file, environment: { STREAM_WAIT_MAX: '0' } });
  doors = await doorsOf(server);
});
afterAll(async () => {
  await server.stop();
  await Promise.all([signer.close(), better.close(), keeper.close()]);
});

async function doorsOf({ http, grpcPort, call }: TestServer): Promise<Doors> {
  const { json } = await call('/api/orgs/acme/task-executions', { key: ADMIN, body: { kind: 'k' } });
  return { http, grpcPort, stream: `/api/orgs/acme/task-executions/${String(json['id'])}/stream` };
}

/** What the doors say to a person, to a worker, to nobody, and when nobody can say who it is. */
const person = { rest: 200, sse: 200, signIn: 204, call: 'NOT_FOUND', session: 'PERMISSION_DENIED' };
const worker = { rest: 200, sse: 200, signIn: 403, call: 'NOT_FOUND', session: 'welcome' };
const nobody = { rest: 401, sse: 401, signIn: 401, call: 'UNAUTHENTICATED', session: 'UNAUTHENTICATED' };
const notNow = { rest: 503, sse: 503, signIn: 503, call: 'UNAVAILABLE', session: 'UNAVAILABLE' };

describe('every door is opened', () => {
  const whoIs = async (key: string) => (await server.call('/api/session', { key })).json;

  it('by a key of the configuration', async () => {
    expect(await knockEverywhere(doors, ADMIN)).toEqual(person);
  });

  it('by a token of Better Auth', async () => {
    const token = await better.sign(betterClaims);
    expect(await knockEverywhere(doors, token)).toEqual(person);
    expect(await whoIs(token)).toEqual({
      principal: 'ada',
      role: 'OWNER',
      orgs: [{ id: ACME, slug: 'acme', name: 'Acme' }],
    });
  });

  it('by a token of another signer, of a worker', async () => {
    const token = await signer.sign(workerClaims);
    expect(await knockEverywhere(doors, token)).toEqual(worker);
    expect(await whoIs(token)).toMatchObject({ principal: 'robot', role: 'WORKER' });
  });

  it('by a key that Better Auth keeps, which is asked for once', async () => {
    keeper.answer({ json: VALID });
    const before = keeper.asked.length;
    expect(await knockEverywhere(doors, 'flovyn_sk_abcdefghijkl')).toEqual(person);
    expect(keeper.asked.slice(before)).toEqual([JSON.stringify({ apiKey: 'flovyn_sk_abcdefghijkl' })]);
    keeper.answer({ json: { ...VALID, principalType: 'Worker' } });
    expect(await knockEverywhere(doors, 'flovyn_wk_abcdefghijkl')).toEqual(worker);
    keeper.answer({ json: { valid: false } });
  });

  it('by a worker token', async () => {
    const body = { displayName: 'build' };
    const { json } = await server.call('/api/orgs/acme/worker-tokens', { key: ADMIN, body });
    expect(await knockEverywhere(doors, String(json['token']))).toEqual(worker);
    expect(keeper.asked.join()).not.toContain(json['token']);
  });

  it('but not to another organisation', async () => {
    await server.call('/api/orgs', { key: ADMIN, body: { name: 'Other', slug: 'other' } });
    const token = await better.sign({ ...betterClaims, org: { ...betterClaims.org, slug: 'other' } });
    const status = async (path: string) => (await server.call(path, { key: token })).status;
    expect([await status('/api/orgs/other'), await status('/api/orgs/acme')]).toEqual([200, 403]);
  });
});

describe('R32 S02 every door stays closed', () => {
  const seconds = () => Math.floor(Date.now() / 1_000);
  const forged = Buffer.from(JSON.stringify({ ...betterClaims, iss: ISSUER, exp: 4_000_000_000 })).toString(
    'base64url',
  );
  const none = Buffer.from('{"alg":"none"}').toString('base64url');

  it.each([
    ['an unknown key', async () => 'flovyn_sk_unknown'],
    ['half a key', async () => ADMIN.slice(0, -1)],
    ['an unknown worker token', async () => `fwt_${'A'.repeat(43)}`],
    ['a token without a signature', async () => `${none}.${forged}.`],
    ['a token of another audience', () => better.sign({ ...betterClaims, aud: 'another' })],
    ['a token of another issuer', () => better.sign({ ...betterClaims, iss: 'https://evil.example' })],
    ['a token before its time', () => better.sign({ ...betterClaims, nbf: seconds() + 60 })],
    ['a token after its time', () => better.sign(betterClaims, { lastsSeconds: -60 })],
    ['a token without an end', () => better.sign(betterClaims, { lastsSeconds: null })],
    ['a token that names an unknown key', () => better.sign(betterClaims, { header: { kid: 'unknown' } })],
    ["a token of one signer with the other's claims", () => signer.sign(betterClaims)],
    ['a token without an organisation', () => better.sign({ sub: 'ada', aud: 'flovyn-server' })],
  ])('to %s', async (_what, make) => {
    expect(await knockEverywhere(doors, await make())).toEqual(nobody);
  });

  it('to a token of an organisation that is not here', async () => {
    const token = await better.sign({ ...betterClaims, org: { ...betterClaims.org, slug: 'nowhere' } });
    const denied = { rest: 403, sse: 403, signIn: 403, call: 'PERMISSION_DENIED', session: 'PERMISSION_DENIED' };
    expect(await knockEverywhere(doors, token)).toEqual(denied);
    expect((await server.call('/api/orgs/nowhere', { key: ADMIN })).status).toBe(404);
  });

  it('to a megabyte, and to as much as fits in', async () => {
    const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
    const large = `${'x'.repeat(1_000_000)}.y.z`;
    expect(await statusOf(`${doors.http}/api/session`, bearer(large)).catch(() => 431)).toBe(431);
    expect(await statusOf(`${doors.http}/api/session`, bearer(`${'x'.repeat(12_000)}.y.z`))).toBe(401);
    expect(await codeOfCall(doors.grpcPort, 'x'.repeat(9_000))).toBe('PAYLOAD_TOO_LARGE');
  });

  it('to two headers, in whatever order, and opens to one with spaces behind it', async () => {
    const ask = (authorization: string | readonly string[]) => statusOf(`${doors.http}/api/session`, { authorization });
    expect(await ask(`Bearer ${ADMIN}`)).toBe(200);
    expect(await ask(`Bearer   ${ADMIN}   `)).toBe(200);
    expect(await ask([`Bearer ${ADMIN}`, 'Bearer nobody'])).toBe(401);
    expect(await ask(['Bearer nobody', `Bearer ${ADMIN}`])).toBe(401);
    expect(await ask(`Bearer ${ADMIN} nobody`)).toBe(401);
    expect(await ask(`Bearer ${ADMIN}, Bearer nobody`)).toBe(401);
  });

  it('S21 and says the same to every guess', async () => {
    const answers = await Promise.all(
      ['nobody', ADMIN.slice(0, -1), `${none}.${forged}.`, `fwt_${'B'.repeat(43)}`, 'flovyn_wk_x'].map((key) =>
        server.call('/api/session', { key }),
      ),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it.each([
    ['does not answer', 'nothing'],
    ['fails', { text: 'oops', status: 500 }],
    ['cannot be understood', { text: '<html>' }],
    ['sends us elsewhere', { text: '', status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
  ] as const)('while whoever keeps the keys %s; others are let in', async (_what, answer) => {
    keeper.answer(answer);
    expect(await knockEverywhere(doors, 'flovyn_sk_somebody')).toEqual(notNow);
    expect(await knockEverywhere(doors, await better.sign(betterClaims))).toEqual(person);
    keeper.answer({ json: { valid: false } });
  });
});

describe('R32 a server that cannot reach anybody', () => {
  it('starts, lets in whom it knows itself, and nobody else', async () => {
    const away = await nobodysAddress();
    const rubbish = await startFakeHttp({ text: '<html>' });
    const file = fileWith({ jwks: away, betterJwks: rubbish.url, keeper: away });
    const lonely = await startTestServer({ file, environment: { STREAM_WAIT_MAX: '0' } });
    const its = await doorsOf(lonely);
    expect(await knockEverywhere(its, ADMIN)).toEqual(person);
    expect(await knockEverywhere(its, await signer.sign(workerClaims))).toEqual(notNow);
    expect(await knockEverywhere(its, await better.sign(betterClaims))).toEqual(notNow);
    expect(await knockEverywhere(its, 'flovyn_sk_somebody')).toEqual(notNow);
    expect((await lonely.call('/_/health')).status).toBe(200);
    await lonely.stop();
    await rubbish.close();
  });
});

describe('R33 what a credential has opened', () => {
  /** 5 s of tolerance are added to every end. */
  const TWO_SECONDS = -3;

  it('closes when it ends: a stream and a browser', async () => {
    const token = await better.sign(betterClaims, { lastsSeconds: TWO_SECONDS });
    const stream = await readSse(`${doors.http}${doors.stream}`, { authorization: `Bearer ${token}` });
    expect(stream.status).toBe(200);
    const signedIn = await server.call('/api/session', { body: { apiKey: token } });
    const headers = { cookie: (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    expect((await server.call('/api/session', { headers })).json['principal']).toBe('ada');
    await stream.toEnd();
    expect(stream.text()).toContain('retry:');
    expect((await server.call('/api/session', { headers })).status).toBe(401);
    const again = await statusOf(`${doors.http}${doors.stream}`, { authorization: `Bearer ${token}` });
    expect(again).toBe(401);
  });

  it('closes when it ends: the session of a worker', async () => {
    const token = await signer.sign(workerClaims, { lastsSeconds: TWO_SECONDS });
    const session = connectRawWorker({ port: doors.grpcPort, key: token });
    await session.next('welcome');
    expect(await session.over).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('S18 in a log that says everything', () => {
  it('no credential stands, whatever becomes of it', async () => {
    const configuration = join(mkdtempSync(join(tmpdir(), 'flovyn-')), 'server.toml');
    const away = await nobodysAddress();
    const text = fileWith({ jwks: away, betterJwks: better.jwksUri, keeper: keeper.url });
    writeFileSync(configuration, text);
    const loud = await startServerProcess({
      environment: {
        CONFIG_FILE: configuration,
        LOG_LEVEL: 'trace',
        STREAM_WAIT_MAX: '0',
        WORKER_TOKEN_SECRET: 'canary-of-the-secret',
      },
    });
    const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
    const made = await fetch(`${loud.http}/api/orgs/acme/worker-tokens`, {
      method: 'POST',
      headers,
      body: '{"displayName":"canary"}',
    });
    const { token } = (await made.json()) as { token: string };
    const canaries = [
      ADMIN,
      token,
      'flovyn_sk_canary_of_nobody',
      `fwt_${'C'.repeat(43)}`,
      await better.sign(betterClaims),
      await better.sign(betterClaims, { lastsSeconds: -60 }),
      await better.sign({ ...betterClaims, aud: 'another' }),
      await better.sign({ ...betterClaims, org: { ...betterClaims.org, slug: 'nowhere' } }),
      await signer.sign(workerClaims),
    ];
    for (const answer of [{ json: { valid: false, error: 'x' } }, { text: 'flovyn_sk_canary_of_nobody' }] as const) {
      keeper.answer(answer);
      const stream = '/api/orgs/acme/workflow-executions/7f0c0f6e-0000-4000-8000-0000000000aa/stream';
      for (const canary of canaries) await knockEverywhere({ ...loud, stream }, canary);
    }
    await eventually('the log to have everything', () =>
      loud.log.some(({ msg }) => msg === 'token of a caller refused'),
    );
    await loud.stop();
    const log = JSON.stringify(loud.log);
    expect(log).toContain('keys of a signer of tokens cannot be had');
    for (const canary of [...canaries, 'canary-of-the-secret']) {
      expect(log).not.toContain(canary);
      // The parts of a token are as good as the whole.
      for (const part of canary.split('.')) expect(part.length < 30 || !log.includes(part)).toBe(true);
    }
    removeDirectory(loud.directory);
    keeper.answer({ json: { valid: false } });
  });
});
