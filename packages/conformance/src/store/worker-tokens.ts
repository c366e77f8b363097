import { createHash } from 'node:crypto';
import type { WorkerToken } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { newExecution, newOrg, noon } from './builders.js';
import { firstPage, walk } from './pages.js';

function aToken(values: Partial<WorkerToken> = {}): WorkerToken {
  return { id: newExecution(), orgId: newOrg(), displayName: 'büild ☕', createdBy: 'ada', createdAt: noon, ...values };
}

/** As long as the hash of a secret, and different each time. */
function aHash(of: string = newExecution()): string {
  return createHash('sha256').update(of).digest('hex');
}

/** Keys of workers that people make and take away. */
export function workerTokenConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: worker tokens`, () => {
    const bench = setUp(makeDatabase);

    test('one is found by its hash and by nothing else, until it is taken away', async () => {
      const [mine, theirs] = [bench.store.workerTokens, bench.other.workerTokens];
      const [token, hash] = [aToken(), aHash()];
      await mine.add(token, hash);
      expect(await theirs.find(hash)).toEqual(token);
      expect(await theirs.find(aHash())).toBeUndefined();
      expect(await theirs.find('')).toBeUndefined();

      expect(await theirs.remove(token.orgId, token.id)).toBe(true);
      expect(await mine.find(hash)).toBeUndefined();
      expect(await mine.remove(token.orgId, token.id)).toBe(false);
    });

    test('neither an id nor a hash is given away twice', async () => {
      const { workerTokens } = bench.store;
      const [token, hash] = [aToken(), aHash()];
      await workerTokens.add(token, hash);
      const taken = { code: 'ALREADY_EXISTS' };
      await expect(workerTokens.add({ ...token, displayName: 'late' }, aHash())).rejects.toMatchObject(taken);
      await expect(workerTokens.add(aToken(), hash)).rejects.toMatchObject(taken);
      expect(await workerTokens.find(hash)).toEqual(token);
    });

    test('R31 an organisation sees its own, and takes away no other', async () => {
      const { workerTokens } = bench.store;
      const [token, hash] = [aToken(), aHash()];
      await workerTokens.add(token, hash);
      const other = newOrg();
      expect((await workerTokens.list(token.orgId, firstPage)).rows).toEqual([token]);
      expect(await workerTokens.list(other, firstPage)).toMatchObject({ rows: [], total: 0 });
      expect(await workerTokens.remove(other, token.id)).toBe(false);
      expect(await workerTokens.find(hash)).toEqual(token);
    });

    test('R30 they are listed newest first, page by page, also while others come and go', async () => {
      const { workerTokens } = bench.store;
      const orgId = newOrg();
      const add = async (createdAt: number): Promise<WorkerToken> => {
        const token = aToken({ orgId, createdAt });
        await workerTokens.add(token, aHash());
        return token;
      };
      const tokens: WorkerToken[] = [];
      for (const age of [0, 1, 1, 2, 3]) tokens.push(await add(noon - age));
      const newest = tokens.toSorted((a, b) => b.createdAt - a.createdAt || (b.id < a.id ? -1 : 1));
      const ids = async (limit: number) =>
        (
          await walk(
            (page) => workerTokens.list(orgId, page),
            limit,
            async () => void (await add(noon + 1)),
          )
        ).map(({ id }) => id);
      expect(await ids(2)).toEqual(newest.map(({ id }) => id));
      expect(await workerTokens.list(orgId, { limit: 1, offset: 2 })).toMatchObject({ rows: [newest[0]], total: 7 });
    });
  });
}
