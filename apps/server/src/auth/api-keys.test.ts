import type { OrgId, Organisation } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeHttp, nobodysAddress, startFakeHttp } from '../../test/support/fake-http.js';
import { createLog } from '../observe/log.js';
import { apiKeyAuthenticator } from './api-keys.js';
import type { Known } from './authenticator.js';

const ACME = { id: '11111111-0000-4000-8000-000000000001' as OrgId, slug: 'acme' } as Organisation;
const log = createLog('silent');
const KEY = 'flovyn_sk_0123456789';
const valid = { valid: true, userId: 'ada', orgSlug: 'acme', principalType: 'User', role: 'admin' };

let keeper: FakeHttp;
beforeAll(async () => void (keeper = await startFakeHttp({ json: valid })));
beforeEach(() => keeper.answer({ json: valid }));
afterAll(() => keeper.close());

function authenticator({ url = keeper.url, now = (): number => 0, timeoutMs = 60_000 } = {}) {
  return apiKeyAuthenticator(
    { name: 'better_auth_api_key', validationUrl: new URL(url), timeoutMs },
    {
      organisation: async (named) => ('slug' in named && named.slug === 'acme' ? ACME : undefined),
      ownPrefixes: ['fwt_'],
      log,
      now,
    },
  );
}

async function outcome(key = KEY, recognise = authenticator()) {
  try {
    return (await recognise(key))?.principal;
  } catch (error: unknown) {
    return ServiceError.from(error).code;
  }
}

describe('a key that somebody else keeps', () => {
  it('is asked for as documented', async () => {
    expect(await outcome()).toEqual({ type: 'User', id: 'ada', orgId: ACME.id, role: 'ADMIN' });
    expect(JSON.parse(keeper.asked.at(-1) ?? '')).toEqual({ apiKey: KEY });
  });

  it.each([
    ['a worker', { principalType: 'Worker', role: null }, KEY, { type: 'Worker', id: 'ada', orgId: ACME.id }],
    ['a service', { principalType: 'Service', role: 'member' }, KEY, { type: 'User', role: 'MEMBER' }],
    ['a person without a role', { role: undefined }, KEY, { type: 'User', role: 'MEMBER' }],
    ['the older word', { orgSlug: undefined, tenantSlug: 'acme' }, KEY, { orgId: ACME.id }],
    ['no type, but the key of a worker', { principalType: undefined }, 'flovyn_wk_1', { type: 'Worker' }],
    ['no type, but the key of a person', { principalType: null }, KEY, { type: 'User', role: 'ADMIN' }],
    ['more than is needed', { permissions: { all: ['read'] }, error: null }, KEY, { role: 'ADMIN' }],
  ])('may be answered with %s', async (_what, more, key, principal) => {
    keeper.answer({ json: { ...valid, ...more } });
    expect(await outcome(key)).toMatchObject(principal);
  });

  it.each([
    ['that it is not valid', { json: { valid: false, error: 'revoked' } }],
    ['that with a status', { json: { valid: false }, status: 400 }],
    ['the status 401', { text: 'no', status: 401 }],
    ['the status 403', { text: '', status: 403 }],
  ])('is nobody after %s', async (_what, answer) => {
    keeper.answer(answer);
    expect(await outcome()).toBeUndefined();
  });

  it('R31 is refused for an organisation that is not here', async () => {
    keeper.answer({ json: { ...valid, orgSlug: 'other' } });
    expect(await outcome()).toBe('PERMISSION_DENIED');
  });

  it.each([
    ['no answer in time', 'nothing'],
    ['an error', { json: valid, status: 500 }],
    ['a page', { text: '<html>' }],
    ['nothing', { text: '' }],
    ['a status that says nothing of the key', { json: { error: 'slow down' }, status: 429 }],
    ['another address', { text: '', status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
    ['more than it should', 'rubbish without end'],
    ['something close to yes', { json: { ...valid, valid: 'true' } }],
    ['yes, of nobody', { json: { ...valid, userId: undefined } }],
    ['yes, of no organisation', { json: { ...valid, orgSlug: null } }],
    ['yes, of something unknown', { json: { ...valid, principalType: 'Root' } }],
    ['yes, with a role of another house', { json: { ...valid, role: 'emperor' } }],
    ['a list', { json: [valid] }],
  ] as const)('S22 R32 lets nobody in after %s', async (_what, answer) => {
    keeper.answer(answer);
    expect(await outcome(KEY, authenticator({ timeoutMs: answer === 'nothing' ? 100 : 60_000 }))).toBe('UNAVAILABLE');
  });

  it('R32 lets nobody in when nobody is there to ask', async () => {
    expect(await outcome(KEY, authenticator({ url: await nobodysAddress() }))).toBe('UNAVAILABLE');
  });

  it('is asked for once in half a minute, and after that what was said before counts no more', async () => {
    let now = 0;
    const recognise = authenticator({ now: () => now });
    const before = keeper.asked.length;
    const known = (await recognise(KEY)) as Known;
    expect(await outcome(KEY, recognise)).toMatchObject({ id: 'ada' });
    expect(keeper.asked.length - before).toBe(1);
    keeper.answer({ json: { valid: false } });
    expect(await known.again?.()).toBeDefined();
    now = 30_000;
    expect(await known.again?.()).toBeUndefined();
    expect(await outcome(KEY, recognise)).toBeUndefined();
  });

  it.each([
    ['a token of somebody else', 'abc.def.ghi'],
    ['one of our own keys', `fwt_${'x'.repeat(43)}`],
    ['something too long', 'x'.repeat(513)],
    ['something with a line break', 'abc\ndef'],
    ['nothing', ''],
  ])('S18 nobody is told %s', async (_what, credential) => {
    const before = keeper.asked.length;
    expect(await outcome(credential)).toBeUndefined();
    expect(keeper.asked.length).toBe(before);
  });
});
