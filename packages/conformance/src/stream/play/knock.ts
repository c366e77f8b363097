import { randomUUID } from 'node:crypto';
import { openCaller } from '../../wire/caller.js';
import type { StreamServer, StreamTarget } from '../target.js';
import { reasonOf } from './reason-of.js';
import { openPeoplesDoor } from './rest.js';

/** A status of gRPC: there is no such thing. Only who may work, and is at the right door, is told so. */
const NOT_FOUND = 5;

/**
 * Opens each door of each server once, so that a wrong address or key is not taken for a broken promise.
 *
 * @returns the id of the organisation.
 * @throws {Error} naming the door, the option it was given by, and why it did not open.
 */
export async function knock(target: StreamTarget, timeoutMs: number): Promise<string> {
  const ids = await Promise.all(
    target.servers.map(async (server) => {
      const orgId = await atPeoplesDoor(server, target, timeoutMs);
      await atWorkersDoor(server, orgId, target, timeoutMs);
      return orgId;
    }),
  );
  const [id = '', ...others] = new Set(ids);
  if (others.length > 0)
    throw new Error('The servers have different organisations of this name: they are not one service.');
  return id;
}

async function atPeoplesDoor(server: StreamServer, target: StreamTarget, timeoutMs: number): Promise<string> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const { id } = await openPeoplesDoor({ ...target, servers: [server] }, limit).ask('GET', '');
    if (typeof id !== 'string') throw new Error('its answer says no id');
    return id;
  } catch (error: unknown) {
    const cause = limit.aborted ? new Error(`no answer within ${timeoutMs} ms`) : new Error(reasonOf(error));
    throw new Error(`The server at ${server.url} (--url) does not tell of ${target.org} (--org, --key)`, { cause });
  }
}

async function atWorkersDoor({ grpcUrl }: StreamServer, orgId: string, target: StreamTarget, timeoutMs: number) {
  const key = target.workerKey ?? target.key;
  const caller = openCaller({ grpcUrl, orgId, key });
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    await caller.completeTask({ taskExecutionId: randomUUID() }, { signal: limit });
  } catch (error: unknown) {
    if ((error as { readonly code?: unknown }).code === NOT_FOUND) return;
    const cause = limit.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error;
    const whose = target.workerKey === undefined ? '; a worker has a key of its own' : '';
    throw new Error(`No worker gets in at ${grpcUrl} (--grpc, --worker-key${whose})`, { cause });
  } finally {
    caller.close();
  }
}
