import type { Organisation } from '@flovyn/engine';
import { countingIds, createMemoryStore } from '@flovyn/engine/memory';
import { describe, expect, it } from 'vitest';
import { createLog } from '../observe/log.js';
import { createNamedOrganisations } from './named-organisations.js';

const ACME = {
  id: '11111111-0000-4000-8000-000000000001',
  slug: 'acme',
  name: 'Acme',
  tier: 'PRO',
  createdAt: 1,
} as Organisation;

async function aDirectory({ cacheMs = 60_000, autoCreate = false } = {}) {
  const { orgs } = createMemoryStore();
  await orgs.create(ACME);
  let looks = 0;
  const counted = { ...orgs, find: (name: string) => (looks++, orgs.find(name)) };
  const parts = { orgs: counted, clock: { now: () => 7 }, ids: countingIds(), log: createLog('silent') };
  const find = createNamedOrganisations({ cacheMs, autoCreate }, parts);
  return { find, orgs, looks: () => looks };
}

describe('an organisation that a token names', () => {
  it('is found by its slug or by its id, and remembered', async () => {
    const { find, looks } = await aDirectory();
    expect(await find({ slug: 'acme', name: 'Something else' })).toEqual(ACME);
    expect(await find({ slug: 'acme' })).toEqual(ACME);
    expect(looks()).toBe(1);
    expect(await find({ id: ACME.id })).toEqual(ACME);
  });

  it('is looked for every time while it is not there, or where nothing is remembered', async () => {
    const { find, orgs } = await aDirectory();
    expect(await find({ slug: 'later' })).toBeUndefined();
    await orgs.create({ ...ACME, id: '22222222-0000-4000-8000-000000000002' as Organisation['id'], slug: 'later' });
    expect(await find({ slug: 'later' })).toMatchObject({ slug: 'later' });
    const forgetful = await aDirectory({ cacheMs: 0 });
    await forgetful.find({ slug: 'acme' });
    await forgetful.find({ slug: 'acme' });
    expect(forgetful.looks()).toBe(2);
  });

  it('is made where that is configured, once', async () => {
    const { find, orgs } = await aDirectory({ autoCreate: true });
    const made = await Promise.all([1, 2, 3].map(() => find({ slug: 'new', name: 'New Ltd' })));
    expect(made[0]).toMatchObject({ slug: 'new', name: 'New Ltd', tier: 'FREE', createdAt: 7 });
    expect(new Set(made.map((org) => org?.id)).size).toBe(1);
    expect(await orgs.find('new')).toEqual(made[0]);
    expect(await find({ slug: 'nameless' })).toMatchObject({ name: 'nameless' });
  });

  it('R31 is none when the slug could be an id, and is never made of such a thing', async () => {
    const { find, orgs } = await aDirectory({ autoCreate: true });
    for (const slug of [ACME.id, '', 'Acme', '../acme', 'x'.repeat(64), ' acme']) {
      expect(await find({ slug })).toBeUndefined();
    }
    expect(await find({ id: '33333333-0000-4000-8000-000000000003' })).toBeUndefined();
    expect(await orgs.find('33333333-0000-4000-8000-000000000003')).toBeUndefined();
  });
});
