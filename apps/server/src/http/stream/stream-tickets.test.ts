import type { IncomingMessage } from 'node:http';
import type { OrgId } from '@flovyn/engine';
import { createMemoryStore } from '@flovyn/engine/memory';
import { ServiceError } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../auth/principal.js';
import { createStreamTickets } from './stream-tickets.js';

const orgId = '11111111-0000-4000-8000-000000000001' as OrgId;
const ada: Principal = { type: 'User', id: 'ada', orgId, role: 'MEMBER' };
const PATH = '/api/orgs/acme/stream';

/** A house with one key, which stands for ada until it is taken back. */
function aHouse() {
  const store = createMemoryStore();
  let now = 1_000_000;
  let holder: Principal | undefined = ada;
  const process = () =>
    createStreamTickets({
      store: store.streamTickets,
      clock: { now: () => now },
      limits: { streamsPerPrincipal: 2, streamsPerOrg: 3 },
      callers: {
        async identify(_request, shown) {
          if (shown?.authorization === 'Bearer ada-key' && holder !== undefined) return { principal: holder };
          throw new ServiceError('UNAUTHENTICATED', 'The server does not know this API key.');
        },
      },
    });
  return {
    store,
    process,
    tickets: process(),
    move: (ms: number) => void (now += ms),
    /** From now on the key is somebody else's, or nobody's. */
    change: (principal: Principal | undefined) => void (holder = principal),
  };
}

/** What the authenticator and the address are read from. */
function aRequest(url: string, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  return { url, headers, rawHeaders: Object.entries(headers).flat() } as unknown as IncomingMessage;
}

const asAda = aRequest('/api/orgs/acme/stream-tickets', { authorization: 'Bearer ada-key' });

const reading = (ticket: string, path = PATH, headers = {}) =>
  [aRequest(`${path}?ticket=${ticket}`, headers), ticket] as const;

describe('a stream ticket', () => {
  it('S09 stands for whoever asked for it, once, at any process', async () => {
    const { tickets, process } = aHouse();
    const { ticket, expiresAt } = await tickets.issue(asAda, ada, PATH);
    expect(ticket).toMatch(/^fst_[\w-]{43}$/);
    expect(expiresAt).toBe(1_030_000);
    const uses = await Promise.allSettled([process(), process(), tickets].map((one) => one.redeem(...reading(ticket))));
    expect(uses.flatMap((use) => (use.status === 'fulfilled' ? [use.value.principal] : []))).toEqual([ada]);
    await expect(tickets.redeem(...reading(ticket))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('S09 is good for 30 seconds', async () => {
    const { tickets, move } = aHouse();
    const [one, other] = [await tickets.issue(asAda, ada, PATH), await tickets.issue(asAda, ada, PATH)];
    move(29_999);
    expect(await tickets.redeem(...reading(one.ticket))).toEqual({ principal: ada });
    move(1);
    await expect(tickets.redeem(...reading(other.ticket))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('S09 is for one stream, and used up by an attempt at another', async () => {
    const { tickets } = aHouse();
    const { ticket } = await tickets.issue(asAda, ada, PATH);
    const elsewhere = reading(ticket, '/api/orgs/acme/stream/');
    await expect(tickets.redeem(...elsewhere)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(tickets.redeem(...reading(ticket))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['nobody', undefined],
    ['somebody else', { ...ada, id: 'bob' }],
    ['a worker of that name', { type: 'Worker', id: 'ada', orgId } as const],
    ['another organisation', { ...ada, orgId: '22222222-0000-4000-8000-000000000002' as OrgId }],
  ])('S09 opens nothing when its key stands for %s by now', async (_who, principal) => {
    const { tickets, change } = aHouse();
    const { ticket } = await tickets.issue(asAda, ada, PATH);
    change(principal);
    await expect(tickets.redeem(...reading(ticket))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('S09 is recognised with the role its holder has by now', async () => {
    const { tickets, change } = aHouse();
    const { ticket } = await tickets.issue(asAda, ada, PATH);
    const promoted: Principal = { ...ada, role: 'OWNER' };
    change(promoted);
    expect(await tickets.redeem(...reading(ticket))).toEqual({ principal: promoted });
  });

  it('S09 leaves neither itself nor its key in what is stored', async () => {
    const { tickets, store } = aHouse();
    const { ticket } = await tickets.issue(asAda, ada, PATH);
    const [row] = store.rows.streamTickets.values();
    const stored = JSON.stringify(row) + Buffer.from(row?.sealed ?? '', 'base64').toString('latin1');
    for (const secret of [ticket, ticket.slice(4, 20), 'ada-key']) expect(stored).not.toContain(secret);
  });

  it.each(['', 'fst_', 'ada-key', `fst_${'A'.repeat(43)}`, `fst_${'A'.repeat(250)}`, 'fst_..'])(
    'opens nothing when it is none: %s',
    async (ticket) => {
      await expect(aHouse().tickets.redeem(...reading(ticket))).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        message:
          'This ticket opens nothing: it is unknown, was used already, or is older than 30 seconds. Get a new one.',
      });
    },
  );

  it('is not taken besides a key, and not used up by that', async () => {
    const { tickets } = aHouse();
    const { ticket } = await tickets.issue(asAda, ada, PATH);
    const both = reading(ticket, PATH, { authorization: 'Bearer ada-key' });
    await expect(tickets.redeem(...both)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await tickets.redeem(...reading(ticket))).toEqual({ principal: ada });
  });

  it('L15 is one of as many as streams may be open, until it is used or expires', async () => {
    const { tickets, move } = aHouse();
    const bob: Principal = { ...ada, id: 'bob' };
    const first = await tickets.issue(asAda, ada, PATH);
    await tickets.issue(asAda, ada, PATH);
    await expect(tickets.issue(asAda, ada, PATH)).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      limit: 2,
      retryAfterSeconds: 5,
    });
    await tickets.redeem(...reading(first.ticket));
    await tickets.issue(asAda, ada, PATH);
    await tickets.issue(asAda, bob, PATH);
    await expect(tickets.issue(asAda, bob, PATH)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    move(30_000);
    await tickets.issue(asAda, bob, PATH);
  });
});
