import type { OrgId } from '@flovyn/engine';
import { type MemoryStore, countingIds, createMemoryStore } from '@flovyn/engine/memory';
import { describe, expect, it } from 'vitest';
import type { Known } from './authenticator.js';
import { createWorkerTokens } from './worker-tokens.js';

const orgId = '11111111-0000-4000-8000-000000000001' as OrgId;
const owner = { type: 'User', id: 'ada', orgId, role: 'OWNER' } as const;

function tokensOf(store: MemoryStore, { prefix = 'fwt_', secret }: { prefix?: string; secret?: string } = {}) {
  const parts = { store: store.workerTokens, clock: { now: () => 7 }, ids: countingIds(), isAccepted: true };
  return createWorkerTokens({ name: 'worker_token', prefix, secret }, parts);
}

describe('a worker token', () => {
  it('stands for a worker of the organisation it was made in', async () => {
    const tokens = tokensOf(createMemoryStore());
    const { token, secret } = await tokens.create(owner, 'build machines');
    expect(secret).toMatch(/^fwt_[\w-]{43}$/);
    expect(token).toMatchObject({ orgId, displayName: 'build machines', createdBy: 'ada', createdAt: 7 });
    expect(await tokens.recognise(secret)).toMatchObject({
      principal: { type: 'Worker', id: `worker-token:${token.id}`, orgId },
    });
  });

  it('S02 is another one each time, and is nowhere but with whoever made it', async () => {
    const store = createMemoryStore();
    const tokens = tokensOf(store);
    const secrets = await Promise.all([1, 2].map(async () => (await tokens.create(owner, 'x')).secret));
    expect(new Set(secrets).size).toBe(2);
    const stored = JSON.stringify([...store.rows.workerTokens.values()]);
    for (const secret of secrets) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(secret.slice(4, 20));
    }
  });

  it.each([
    ['another one', (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`],
    ['the beginning of one', (secret: string) => secret.slice(0, -1)],
    ['one and more', (secret: string) => `${secret}A`],
    ['one without its prefix', (secret: string) => secret.slice(4)],
    ['one in capitals', (secret: string) => secret.toUpperCase()],
    ['the key of developers', () => 'fwt_dev_worker'],
    ['nothing', () => ''],
  ])('is nobody: %s', async (_what, change) => {
    const tokens = tokensOf(createMemoryStore());
    const { secret } = await tokens.create(owner, 'x');
    expect(await tokens.recognise(change(secret))).toBeUndefined();
  });

  it('S02 does nothing in a database of a server with another secret', async () => {
    const store = createMemoryStore();
    const { secret } = await tokensOf(store, { secret: 'one' }).create(owner, 'x');
    expect(await tokensOf(store, { secret: 'one' }).recognise(secret)).toBeDefined();
    expect(await tokensOf(store, { secret: 'two' }).recognise(secret)).toBeUndefined();
    expect(await tokensOf(store).recognise(secret)).toBeUndefined();
  });

  it('has the prefix of its server', async () => {
    const tokens = tokensOf(createMemoryStore(), { prefix: 'acme-' });
    const { secret } = await tokens.create(owner, 'x');
    expect(secret).toMatch(/^acme-[\w-]{43}$/);
    expect(await tokens.recognise(secret)).toBeDefined();
  });

  it('opens nothing from the moment it is taken away, and its holder is nobody any more', async () => {
    const tokens = tokensOf(createMemoryStore());
    const { token, secret } = await tokens.create(owner, 'x');
    const known = (await tokens.recognise(secret)) as Known;
    expect(await known.again?.()).toEqual(expect.objectContaining({ principal: known.principal }));
    await expect(tokens.revoke('other' as OrgId, token.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await tokens.recognise(secret)).toBeDefined();
    await tokens.revoke(orgId, token.id);
    expect(await tokens.recognise(secret)).toBeUndefined();
    expect(await known.again?.()).toBeUndefined();
    await expect(tokens.revoke(orgId, token.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
