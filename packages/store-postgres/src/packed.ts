import type { Claim, ExecutionWrite, SessionId, TaskState, TurnClaim, WorkflowState } from '@flovyn/engine';
import type { SuspendType, WaitingOn } from '@flovyn/events';
import { type Json, toJson } from '@flovyn/protocol';

// What SQL never looks at travels and is stored as one JSON text per row, not as a column per member: each column costs
// PostgreSQL about as much as a short row. Members are named one by one, because taking the others away from a record
// costs more than printing what stays. Those that a status does not have are undefined, and JSON leaves them out.

/** Every member has to be named; one without a value is undefined. */
type Members<Record> = { readonly [Key in keyof Required<Record>]: Record[Key] | undefined };

/** What a workflow is from its first moment to its last. */
export type WorkflowFixed = Pick<WorkflowState, 'parentId' | 'prioritySeconds' | 'workflowVersion' | 'idempotencyKey'>;

/** What moves with a workflow: its members of any status, but not the status, which is a column, nor the output. */
export interface WorkflowMoving {
  readonly updatedAt: number;
  readonly startedAt?: number | undefined;
  readonly completedAt?: number;
  readonly holder?: SessionId | undefined;
  readonly wakeSequence: number;
  readonly lastTurn?: WorkflowState['lastTurn'];
  readonly claim?: TurnClaim;
  readonly reason?: string;
  readonly error?: string;
  readonly suspendType?: SuspendType;
  readonly waitingOn?: readonly WaitingOn[];
}

/** What moves with an execution; one without a workflow is the frame of a standalone task. */
export interface ExecutionMoving extends Pick<ExecutionWrite, 'epoch' | 'epochBase' | 'life'> {
  readonly workflow?: WorkflowMoving | undefined;
}

/** What a task is from its first moment to its last. */
export type TaskFixed = Pick<TaskState, 'retry' | 'timeoutMs' | 'prioritySeconds' | 'idempotencyKey'>;

/** What moves with a task: as with workflows, without what its signs of life change. */
export interface TaskMoving {
  readonly startedAt?: number | undefined;
  readonly dueAt?: number;
  readonly attemptStartedAt?: number;
  readonly completedAt?: number;
  readonly attemptFrom?: TaskState['attemptFrom'];
  readonly claim?: Claim;
  readonly lastToken?: string | undefined;
  readonly workerId?: string | undefined;
  readonly error?: string;
  readonly reason?: string;
}

export function packWorkflowFixed(workflow: WorkflowState): Json {
  const { parentId, prioritySeconds, workflowVersion, idempotencyKey } = workflow;
  const fixed: Members<WorkflowFixed> = { parentId, prioritySeconds, workflowVersion, idempotencyKey };
  return toJson(fixed);
}

export function packExecutionMoving({ epoch, epochBase, life, workflow }: ExecutionWrite): Json {
  return toJson({ epoch, epochBase, life, workflow: workflow && workflowMoving(workflow) });
}

function workflowMoving(workflow: WorkflowMoving): Members<WorkflowMoving> {
  return {
    updatedAt: workflow.updatedAt,
    startedAt: workflow.startedAt,
    completedAt: workflow.completedAt,
    holder: workflow.holder,
    wakeSequence: workflow.wakeSequence,
    lastTurn: workflow.lastTurn,
    claim: workflow.claim,
    reason: workflow.reason,
    error: workflow.error,
    suspendType: workflow.suspendType,
    waitingOn: workflow.waitingOn,
  };
}

export function packTaskFixed(task: TaskState): Json {
  const { retry, timeoutMs, prioritySeconds, idempotencyKey } = task;
  const fixed: Members<TaskFixed> = { retry, timeoutMs, prioritySeconds, idempotencyKey };
  return toJson(fixed);
}

export function packTaskMoving(task: TaskState): Json {
  return toJson(taskMoving(task));
}

function taskMoving(task: TaskMoving): Members<TaskMoving> {
  return {
    startedAt: task.startedAt,
    dueAt: task.dueAt,
    attemptStartedAt: task.attemptStartedAt,
    completedAt: task.completedAt,
    attemptFrom: task.attemptFrom,
    claim: task.claim,
    lastToken: task.lastToken,
    workerId: task.workerId,
    error: task.error,
    reason: task.reason,
  };
}

const noMetadata = '{}' as Json;

/** Null in the place of no metadata: most have none, and a column without any value costs next to nothing. */
export function metadataColumn(of: { readonly metadata: Json } | undefined): Json | undefined {
  return of?.metadata === noMetadata ? undefined : of?.metadata;
}

export function metadataOf(column: Json | undefined): Json {
  return column ?? noMetadata;
}
