import {
  type EndedAttempt,
  type Organisation,
  type Page,
  type Position,
  type StoredLog,
  type TaskRecord,
  type TaskState,
  type WorkflowRecord,
  type WorkflowState,
  publicStatus,
} from '@flovyn/engine';
import { formatCursor } from '@flovyn/events';
import { type Json, type RecordedEvent, joinJson, toJson } from '@flovyn/protocol';

// How records look on the wire. Payloads are JSON text already and are put in as they are.

export function workflowView({ workflow, sequence, asOf }: WorkflowRecord): Json {
  const status = publicStatus(workflow);
  const isWaiting = workflow.status === 'WAITING' && status === 'WAITING';
  return joinJson(
    {
      id: workflow.id,
      orgId: workflow.orgId,
      kind: workflow.kind,
      workflowKind: workflow.kind,
      status,
      suspendType: isWaiting ? workflow.suspendType : null,
      waitingOn: isWaiting ? workflow.waitingOn : null,
      queue: workflow.queue,
      error: workflowError(workflow),
      workflowVersion: workflow.workflowVersion ?? null,
      currentSequence: sequence,
      parentWorkflowExecutionId: workflow.parentId ?? null,
      childExecutionName: workflow.childName ?? null,
      workerId: workflow.status === 'RUNNING' ? workflow.claim.workerId : null,
      prioritySeconds: workflow.prioritySeconds,
      createdAt: timestamp(workflow.createdAt),
      startedAt: timestamp(workflow.startedAt),
      completedAt: 'completedAt' in workflow ? timestamp(workflow.completedAt) : null,
      updatedAt: timestamp(workflow.updatedAt),
      asOf: formatCursor(asOf),
    },
    {
      input: workflow.input,
      output: workflow.status === 'COMPLETED' ? workflow.output : undefined,
      metadata: workflow.metadata,
    },
  );
}

function workflowError(workflow: WorkflowState): string | null {
  if (workflow.status === 'FAILED') return workflow.error;
  return workflow.status === 'CANCELLED' ? workflow.reason : null;
}

/** A child, as its parent knows it. */
export function childView({ workflow }: WorkflowRecord): Json {
  return toJson({
    childWorkflowExecutionId: workflow.id,
    childExecutionName: workflow.childName ?? null,
    kind: workflow.kind,
    status: publicStatus(workflow),
    createdAt: timestamp(workflow.createdAt),
  });
}

export function taskView({ task, asOf }: TaskRecord): Json {
  return joinJson(
    {
      id: task.id,
      orgId: task.orgId,
      kind: task.kind,
      status: task.status,
      queue: task.queue,
      executionCount: task.executionCount,
      maxRetries: task.retry.maxRetries,
      progress: task.progress ?? null,
      progressDetails: task.progressDetails ?? null,
      error: taskError(task),
      workerId: (task.status === 'RUNNING' ? task.claim.workerId : task.workerId) ?? null,
      workflowExecutionId: task.workflowExecutionId ?? null,
      scheduledAt: timestamp(task.status === 'PENDING' ? task.dueAt : undefined),
      createdAt: timestamp(task.createdAt),
      startedAt: timestamp(task.startedAt),
      completedAt: 'completedAt' in task ? timestamp(task.completedAt) : null,
      lastHeartbeatAt: timestamp(task.lastHeartbeatAt),
      asOf: formatCursor(asOf),
      attemptFrom: task.attemptFrom === undefined ? null : formatCursor(task.attemptFrom),
    },
    {
      input: task.input,
      output: task.status === 'COMPLETED' ? task.output : undefined,
      metadata: task.metadata,
    },
  );
}

function taskError(task: TaskState): string | null {
  switch (task.status) {
    case 'PENDING':
      return task.error ?? null;
    case 'FAILED':
      return task.error;
    case 'CANCELLED':
      return task.reason;
    case 'RUNNING':
    case 'COMPLETED':
      return null;
  }
}

/** All attempts of a task: those that ended before, and the latest, which its own record describes. */
export function attemptsView(task: TaskState, ended: readonly EndedAttempt[]): Json {
  const earlier = ended.map((attempt) =>
    toJson({
      attempt: attempt.attempt,
      ...span(attempt.startedAt, attempt.finishedAt),
      status: attempt.status,
      error: attempt.error,
      workerId: attempt.workerId,
    }),
  );
  const latest = latestAttempt(task);
  return listOf(latest === undefined ? earlier : [...earlier, latest]);
}

function latestAttempt(task: TaskState): Json | undefined {
  if (task.status === 'PENDING' || task.attemptStartedAt === undefined) return undefined;
  const isRunning = task.status === 'RUNNING';
  return joinJson(
    {
      attempt: task.executionCount,
      ...span(task.attemptStartedAt, isRunning ? undefined : task.completedAt),
      status: task.status === 'FAILED' && task.timedOut === true ? 'TIMEOUT' : task.status,
      error: taskError(task),
      workerId: (isRunning ? task.claim.workerId : task.workerId) ?? null,
    },
    { output: task.status === 'COMPLETED' ? task.output : undefined },
  );
}

function span(startedAt: number, finishedAt: number | undefined): Readonly<Record<string, unknown>> {
  return {
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(finishedAt),
    durationMs: finishedAt === undefined ? null : finishedAt - startedAt,
  };
}

export function logView({ id, level, message, timestampMs }: StoredLog): Json {
  return toJson({ id, level, message, timestamp: timestamp(timestampMs) });
}

export function eventView({ sequence, type, data, timestampMs }: RecordedEvent): Json {
  const time = timestamp(timestampMs);
  return joinJson({ sequenceNumber: sequence, sequence, eventType: type, createdAt: time, timestamp: time }, { data });
}

/** One page of a list, under the name its rows go by. */
export function pageView<Row>(
  name: string,
  { rows, total, nextCursor }: Page<Row>,
  { limit, offset }: { readonly limit: number; readonly offset: number },
  view: (row: Row) => Json,
): Json {
  return joinJson({ total, limit, offset, nextCursor }, { [name]: listOf(rows.map(view)) });
}

export function stateView(values: ReadonlyMap<string, Json>, asOf: Position): Json {
  return joinJson({ asOf: formatCursor(asOf) }, { state: joinJson({}, Object.fromEntries(values)) });
}

export function orgView({ id, slug, name, tier, region, createdAt }: Organisation): Json {
  return toJson({ id, slug, name, tier, region: region ?? null, createdAt: timestamp(createdAt) });
}

export function listOf(items: readonly Json[]): Json {
  return `[${items.join(',')}]` as Json;
}

export function timestamp(milliseconds: number): string;
export function timestamp(milliseconds: number | undefined): string | null;
export function timestamp(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
