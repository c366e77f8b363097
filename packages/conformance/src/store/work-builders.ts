import { randomUUID } from 'node:crypto';
import type { ExecutionId, IdempotencyKey, ReadyWork, ReserveRequest, SessionLease } from '@flovyn/engine';
import { newOrg, newSession, noon } from './builders.js';

export function someReady(parts: Partial<ReadyWork> = {}): ReadyWork {
  const id = parts.id ?? randomUUID();
  return {
    id,
    type: 'task',
    executionId: id as ExecutionId,
    orgId: newOrg(),
    queue: 'default',
    kind: 'export',
    score: noon,
    ...parts,
  };
}

/** Asks for the work of one line. */
export function aReserve(parts: Partial<ReserveRequest> = {}): ReserveRequest {
  return {
    orgId: newOrg(),
    queue: 'default',
    type: 'task',
    kinds: ['export'],
    limit: 10,
    now: noon,
    holdMs: 1_000,
    ...parts,
  };
}

export function aKey(parts: Partial<IdempotencyKey> = {}): IdempotencyKey {
  return {
    orgId: newOrg(),
    key: `key-${randomUUID()}`,
    target: 'workflow',
    targetId: randomUUID(),
    expiresAt: noon + 60_000,
    ...parts,
  };
}

export function aLease(parts: Partial<SessionLease> = {}): SessionLease {
  return {
    id: newSession(),
    orgId: newOrg(),
    workerId: 'worker-1',
    workerName: 'Worker one',
    leaseUntil: noon + 10_000,
    ...parts,
  };
}
