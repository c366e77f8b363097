import type { ServiceError } from '@flovyn/protocol';
import { type ServerItem, serverItem } from '@flovyn/protocol/grpc';

/** How a refusal is told to a worker, with what it needs to go on. */
export function refusedItem(id: number, { code, message, actual, retryAfterSeconds }: ServiceError): ServerItem {
  return serverItem('refused', {
    id,
    code,
    message,
    // Entries after a hole, such as a crash of the database leaves: the worker goes on from what is stored.
    stored: code === 'FAILED_PRECONDITION' ? actual : undefined,
    retryAfterMs: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1_000,
  });
}
