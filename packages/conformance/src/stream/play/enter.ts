import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { type Caller, openCaller } from '../../wire/caller.js';
import { TargetError, type TargetPart } from '../target-error.js';
import type { StreamServer, StreamTarget } from '../target.js';
import { reasonOf } from './reason-of.js';
import { RefusedAnswer, openPeoplesDoor } from './rest.js';
import { connectHandWorker } from './worker.js';

/**
 * Enters every server by both doors, as people and as workers do: a mistake in the target must not look like broken promises.
 *
 * @param timeoutMs - how long each door may take.
 * @returns the UUID of the organisation.
 * @throws {TargetError} for the first door that does not open.
 */
export async function enterEveryServer(target: StreamTarget, timeoutMs: number): Promise<string> {
  let orgId = '';
  for (const server of target.servers) {
    orgId = await enterAsPerson(server, target, timeoutMs);
    await enterAsWorker(server, orgId, target, timeoutMs);
  }
  return orgId;
}

/** What a server of ours does not take when it answers a person so. */
const PART_OF: Readonly<Record<number, TargetPart>> = { 401: 'key', 403: 'key', 404: 'org' };

async function enterAsPerson({ url }: StreamServer, target: StreamTarget, timeoutMs: number): Promise<string> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const { id } = await openPeoplesDoor(url, target, limit).ask('GET', '');
    if (typeof id === 'string') return id;
    throw new Error(`the answer about the organisation ${target.org} has no id`);
  } catch (cause: unknown) {
    if (limit.aborted) throw late('url', url, timeoutMs, cause);
    const part = cause instanceof RefusedAnswer && cause.isProblem ? PART_OF[cause.status] : undefined;
    throw new TargetError(part ?? 'url', url, cause instanceof RefusedAnswer ? cause.message : reasonOf(cause), {
      cause,
    });
  }
}

async function enterAsWorker(
  { grpcUrl }: StreamServer,
  orgId: string,
  { key, workerKey = key }: StreamTarget,
  timeoutMs: number,
): Promise<void> {
  const limit = AbortSignal.timeout(timeoutMs);
  let caller: Caller | undefined;
  try {
    caller = openCaller({ grpcUrl, orgId, key: workerKey });
    await connectHandWorker(caller, { queue: `stream-${randomUUID()}`, workflows: [], tasks: [] }, limit);
  } catch (cause: unknown) {
    if (limit.aborted) throw late('grpcUrl', grpcUrl, timeoutMs, cause);
    const { code } = cause as { readonly code?: unknown };
    const isRefused = code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED;
    throw new TargetError(isRefused ? 'workerKey' : 'grpcUrl', grpcUrl, reasonOf(cause), { cause });
  } finally {
    caller?.close();
  }
}

function late(part: TargetPart, address: string, timeoutMs: number, cause: unknown): TargetError {
  return new TargetError(part, address, `no answer within ${timeoutMs / 1_000} s`, { cause });
}
