import * as z from 'zod/mini';
import { Timestamp } from './answer-fields.js';

/** `POST /stream-tickets`: a ticket for one stream. */
export const StreamTicketBody = z.strictObject({
  /** The path of the stream, such as `/api/orgs/dev/stream`, without a query. */
  path: z.string().check(z.minLength(1), z.maxLength(1_024)),
});
export type StreamTicketBody = z.input<typeof StreamTicketBody>;

/** A ticket: what opens the stream once, as the parameter `ticket`, until it expires. */
export const StreamTicketView = z.object({ ticket: z.string(), expiresAt: Timestamp });
export type StreamTicketView = z.infer<typeof StreamTicketView>;
