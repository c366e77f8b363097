import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { newOrg, noon } from './builders.js';

/** Who everything belongs to. */
export function orgConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: organisations`, () => {
    const bench = setUp(makeDatabase);

    test('are found by slug and by id, and keep their birthday when they are renamed', async () => {
      const org = { id: newOrg(), slug: `org-${newOrg()}`, name: 'Org', tier: 'FREE' };
      await bench.store.orgs.upsert([org]);
      const found = await bench.other.orgs.find(org.slug);
      expect(found).toMatchObject(org);
      await bench.store.orgs.upsert([{ ...org, name: 'Renamed' }]);
      expect(await bench.other.orgs.find(org.id)).toEqual({ ...found, name: 'Renamed' });
      expect(await bench.store.orgs.find('nobody')).toBeUndefined();
    });

    test('are created once: neither a slug nor an id is given away twice', async () => {
      const org = { id: newOrg(), slug: `org-${newOrg()}`, name: 'Org', tier: 'FREE', region: 'eu-1', createdAt: noon };
      await bench.store.orgs.create(org);
      expect(await bench.other.orgs.find(org.slug)).toEqual(org);
      const taken = { code: 'ALREADY_EXISTS' };
      await expect(bench.other.orgs.create({ ...org, id: newOrg(), name: 'Late' })).rejects.toMatchObject(taken);
      await expect(bench.other.orgs.create({ ...org, slug: `org-${newOrg()}` })).rejects.toMatchObject(taken);
      expect(await bench.store.orgs.find(org.id)).toEqual(org);
    });

    test('cannot be given the slug of another one, and are told whose it is', async () => {
      const org = { id: newOrg(), slug: `org-${newOrg()}`, name: 'Org', tier: 'FREE' };
      const other = { ...org, id: newOrg(), slug: `org-${newOrg()}` };
      await bench.store.orgs.upsert([org, other]);
      await expect(bench.other.orgs.upsert([other, { ...org, id: newOrg() }])).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
        message: expect.stringContaining(`belongs to ${org.id}`) as string,
      });
      expect(await bench.store.orgs.find(org.slug)).toMatchObject(org);
    });

    test('have a region when somebody said one', async () => {
      const org = { id: newOrg(), slug: `org-${newOrg()}`, name: 'Org', tier: 'FREE' };
      await bench.store.orgs.upsert([org, { ...org, id: newOrg(), slug: `${org.slug}-eu`, region: 'eu-1' }]);
      expect((await bench.other.orgs.find(org.slug))?.region).toBeUndefined();
      expect((await bench.other.orgs.find(`${org.slug}-eu`))?.region).toBe('eu-1');
    });

    test('the store answers a ping', async () => {
      await bench.store.ping();
    });
  });
}
