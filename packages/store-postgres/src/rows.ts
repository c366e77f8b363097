import type {
  EndedAttempt,
  ExecutionId,
  IdempotencyKey,
  LoadedExecution,
  OrgId,
  Organisation,
  SessionId,
  SessionLease,
  StoredLog,
  StreamEntry,
  TaskId,
  TaskState,
  Wait,
  WorkflowState,
} from '@flovyn/engine';
import type { RecordedEvent } from '@flovyn/protocol';
import { wordOf } from './codes.js';
import {
  type ExecutionMoving,
  metadataOf,
  unpackChild,
  unpackExecutionMoving,
  unpackTaskFixed,
  unpackTaskMoving,
  unpackWorkflowFixed,
} from './packed.js';
import { entryKind } from './statements/log.js';
import { waitTypes } from './statements/wait.js';
import {
  type TextRow,
  json,
  maybeJson,
  maybeNumber,
  maybeQuoted,
  maybeText,
  number,
  present,
  quoted,
  text,
} from './text-row.js';

/** Columns of an execution, for the alias `e`. */
export const executionSelect = `
  e.id, e.org_id, e.root_id, e.version, e.sequence, e.created_at, e.kind, e.queue,
  convert_from(e.input, 'UTF8') as input, convert_from(e.metadata, 'UTF8') as metadata,
  convert_from(e.fixed, 'UTF8') as fixed, e.parent_id, e.status, convert_from(e.state, 'UTF8') as state,
  convert_from(e.output, 'UTF8') as output`;

/** Whether the family of the execution `e` is counted. */
export const hasFamily = 'exists (select from flovyn.family as f where f.root_id = e.root_id) as has_family';

/** Columns of a task, for the alias `t`. */
export const taskSelect = `
  t.id, t.execution_id, t.org_id, t.created_at, t.scheduled_sequence, t.kind, t.queue,
  convert_from(t.input, 'UTF8') as input, convert_from(t.metadata, 'UTF8') as metadata,
  convert_from(t.fixed, 'UTF8') as fixed, t.status, t.execution_count, t.progress,
  convert_from(t.progress_details, 'UTF8') as progress_details, t.last_heartbeat_at,
  convert_from(t.state, 'UTF8') as state, convert_from(t.output, 'UTF8') as output`;

/** Columns of a wait, for the alias `w`. */
export const waitSelect = `
  w.execution_id, w.promise_id, w.sequence, w.due_at, w.type, w.open, w.key, w.name, convert_from(w.child, 'UTF8') as child`;

/** Columns of a stream entry. */
export const entrySelect = `
  seq, at, attempt, ordinal, kind, terminal, task_id, epoch, convert_from(event, 'UTF8') as event`;

export function toLoadedExecution(
  row: TextRow,
  { seq, tasks, waits }: Pick<LoadedExecution, 'seq' | 'tasks' | 'waits'>,
): LoadedExecution {
  const { epoch, life, workflow, stamp } = unpackExecutionMoving(json(row, 'state'));
  return {
    id: text(row, 'id') as ExecutionId,
    orgId: text(row, 'org_id') as OrgId,
    rootId: text(row, 'root_id') as ExecutionId,
    version: number(row, 'version'),
    sequence: number(row, 'sequence'),
    seq,
    epoch,
    life,
    hasFamily: text(row, 'has_family') === 't',
    ...present({ stamp }),
    workflow: workflow && toWorkflow(row, workflow),
    tasks,
    waits,
  };
}

// Records were taken apart by their status, so what is put together here has the members of its status and no others.

export function toWorkflow(row: TextRow, moving: NonNullable<ExecutionMoving['workflow']>): WorkflowState {
  return {
    id: text(row, 'id') as ExecutionId,
    orgId: text(row, 'org_id') as OrgId,
    rootId: text(row, 'root_id') as ExecutionId,
    kind: text(row, 'kind'),
    queue: text(row, 'queue'),
    input: json(row, 'input'),
    metadata: metadataOf(maybeJson(row, 'metadata')),
    createdAt: number(row, 'created_at'),
    status: text(row, 'status') as WorkflowState['status'],
    ...unpackWorkflowFixed(json(row, 'fixed')),
    ...moving,
    ...present({ parentId: maybeText(row, 'parent_id'), output: maybeJson(row, 'output') }),
  } as WorkflowState;
}

/** `entries` is how many entries of a running attempt are stored. */
export function toTask(row: TextRow, entries: number): TaskState {
  const executionId = text(row, 'execution_id') as ExecutionId;
  const status = text(row, 'status') as TaskState['status'];
  return {
    id: text(row, 'id') as TaskId,
    orgId: text(row, 'org_id') as OrgId,
    kind: text(row, 'kind'),
    queue: text(row, 'queue'),
    input: json(row, 'input'),
    metadata: metadataOf(maybeJson(row, 'metadata')),
    createdAt: number(row, 'created_at'),
    scheduledSequence: number(row, 'scheduled_sequence'),
    executionCount: number(row, 'execution_count'),
    status,
    ...unpackTaskFixed(json(row, 'fixed')),
    ...unpackTaskMoving(json(row, 'state')),
    ...present({
      workflowExecutionId: text(row, 'id') === executionId ? undefined : executionId,
      progress: maybeNumber(row, 'progress'),
      progressDetails: maybeQuoted(row, 'progress_details'),
      lastHeartbeatAt: maybeNumber(row, 'last_heartbeat_at'),
      entries: status === 'RUNNING' ? entries : undefined,
      output: maybeJson(row, 'output'),
    }),
  } as TaskState;
}

export function toWait(row: TextRow): Wait {
  const fixed = { key: text(row, 'key'), sequence: number(row, 'sequence'), open: row['open'] === 't' };
  const dueAt = present({ dueAt: maybeNumber(row, 'due_at') });
  const type = wordOf(waitTypes, number(row, 'type'));
  switch (type) {
    case 'timer':
      return { ...fixed, type, dueAt: number(row, 'due_at') };
    case 'promise':
      return {
        ...fixed,
        type,
        name: maybeText(row, 'name') ?? fixed.key,
        promiseId: text(row, 'promise_id'),
        ...dueAt,
      };
    case 'child':
      return { ...fixed, type, ...unpackChild(json(row, 'child')) };
  }
}

/** An entry of the stream of a family, with its place there. */
export function toFamilyEntry(row: TextRow, rootId: ExecutionId): StreamEntry {
  const entry = toEntry(row, text(row, 'execution_id') as ExecutionId, rootId);
  return { ...entry, inFamily: { epoch: text(row, 'root_epoch'), seq: number(row, 'root_seq') } };
}

/** Late readers take streams of many thousand entries, so this one is written for speed. */
export function toEntry(row: TextRow, executionId: ExecutionId, rootId: ExecutionId): StreamEntry {
  const { task_id: taskId, attempt, ordinal } = row;
  const entry: { -readonly [Key in keyof StreamEntry]: StreamEntry[Key] } = {
    executionId,
    rootId,
    epoch: text(row, 'epoch'),
    seq: number(row, 'seq'),
    kind: entryKind(number(row, 'kind')),
    event: json(row, 'event'),
    timestampMs: number(row, 'at'),
  };
  if (typeof taskId === 'string') entry.taskId = taskId as TaskId;
  if (typeof attempt === 'string') entry.attempt = Number(attempt);
  if (typeof ordinal === 'string') entry.ordinal = Number(ordinal);
  if (row['terminal'] === 't') entry.terminal = true;
  return entry;
}

export function toRecordedEvent(row: TextRow): RecordedEvent {
  return {
    sequence: number(row, 'sequence'),
    type: text(row, 'type'),
    data: json(row, 'data'),
    timestampMs: number(row, 'at'),
  };
}

export function toAttempt(row: TextRow): EndedAttempt {
  return {
    taskId: text(row, 'task_id') as TaskId,
    attempt: number(row, 'attempt'),
    startedAt: number(row, 'started_at'),
    finishedAt: number(row, 'finished_at'),
    status: text(row, 'status') as EndedAttempt['status'],
    error: quoted(row, 'error'),
    workerId: text(row, 'worker_id'),
  };
}

export function toLog(row: TextRow): StoredLog {
  return {
    id: text(row, 'id'),
    taskId: text(row, 'task_id') as TaskId,
    attempt: number(row, 'attempt'),
    level: text(row, 'level') as StoredLog['level'],
    message: quoted(row, 'message'),
    timestampMs: number(row, 'at'),
  };
}

/** Of the key `t`. */
export const keySelect = `
  t.org_id, t.key, t.target, t.target_id, t.expires_at, t.fingerprint, convert_from(t.reply, 'UTF8') as reply`;

export function toKey(row: TextRow): IdempotencyKey {
  return {
    orgId: text(row, 'org_id') as OrgId,
    key: text(row, 'key'),
    target: text(row, 'target') as IdempotencyKey['target'],
    targetId: text(row, 'target_id'),
    expiresAt: number(row, 'expires_at'),
    ...requestOf(row),
  };
}

function requestOf(row: TextRow): Pick<IdempotencyKey, 'request'> {
  const [fingerprint, reply] = [maybeText(row, 'fingerprint'), maybeJson(row, 'reply')];
  return fingerprint === undefined || reply === undefined ? {} : { request: { fingerprint, reply } };
}

export function toLease(row: TextRow): SessionLease {
  return {
    id: text(row, 'id') as SessionId,
    orgId: text(row, 'org_id') as OrgId,
    workerId: text(row, 'worker_id'),
    workerName: text(row, 'worker_name'),
    leaseUntil: number(row, 'lease_until'),
  };
}

export function toOrganisation(row: TextRow): Organisation {
  return {
    id: text(row, 'id') as OrgId,
    slug: text(row, 'slug'),
    name: text(row, 'name'),
    tier: text(row, 'tier'),
    ...present({ region: maybeText(row, 'region') }),
    createdAt: number(row, 'created_at'),
  };
}
