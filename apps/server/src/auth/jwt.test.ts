import { createPublicKey } from 'node:crypto';
import type { OrgId, Organisation } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeSigner, ISSUER, type SignOptions, startFakeSigner } from '../../test/support/fake-signer.js';
import type { JwtConfig } from '../config/authenticator-config.js';
import { createLog } from '../observe/log.js';
import { jwtAuthenticator } from './jwt.js';
import { createKeySet } from './key-set.js';
import type { NamedOrganisation } from './named-organisations.js';

const ACME = { id: '11111111-0000-4000-8000-000000000001' as OrgId, slug: 'acme' } as Organisation;
const log = createLog('silent');
const clock = { now: () => Date.now() };
const AUDIENCE = 'flovyn-server';

let signer: FakeSigner;
beforeAll(async () => void (signer = await startFakeSigner()));
afterAll(() => signer.close());

const claims = { sub: 'ada', aud: AUDIENCE, org: { id: 'theirs', slug: 'acme', name: 'Acme', role: 'admin' } };
const plain = { sub: 'ada', aud: AUDIENCE, org_slug: 'acme', role: 'member' };

function authenticator(name: JwtConfig['name'] = 'better_auth_jwt', lookAgainMs = 0) {
  return jwtAuthenticator(
    { name, keySet: new URL(signer.jwksUri), issuer: ISSUER, audience: AUDIENCE },
    {
      keySet: createKeySet(new URL(signer.jwksUri), log, { lookAgainMs, leftAloneMs: 0 }),
      organisation: async (named: NamedOrganisation) =>
        ('slug' in named ? named.slug : named.id) === ('slug' in named ? ACME.slug : ACME.id) ? ACME : undefined,
      clock,
      log,
    },
  );
}

/** The principal, the code of the refusal, or `undefined` when nobody is known. */
async function outcome(token: string, recognise = authenticator()) {
  try {
    return (await recognise(token))?.principal;
  } catch (error: unknown) {
    return ServiceError.from(error).code;
  }
}

describe('a token that somebody else has signed', () => {
  it.each(['owner', 'admin', 'member', 'OWNER'])('stands for a person with the role %s', async (role) => {
    const token = await signer.sign({ ...claims, org: { ...claims.org, role } });
    expect(await outcome(token)).toEqual({ type: 'User', id: 'ada', orgId: ACME.id, role: role.toUpperCase() });
  });

  it.each(['RS256', 'PS256', 'ES384', 'EdDSA'])('may be signed with %s', async (algorithm) => {
    const other = await startFakeSigner(algorithm);
    const recognise = jwtAuthenticator(
      { name: 'better_auth_jwt', keySet: new URL(other.jwksUri), issuer: ISSUER, audience: AUDIENCE },
      { keySet: createKeySet(new URL(other.jwksUri), log), organisation: async () => ACME, clock, log },
    );
    expect(await outcome(await other.sign(claims), recognise)).toMatchObject({ id: 'ada' });
    await other.close();
  });

  it('ends when it says', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const known = await authenticator()(await signer.sign(claims, { lastsSeconds: 60 }));
    expect(known?.until).toBeGreaterThanOrEqual((before + 65) * 1_000);
    expect(known?.until).toBeLessThanOrEqual((before + 70) * 1_000);
  });

  it.each([
    ['a key', 'flovyn_sk_0123456789'],
    ['two parts', 'abc.def'],
    ['nothing in its parts', '..'],
    ['a megabyte', `${'x'.repeat(1_000_000)}.y.z`],
    ['five parts', 'a.b.c.d.e'],
  ])('is none with %s', async (_what, text) => {
    expect(await outcome(text)).toBeUndefined();
  });

  it('is looked at by nobody when it has another shape: that is known at once', () => {
    expect(authenticator()('flovyn_sk_0123456789')).toBeUndefined();
  });
});

describe('S02 a token is refused', () => {
  const expectNobody = async (given: object, options?: SignOptions) =>
    expect(await outcome(await signer.sign({ ...claims, ...given }, options))).toBeUndefined();
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('without a signature', async () => {
    const payload = encode({ ...claims, iss: ISSUER, exp: 4_000_000_000 });
    for (const alg of ['none', 'None', 'NONE']) {
      expect(await outcome(`${encode({ alg })}.${payload}.`)).toBeUndefined();
      expect(await outcome(`${encode({ alg, kid: 'key-1' })}.${payload}.c2lnbmVk`)).toBeUndefined();
    }
  });

  it('when the public key was used as a secret', async () => {
    const rsa = await startFakeSigner('RS256');
    const recognise = jwtAuthenticator(
      { name: 'better_auth_jwt', keySet: new URL(rsa.jwksUri), issuer: ISSUER, audience: AUDIENCE },
      { keySet: createKeySet(new URL(rsa.jwksUri), log), organisation: async () => ACME, clock, log },
    );
    const pem = createPublicKey({ key: rsa.publicKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    for (const secret of [String(pem), String(pem).trim(), JSON.stringify(rsa.publicKey)]) {
      const key = new TextEncoder().encode(secret);
      expect(await outcome(await rsa.sign(claims, { header: { alg: 'HS256' }, key }), recognise)).toBeUndefined();
    }
    await rsa.close();
  });

  it('with the signature of somebody else, or with another content than was signed', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    await expectNobody({}, { key: privateKey });
    const [header, , signature] = (await signer.sign(claims)).split('.');
    const payload = encode({ ...claims, org: { ...claims.org, role: 'owner' }, iss: ISSUER, exp: 4_000_000_000 });
    expect(await outcome(`${header}.${payload}.${signature}`)).toBeUndefined();
  });

  it('from another issuer, for another audience, or from and for nobody', async () => {
    await expectNobody({ iss: 'https://evil.example' });
    await expectNobody({ iss: `${ISSUER}/` });
    await expectNobody({ aud: 'another-program' });
    await expectNobody({ aud: undefined });
    await expectNobody({ iss: undefined });
  });

  it('before its time, and when it never ends', async () => {
    await expectNobody({ nbf: Math.floor(Date.now() / 1_000) + 60 });
    await expectNobody({}, { lastsSeconds: null });
  });

  it('after its time, and says so: its signature is genuine', async () => {
    expect(await outcome(await signer.sign(claims, { lastsSeconds: -60 }))).toBe('UNAUTHENTICATED');
    await expect(authenticator()(await signer.sign(claims, { lastsSeconds: -60 }))).rejects.toThrow('has expired');
    expect(await outcome(await signer.sign(claims, { lastsSeconds: -1 }))).toMatchObject({ id: 'ada' });
  });

  it('with a key that nobody knows, or a header that asks for what we do not have', async () => {
    await expectNobody({}, { header: { kid: 'unknown' } });
    await expectNobody({}, { header: { kid: '../../etc/passwd' } });
    const [, payload, signature] = (await signer.sign(claims)).split('.');
    const critical = encode({ alg: 'ES256', kid: 'key-1', crit: ['evil'], evil: true });
    expect(await outcome(`${critical}.${payload}.${signature}`)).toBeUndefined();
  });

  it('that brings its own key along', async () => {
    const mine = await startFakeSigner();
    const header = { jwk: mine.publicKey as unknown as string, jku: mine.jwksUri };
    expect(await outcome(await mine.sign(claims, { header }))).toBeUndefined();
    expect(mine.asked).toEqual([]);
    await mine.close();
  });

  it.each([
    ['no subject', { sub: undefined }, /claim sub/],
    ['no organisation', { org: undefined }, /claim org/],
    ['no role', { org: { slug: 'acme' } }, /claim org\.role must be owner, admin or member/],
    ['a role of another house', { org: { slug: 'acme', role: 'emperor' } }, /claim org\.role/],
  ])('with %s, and says which claim it was', async (_what, more, message) => {
    const token = await signer.sign({ ...claims, ...more });
    expect(await outcome(token)).toBe('UNAUTHENTICATED');
    await expect(authenticator()(token)).rejects.toThrow(message);
  });

  it('R31 for an organisation that is not here', async () => {
    const token = await signer.sign({ ...claims, org: { ...claims.org, slug: 'other' } });
    expect(await outcome(token)).toBe('PERMISSION_DENIED');
  });
});

describe('a token of any other signer', () => {
  const of = async (given: object) => outcome(await signer.sign({ ...plain, ...given }), authenticator('jwt'));

  it('names its organisation by slug or by id', async () => {
    expect(await of({})).toEqual({ type: 'User', id: 'ada', orgId: ACME.id, role: 'MEMBER' });
    expect(await of({ org_slug: undefined, org_id: ACME.id.toUpperCase() })).toMatchObject({ orgId: ACME.id });
    expect(await of({ org_slug: undefined })).toBe('UNAUTHENTICATED');
    expect(await of({ org_slug: undefined, org_id: 'acme' })).toBe('UNAUTHENTICATED');
  });

  it('may stand for a worker, who needs no role; a person does', async () => {
    expect(await of({ principal_type: 'Worker', role: undefined })).toEqual({
      type: 'Worker',
      id: 'ada',
      orgId: ACME.id,
    });
    expect(await of({ role: undefined })).toBe('UNAUTHENTICATED');
    expect(await of({ principal_type: 'Root' })).toBe('UNAUTHENTICATED');
  });
});

describe('the keys of a signer', () => {
  it('are fetched once for many tokens, and anew for a key that is not among them', async () => {
    const recognise = authenticator();
    const before = signer.asked.length;
    const tokens = await Promise.all([1, 2, 3].map(() => signer.sign(claims)));
    await Promise.all(tokens.map((token) => outcome(token, recognise)));
    expect(signer.asked.length - before).toBe(1);
    await signer.rotate();
    const after = await signer.sign(claims);
    expect(await outcome(after, recognise)).toMatchObject({ id: 'ada' });
    expect(await outcome(tokens[0] ?? '', recognise)).toBeUndefined();
  });

  it('are not fetched for every token that names an unknown one', async () => {
    const recognise = authenticator('better_auth_jwt', 60_000);
    const before = signer.asked.length;
    const token = await signer.sign(claims, { header: { kid: 'unknown' } });
    for (let index = 0; index < 20; index++) expect(await outcome(token, recognise)).toBeUndefined();
    expect(signer.asked.length - before).toBe(1);
  });

  it.each([
    ['an error', { text: 'no', status: 500 }],
    ['something that is no JSON', { text: '<html>' }],
    ['JSON that is no set of keys', { json: { hello: 1 } }],
    ['another address', { text: '', status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    ['more than it should', 'rubbish without end'],
  ] as const)('R32 let nobody in while their owner answers with %s', async (_what, answer) => {
    const recognise = authenticator();
    signer.answer(answer);
    expect(await outcome(await signer.sign(claims), recognise)).toBe('UNAVAILABLE');
    signer.recover();
    expect(await outcome(await signer.sign(claims), recognise)).toMatchObject({ id: 'ada' });
  });
});

describe('without verification, on a machine of a developer', () => {
  const unverified = jwtAuthenticator(
    { name: 'jwt', keySet: undefined, issuer: undefined, audience: AUDIENCE },
    { keySet: undefined, organisation: async () => ACME, clock, log },
  );

  it('every signature is believed, and nothing else', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect(await outcome(await signer.sign(plain, { key: privateKey }), unverified)).toMatchObject({ id: 'ada' });
    expect(await outcome(await signer.sign(plain, { lastsSeconds: -60 }), unverified)).toBe('UNAUTHENTICATED');
    expect(await outcome(await signer.sign({ ...plain, aud: 'other' }), unverified)).toBeUndefined();
    expect(await outcome('a.b.c', unverified)).toBeUndefined();
  });
});
