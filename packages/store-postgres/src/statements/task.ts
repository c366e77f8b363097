import type { EndedAttempt, TaskLogRow, TaskSign, TaskWrite } from '@flovyn/engine';
import { type Json, toJson } from '@flovyn/protocol';
import { type Column, bytes, float8, int4, int8, text, uuid } from '../lane/columns.js';
import { metadataColumn, packTaskFixed, packTaskMoving } from '../packed.js';
import { guardedUpdate, insert, statementOf } from './shapes.js';

const id: Column<TaskWrite> = uuid('id', ({ task }) => task.id);

const movingColumns: readonly Column<TaskWrite>[] = [
  text('status', ({ task }) => task.status),
  int4('execution_count', ({ task }) => task.executionCount),
  int8('attempt_from_seq', ({ task }) => task.attemptFrom?.seq),
  uuid('claim_session', ({ task }) => (task.status === 'RUNNING' ? task.claim.sessionId : undefined)),
  float8('progress', ({ task }) => task.progress),
  bytes('progress_details', ({ task }) => optionalJson(task.progressDetails)),
  int8('last_heartbeat_at', ({ task }) => task.lastHeartbeatAt),
  bytes('state', ({ task }) => packTaskMoving(task)),
  bytes('output', ({ task }) => (task.status === 'COMPLETED' ? task.output : undefined)),
];

const fixedColumns: readonly Column<TaskWrite>[] = [
  uuid('execution_id', (row) => row.executionId),
  uuid('org_id', ({ task }) => task.orgId),
  int8('created_at', ({ task }) => task.createdAt),
  int8('scheduled_sequence', ({ task }) => task.scheduledSequence),
  text('kind', ({ task }) => task.kind),
  text('queue', ({ task }) => task.queue),
  bytes('input', ({ task }) => task.input),
  bytes('metadata', ({ task }) => metadataColumn(task)),
  bytes('fixed', ({ task }) => packTaskFixed(task)),
];

export const insertTasks = insert('insert_tasks', 'task', [id, ...fixedColumns, ...movingColumns]);

/** Guarded by the version of the execution that stands in the same batch. */
export const updateTasks = guardedUpdate('update_tasks', 'task', [id], movingColumns);

const signColumns: readonly Column<TaskSign>[] = [
  uuid('id', (row) => row.taskId),
  int4('attempt', (row) => row.attempt),
  float8('progress', (row) => row.progress),
  bytes('progress_details', (row) => optionalJson(row.progressDetails)),
  int8('last_heartbeat_at', (row) => row.lastHeartbeatAt),
];

/** Meets no row, and raises nothing, when the attempt is over. */
export const signTasks = statementOf(
  'sign_tasks',
  signColumns,
  (rows) => `
    update flovyn.task as t set
      progress = coalesce(n.progress, t.progress),
      progress_details = coalesce(n.progress_details, t.progress_details),
      last_heartbeat_at = coalesce(n.last_heartbeat_at, t.last_heartbeat_at)
    from (${rows}) as n
    where t.id = n.id and t.execution_count = n.attempt and t.status = 'RUNNING'`,
);

export const insertAttempts = insert<EndedAttempt>('insert_attempts', 'task_attempt', [
  uuid('task_id', (row) => row.taskId),
  int4('attempt', (row) => row.attempt),
  int8('started_at', (row) => row.startedAt),
  int8('finished_at', (row) => row.finishedAt),
  text('status', (row) => row.status),
  text('worker_id', (row) => row.workerId),
  bytes('error', (row) => toJson(row.error)),
]);

export const insertLogs = insert<TaskLogRow>('insert_logs', 'task_log', [
  uuid('task_id', (row) => row.taskId),
  int8('at', (row) => row.timestampMs),
  int4('attempt', (row) => row.attempt),
  text('level', (row) => row.level),
  bytes('message', (row) => toJson(row.message)),
]);

function optionalJson(value: string | undefined): Json | undefined {
  return value === undefined ? undefined : toJson(value);
}
