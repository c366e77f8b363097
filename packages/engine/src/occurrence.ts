import type { SuspendType, WaitingOn } from '@flovyn/events';
import type { Json } from '@flovyn/protocol';
import type { NewWorkflow, TurnClaim, Claim } from './execution/state.js';
import type { TaskId } from './ids.js';
import type { NewTask } from './task/state.js';

/**
 * Everything that can happen to an execution, in the past tense. Decisions answer with occurrences; from them, and from
 * nothing else, follow the new state (`evolve`), the history (`record`), the news (`announce`) and the rows.
 */
export type Occurrence = WorkflowOccurrence | TaskOccurrence;

export type WorkflowOccurrence =
  | { readonly type: 'WORKFLOW_CREATED'; readonly workflow: NewWorkflow }
  | { readonly type: 'WORKFLOW_CLAIMED'; readonly claim: TurnClaim }
  | { readonly type: 'WORKFLOW_SPECULATED'; readonly sequence: number }
  | { readonly type: 'WORKFLOW_RELEASED'; readonly reason: string }
  | { readonly type: 'WORKFLOW_WOKEN' }
  | {
      readonly type: 'WORKFLOW_SUSPENDED';
      readonly turnId: string;
      readonly reason: string;
      readonly suspendType: SuspendType;
      readonly waitingOn: readonly WaitingOn[];
    }
  | { readonly type: 'WORKFLOW_COMPLETED'; readonly turnId: string; readonly output: Json }
  | {
      readonly type: 'WORKFLOW_FAILED';
      readonly turnId: string;
      readonly error: string;
      readonly stackTrace: string;
      readonly failureType: string;
    }
  | { readonly type: 'WORKFLOW_CANCELLED'; readonly turnId: string; readonly reason: string }
  | { readonly type: 'OPERATION_COMPLETED'; readonly operationName: string; readonly result: Json }
  | { readonly type: 'STATE_SET'; readonly key: string; readonly value: Json }
  | { readonly type: 'STATE_CLEARED'; readonly key: string };

export type TaskOccurrence =
  | { readonly type: 'TASK_CREATED'; readonly taskId: TaskId; readonly task: NewTask }
  | { readonly type: 'TASK_DUE'; readonly taskId: TaskId }
  | { readonly type: 'TASK_CLAIMED'; readonly taskId: TaskId; readonly claim: Claim }
  | {
      /** An attempt ended badly and another one will be made. */
      readonly type: 'TASK_ATTEMPT_FAILED';
      readonly taskId: TaskId;
      readonly error: string;
      readonly dueAt?: number;
      readonly endedBy?: string;
    }
  | { readonly type: 'TASK_COMPLETED'; readonly taskId: TaskId; readonly output: Json; readonly endedBy?: string }
  | {
      readonly type: 'TASK_FAILED';
      readonly taskId: TaskId;
      readonly error: string;
      readonly retryable: boolean;
      /** The token with which the holder itself said so: its repeat is recognised. Absent when others ended it. */
      readonly endedBy?: string;
    }
  | { readonly type: 'TASK_CANCELLED'; readonly taskId: TaskId; readonly reason: string; readonly endedBy?: string }
  | { readonly type: 'TASK_REOPENED'; readonly taskId: TaskId; readonly note: string }
  | { readonly type: 'TASK_OUTPUT'; readonly taskId: TaskId; readonly output: readonly TaskOutput[] }
  | { readonly type: 'TASK_LOGGED'; readonly taskId: TaskId; readonly log: TaskLog }
  | { readonly type: 'TASK_HEARTBEAT'; readonly taskId: TaskId };

/** One stream event of a running attempt. */
export interface TaskOutput {
  readonly kind: 'token' | 'progress' | 'data' | 'error';
  /** The event's canonical JSON text. */
  readonly event: Json;
  /** When the task said it. */
  readonly timestampMs: number;
  /** Present on `progress`: what the task's own record shows. */
  readonly progress?: number;
  readonly details?: string;
}

export interface TaskLog {
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  readonly timestampMs: number;
}
