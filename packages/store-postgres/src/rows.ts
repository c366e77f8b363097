import type {
  Claim,
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
  TurnClaim,
  WorkflowState,
} from '@flovyn/engine';
import type { SuspendType, WaitingOn } from '@flovyn/events';
import { type RecordedEvent, type RetryPolicy, fromJson } from '@flovyn/protocol';
import { entryKind } from './statements/log.js';
import { type TextRow, json, maybeNumber, maybeQuoted, maybeText, number, present, quoted, text } from './text-row.js';

/** Columns of an execution, for the alias `e`. */
export const executionSelect = `
  e.id, e.org_id, e.root_id, e.parent_id, e.version, e.sequence, e.epoch_base, e.epoch, e.life, e.created_at,
  e.priority_seconds, e.kind, e.queue, e.workflow_version, e.idempotency_key, convert_from(e.input, 'UTF8') as input,
  convert_from(e.metadata, 'UTF8') as metadata, e.status, e.updated_at, e.started_at, e.completed_at, e.wake_sequence,
  e.claimed_sequence, e.speculative_sequence, e.last_turn_sequence, e.last_turn_id, e.claim_session, e.holder,
  e.claim_worker, e.claim_token, e.suspend_type, convert_from(e.waiting_on, 'UTF8') as waiting_on,
  convert_from(e.outcome, 'UTF8') as outcome`;

/** Columns of a task, for the alias `t`. */
export const taskSelect = `
  t.id, t.execution_id, t.org_id, t.created_at, t.scheduled_sequence, t.timeout_ms, t.priority_seconds, t.kind, t.queue, t.idempotency_key,
  convert_from(t.input, 'UTF8') as input, convert_from(t.metadata, 'UTF8') as metadata,
  convert_from(t.retry, 'UTF8') as retry, t.status, t.execution_count, t.started_at, t.due_at, t.attempt_started_at,
  t.completed_at, t.last_heartbeat_at, t.attempt_from_seq, t.progress, t.claim_session, t.claim_worker, t.claim_token,
  t.attempt_from_epoch, t.last_token, t.worker_id, convert_from(t.progress_details, 'UTF8') as progress_details,
  convert_from(t.outcome, 'UTF8') as outcome`;

/** Columns of a stream entry. */
export const entrySelect = `
  seq, at, attempt, ordinal, kind, terminal, task_id, epoch, convert_from(event, 'UTF8') as event`;

export function toLoadedExecution(row: TextRow, seq: number, tasks: readonly TaskState[]): LoadedExecution {
  return {
    id: text(row, 'id') as ExecutionId,
    orgId: text(row, 'org_id') as OrgId,
    rootId: text(row, 'root_id') as ExecutionId,
    version: number(row, 'version'),
    sequence: number(row, 'sequence'),
    seq,
    epoch: text(row, 'epoch'),
    epochBase: number(row, 'epoch_base'),
    life: text(row, 'life'),
    workflow: maybeText(row, 'kind') === undefined ? undefined : toWorkflow(row),
    tasks,
  };
}

export function toWorkflow(row: TextRow): WorkflowState {
  const turnId = maybeText(row, 'last_turn_id');
  const common = {
    id: text(row, 'id') as ExecutionId,
    orgId: text(row, 'org_id') as OrgId,
    rootId: text(row, 'root_id') as ExecutionId,
    kind: text(row, 'kind'),
    queue: text(row, 'queue'),
    input: json(row, 'input'),
    metadata: json(row, 'metadata'),
    prioritySeconds: number(row, 'priority_seconds'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
    wakeSequence: number(row, 'wake_sequence'),
    ...present({
      workflowVersion: maybeText(row, 'workflow_version'),
      parentId: maybeText(row, 'parent_id') as ExecutionId | undefined,
      idempotencyKey: maybeText(row, 'idempotency_key'),
      startedAt: maybeNumber(row, 'started_at'),
      holder: maybeText(row, 'holder') as SessionId | undefined,
      lastTurn: turnId === undefined ? undefined : { turnId, sequence: number(row, 'last_turn_sequence') },
    }),
  };
  const status = text(row, 'status') as WorkflowState['status'];
  switch (status) {
    case 'PENDING':
      return { ...common, status };
    case 'RUNNING':
      return { ...common, status, claim: toTurnClaim(row) };
    case 'WAITING':
      return {
        ...common,
        status,
        reason: quoted(row, 'outcome'),
        suspendType: text(row, 'suspend_type') as SuspendType,
        waitingOn: fromJson(json(row, 'waiting_on')) as WaitingOn[],
      };
    case 'COMPLETED':
      return { ...common, status, output: json(row, 'outcome'), completedAt: number(row, 'completed_at') };
    case 'FAILED':
      return { ...common, status, error: quoted(row, 'outcome'), completedAt: number(row, 'completed_at') };
    case 'CANCELLED':
      return { ...common, status, reason: quoted(row, 'outcome'), completedAt: number(row, 'completed_at') };
  }
}

function toClaim(row: TextRow): Claim {
  return {
    sessionId: text(row, 'claim_session') as SessionId,
    workerId: text(row, 'claim_worker'),
    token: text(row, 'claim_token'),
  };
}

function toTurnClaim(row: TextRow): TurnClaim {
  return {
    ...toClaim(row),
    claimedSequence: number(row, 'claimed_sequence'),
    ...present({ speculativeSequence: maybeNumber(row, 'speculative_sequence') }),
  };
}

/** `entries` is how many entries of a running attempt are stored. */
export function toTask(row: TextRow, entries: number): TaskState {
  const executionId = text(row, 'execution_id') as ExecutionId;
  const fromEpoch = maybeText(row, 'attempt_from_epoch');
  const attemptStartedAt = maybeNumber(row, 'attempt_started_at');
  const common = {
    id: text(row, 'id') as TaskId,
    orgId: text(row, 'org_id') as OrgId,
    kind: text(row, 'kind'),
    queue: text(row, 'queue'),
    input: json(row, 'input'),
    metadata: json(row, 'metadata'),
    retry: fromJson(json(row, 'retry')) as RetryPolicy,
    prioritySeconds: number(row, 'priority_seconds'),
    createdAt: number(row, 'created_at'),
    scheduledSequence: number(row, 'scheduled_sequence'),
    executionCount: number(row, 'execution_count'),
    ...present({
      workflowExecutionId: text(row, 'id') === executionId ? undefined : executionId,
      timeoutMs: maybeNumber(row, 'timeout_ms'),
      idempotencyKey: maybeText(row, 'idempotency_key'),
      startedAt: maybeNumber(row, 'started_at'),
      progress: maybeNumber(row, 'progress'),
      progressDetails: maybeQuoted(row, 'progress_details'),
      lastHeartbeatAt: maybeNumber(row, 'last_heartbeat_at'),
      attemptFrom: fromEpoch === undefined ? undefined : { epoch: fromEpoch, seq: number(row, 'attempt_from_seq') },
      lastToken: maybeText(row, 'last_token'),
      workerId: maybeText(row, 'worker_id'),
    }),
  };
  const status = text(row, 'status') as TaskState['status'];
  switch (status) {
    case 'PENDING':
      return {
        ...common,
        status,
        ...present({ dueAt: maybeNumber(row, 'due_at'), error: maybeQuoted(row, 'outcome') }),
      };
    case 'RUNNING':
      return { ...common, status, claim: toClaim(row), attemptStartedAt: number(row, 'attempt_started_at'), entries };
    case 'COMPLETED':
      return { ...common, status, output: json(row, 'outcome'), ...ended(row, attemptStartedAt) };
    case 'FAILED':
      return { ...common, status, error: quoted(row, 'outcome'), ...ended(row, attemptStartedAt) };
    case 'CANCELLED':
      return { ...common, status, reason: quoted(row, 'outcome'), ...ended(row, attemptStartedAt) };
  }
}

function ended(row: TextRow, attemptStartedAt: number | undefined) {
  return { completedAt: number(row, 'completed_at'), ...present({ attemptStartedAt }) };
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

export function toKey(row: TextRow): IdempotencyKey {
  return {
    orgId: text(row, 'org_id') as OrgId,
    key: text(row, 'key'),
    target: text(row, 'target') as IdempotencyKey['target'],
    targetId: text(row, 'target_id'),
    expiresAt: number(row, 'expires_at'),
  };
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
    createdAt: number(row, 'created_at'),
  };
}
