import { randomUUID } from 'node:crypto';
import { openCaller } from '../../wire/caller.js';
import type { StreamServer, StreamTarget } from '../target.js';
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

function atPeoplesDoor(server: StreamServer, target: StreamTarget, timeoutMs: number): Promise<string> {
  const door = `The server at ${server.url} (--url) does not tell of ${target.org} (--org, --key)`;
  return enter(door, timeoutMs, async (limit) => {
    const { id } = await openPeoplesDoor({ ...target, servers: [server] }, limit).ask('GET', '');
    if (typeof id !== 'string') throw new Error('its answer says no id');
    return id;
  });
}

async function atWorkersDoor({ grpcUrl }: StreamServer, orgId: string, target: StreamTarget, timeoutMs: number) {
  const caller = openCaller({ grpcUrl, orgId, key: target.workerKey ?? target.key });
  const whose = target.workerKey === undefined ? '; a worker has a key of its own' : '';
  try {
    await enter(`No worker gets in at ${grpcUrl} (--grpc, --worker-key${whose})`, timeoutMs, async (signal) => {
      await caller.completeTask({ taskExecutionId: randomUUID() }, { signal }).catch((error: unknown) => {
        if ((error as { readonly code?: unknown }).code !== NOT_FOUND) throw error;
      });
    });
  } finally {
    caller.close();
  }
}

/** @throws {Error} that tells of the door, and in its cause why it did not open. */
function enter<Value>(door: string, timeoutMs: number, open: (limit: AbortSignal) => Promise<Value>): Promise<Value> {
  const limit = AbortSignal.timeout(timeoutMs);
  return open(limit).catch((error: unknown) => {
    throw new Error(door, { cause: limit.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error });
  });
}
