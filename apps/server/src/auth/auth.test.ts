import type { OrgId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { type Action, authoriser } from './access.js';
import { authenticate } from './bearer.js';
import { isFromThisMachine } from './loopback.js';
import type { Principal } from './principal.js';
import { staticKeys } from './static-keys.js';

const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
const recognise = staticKeys([
  { key: 'flovyn_sk_0123456789', orgId, type: 'User', id: 'ada', role: 'MEMBER' },
  { key: 'flovyn_wk_0123456789', orgId, type: 'Worker', id: 'robot' },
]);

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error: unknown) {
    return ServiceError.from(error).code;
  }
}

describe('a caller', () => {
  it('is known by its key, at once', () => {
    expect(authenticate('Bearer flovyn_sk_0123456789', recognise, undefined)).toEqual({
      principal: { type: 'User', id: 'ada', orgId, role: 'MEMBER' },
    });
    expect(authenticate('bearer  flovyn_wk_0123456789 ', recognise, undefined)).toEqual({
      principal: { type: 'Worker', id: 'robot', orgId },
    });
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['another scheme', 'Basic Zm9v'],
    ['no key', 'Bearer '],
    ['two keys', 'Bearer a b'],
    ['an unknown key', 'Bearer flovyn_sk_9999999999'],
    ['the beginning of a key', 'Bearer flovyn_sk_012345678'],
    ['a key and more', 'Bearer flovyn_sk_01234567890'],
    ['a megabyte', `Bearer ${'x'.repeat(1_000_000)}`],
  ])('with %s is nobody', (_what, header) => {
    expect(codeOf(() => authenticate(header, recognise, undefined))).toBe('UNAUTHENTICATED');
  });

  it('without credentials is the anonymous one where there is one, but a wrong key is still wrong', () => {
    const anonymous = { principal: { type: 'Worker', id: 'anonymous', orgId } } as const;
    expect(authenticate(undefined, recognise, anonymous)).toBe(anonymous);
    expect(codeOf(() => authenticate('Bearer wrong', recognise, anonymous))).toBe('UNAUTHENTICATED');
  });
});

describe('the role table', () => {
  const all: readonly Action[] = [
    'org:view',
    'org:create',
    'workflow:view',
    'workflow:start',
    'workflow:signal',
    'workflow:update',
    'promise:settle',
    'task:view',
    'task:start',
    'task:update',
    'task:delete',
    'worker:view',
    'worker:work',
    'definition:view',
    'definition:configure',
    'worker-token:manage',
  ];
  const user = (role: 'OWNER' | 'ADMIN' | 'MEMBER'): Principal => ({ type: 'User', id: 'u', orgId, role });
  const worker: Principal = { type: 'Worker', id: 'w', orgId };

  it.each([
    ['OWNER', user('OWNER'), ['worker:work']],
    ['ADMIN', user('ADMIN'), ['worker:work']],
    [
      'MEMBER',
      user('MEMBER'),
      ['org:create', 'task:update', 'task:delete', 'worker:work', 'definition:configure', 'worker-token:manage'],
    ],
    [
      'a worker',
      worker,
      ['org:create', 'workflow:update', 'task:update', 'task:delete', 'definition:configure', 'worker-token:manage'],
    ],
  ])('denies %s exactly what it should', (_who, principal, denied) => {
    const authorise = authoriser('cedar');
    expect(all.filter((action) => codeOf(() => authorise(principal, action)) === 'PERMISSION_DENIED')).toEqual(denied);
  });

  it('is not asked under noop', () => {
    expect(all.filter((action) => codeOf(() => authoriser('noop')(worker, action)) !== undefined)).toEqual([]);
  });
});

describe('a call without credentials comes from this machine', () => {
  const local = {
    peer: '127.0.0.1',
    host: 'localhost:8000',
    origin: undefined,
    fetchSite: undefined,
    forwardedFor: undefined,
  };

  it.each([
    ['a loopback address and name', {}],
    ['IPv6', { peer: '::1', host: '[::1]:8000' }],
    ['IPv4 in IPv6', { peer: '::ffff:127.0.0.1' }],
    ['a page of the server itself', { origin: 'http://localhost:8000', fetchSite: 'same-origin' }],
  ])('with %s', (_what, difference) => {
    expect(isFromThisMachine({ ...local, ...difference })).toBe(true);
  });

  it.each([
    ['another address', { peer: '192.168.1.7' }],
    ['no address', { peer: undefined }],
    ["somebody's own name for this machine", { host: 'evil.example:8000' }],
    ['a name that only begins like one of ours', { host: 'localhost.evil.example' }],
    ['no name', { host: undefined }],
    ['a page elsewhere', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['a request across sites', { fetchSite: 'cross-site' }],
    ['a proxy in between', { forwardedFor: '203.0.113.9' }],
  ])('but not with %s', (_what, difference) => {
    expect(isFromThisMachine({ ...local, ...difference })).toBe(false);
  });
});
