import { ServiceError, parseUuid, toJson } from '@flovyn/protocol';
import { StreamTicketBody, StreamTicketView, paths } from '@flovyn/protocol/http';
import type { Callers } from '../caller.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { streamAt } from '../stream/stream-addresses.js';
import type { StreamTickets } from '../stream/stream-tickets.js';
import { timestamp } from '../views.js';

export interface TicketParts {
  readonly callers: Pick<Callers, 'admit'>;
  readonly tickets: StreamTickets;
}

/** Tickets for readers of streams that cannot send a key. */
export function streamTicketRoutes({ callers, tickets }: TicketParts): readonly OrgRoute[] {
  return [
    orgRoute({
      method: 'POST',
      path: paths.streamTickets,
      action: 'org:view',
      summary: 'Get a ticket for a stream',
      description:
        'For an `EventSource`, which cannot send a key: open the address with `?ticket=` within 30 seconds. A ticket opens ' +
        'this one stream, once; ask for a new one to come back, and pass `lastEventId`.',
      body: StreamTicketBody,
      example: { path: '/api/orgs/dev/workflow-executions/6f1b8d52-1c34-4c19-9d0a-0d5f4f3f9f11/stream' },
      answers: { 201: { what: 'The ticket', schema: StreamTicketView } },
      async handle({ request, principal, body: { path } }) {
        const asked = streamAt(path);
        if (asked === undefined) {
          throw new ServiceError(
            'INVALID_ARGUMENT',
            'path must be the path of a stream, without a query: that is added when it is opened.',
          );
        }
        if (asked.sort.execution !== undefined) parseUuid(asked.id, 'The id in path');
        for (const action of asked.sort.actions) await callers.admit(principal, action, asked.org);
        const { ticket, expiresAt } = await tickets.issue(request, principal, path);
        return { status: 201, json: toJson({ ticket, expiresAt: timestamp(expiresAt) }) };
      },
    }),
  ];
}
