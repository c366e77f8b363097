import { createHash, randomUUID } from 'node:crypto';
import type { StreamTicket } from '@flovyn/engine';
import { describe, expect, test } from 'vitest';
import { type MakeDatabase, setUp } from './bench.js';
import { newOrg, noon } from './builders.js';

function aTicket(values: Partial<StreamTicket> = {}): StreamTicket {
  const hash = createHash('sha256').update(randomUUID()).digest('hex');
  return { hash, orgId: newOrg(), holder: 'User büild ☕', expiresAt: noon + 30_000, sealed: 'c2VhbGVk', ...values };
}

const plenty = { perHolder: 100, perOrg: 100 };

/** What opens a stream once. */
export function streamTicketConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: stream tickets`, () => {
    const bench = setUp(makeDatabase);

    test('S09 one is taken once, by any store on the database', async () => {
      const [mine, theirs] = [bench.store.streamTickets, bench.other.streamTickets];
      const ticket = aTicket();
      expect(await mine.add(ticket, plenty, noon)).toBe(true);
      const takers = await Promise.all([mine, theirs, mine, theirs].map((store) => store.take(ticket.hash)));
      expect(takers.filter((taken) => taken !== undefined)).toEqual([ticket]);
      expect(await mine.take(ticket.hash)).toBeUndefined();
      expect(await mine.take(aTicket().hash)).toBeUndefined();
    });

    test('S09 a holder and an organisation may have so many, and those that expired do not count', async () => {
      const { streamTickets } = bench.store;
      const orgId = newOrg();
      const most = { perHolder: 2, perOrg: 3 };
      const add = (holder: string, now: number, expiresAt = now + 10) =>
        streamTickets.add(aTicket({ orgId, holder, expiresAt }), most, now);
      expect([await add('ada', noon), await add('ada', noon)]).toEqual([true, true]);
      expect(await add('ada', noon)).toBe(false);
      expect(await add('bob', noon)).toBe(true);
      expect(await add('cleo', noon)).toBe(false);
      expect(await streamTickets.add(aTicket({ holder: 'ada' }), most, noon)).toBe(true);
      expect(await add('ada', noon + 10)).toBe(true);
    });

    test('those that expired are let go, and no others', async () => {
      const { streamTickets } = bench.store;
      const [over, valid] = [aTicket({ expiresAt: noon }), aTicket({ expiresAt: noon + 1 })];
      for (const ticket of [over, valid]) await streamTickets.add(ticket, plenty, noon - 10);
      expect(await streamTickets.removeExpired(noon)).toBeGreaterThan(0);
      expect(await streamTickets.take(over.hash)).toBeUndefined();
      expect(await streamTickets.take(valid.hash)).toEqual(valid);
    });
  });
}
