import type { StreamTicketStore } from '../ports/stream-tickets.js';
import type { MemoryRows } from './rows.js';

/** Tickets for streams, over the map of a memory store. */
export function memoryStreamTickets({ streamTickets }: MemoryRows): StreamTicketStore {
  return {
    async add(ticket, { perHolder, perOrg }, now) {
      const ofOrg = [...streamTickets.values()].filter(
        ({ orgId, expiresAt }) => orgId === ticket.orgId && expiresAt > now,
      );
      const ofHolder = ofOrg.filter(({ holder }) => holder === ticket.holder);
      if (ofOrg.length >= perOrg || ofHolder.length >= perHolder) return false;
      streamTickets.set(ticket.hash, ticket);
      return true;
    },
    async take(hash) {
      const ticket = streamTickets.get(hash);
      streamTickets.delete(hash);
      return ticket;
    },
    async removeExpired(now) {
      const expired = [...streamTickets.values()].filter(({ expiresAt }) => expiresAt <= now);
      for (const { hash } of expired) streamTickets.delete(hash);
      return expired.length;
    },
  };
}
