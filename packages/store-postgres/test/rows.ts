import type {
  CommitBatch,
  ExecutionId,
  ExecutionWrite,
  HistoryRow,
  OrgId,
  StreamEntry,
  TaskId,
  TaskWrite,
  Wanted,
} from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { randomUUID } from 'node:crypto';

export const orgId = randomUUID() as string as OrgId;

export function batch(parts: Partial<CommitBatch>): CommitBatch {
  return {
    durability: 'state',
    executions: [],
    tasks: [],
    waits: [],
    history: [],
    entries: [],
    families: { begun: [], runs: [] },
    attempts: [],
    logs: [],
    signs: [],
    ready: { add: [], remove: [] },
    timers: { set: [], remove: [] },
    keys: { add: [], remove: [] },
    deleted: [],
    ...parts,
  };
}

export function wanted(id: ExecutionId, parts: Partial<Wanted> = {}): Wanted {
  return { id, taskIds: [], waits: [], keys: [], ...parts };
}

/** The write of a new, pending workflow. */
export function newWrite(parts: Partial<ExecutionWrite> = {}): ExecutionWrite {
  const id = parts.id ?? (randomUUID() as string as ExecutionId);
  return {
    id,
    orgId,
    rootId: id,
    expectedVersion: undefined,
    version: 1,
    sequence: 0,
    epoch: 'e1',
    life: 'life',
    stamp: 'stamp',
    workflow: {
      id,
      orgId,
      rootId: id,
      kind: 'order',
      queue: 'default',
      input: '{}' as Json,
      metadata: '{}' as Json,
      prioritySeconds: 0,
      createdAt: 1,
      updatedAt: 1,
      wakeSequence: 0,
      status: 'PENDING',
    },
    ...parts,
  };
}

/** The write of a new task of the execution. */
export function newTaskOf({ id: executionId }: ExecutionWrite): TaskWrite {
  return {
    executionId,
    isNew: true,
    task: {
      id: randomUUID() as string as TaskId,
      orgId,
      workflowExecutionId: executionId,
      kind: 'export',
      queue: 'default',
      input: '{}' as Json,
      metadata: '{}' as Json,
      retry: { maxRetries: 0, initialDelayMs: 0, maxDelayMs: 0, multiplier: 1 },
      prioritySeconds: 0,
      createdAt: 1,
      scheduledSequence: 0,
      executionCount: 0,
      status: 'PENDING',
    },
  };
}

export function newEntry(executionId: ExecutionId, seq: number): StreamEntry {
  const event = '{"type":"token","text":"x"}' as Json;
  return { executionId, rootId: executionId, epoch: 'e1', seq, kind: 'token', event, timestampMs: 1 };
}

export function newFact(executionId: ExecutionId, sequence: number): HistoryRow {
  return { executionId, sequence, type: 'OPERATION_COMPLETED', data: '{}' as Json, timestampMs: 1 };
}
