import type { SuspendType, WaitingOn } from '@flovyn/events';
import type { Json } from '@flovyn/protocol';
import type { NewWorkflow, TurnClaim, Claim } from './execution/state.js';
import type { ExecutionId, TaskId } from './ids.js';
import type { NewTask } from './task/state.js';

/**
 * Everything that can happen to an execution, in the past tense. Decisions answer with occurrences; from them, and from
 * nothing else, follow the new state (`evolve`), the history (`record`), the news (`announce`) and the rows.
 */
export type Occurrence = WorkflowOccurrence | TaskOccurrence | WaitOccurrence;

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
  | { readonly type: 'WORKFLOW_CANCELLED'; readonly turnId?: string; readonly reason: string }
  | { readonly type: 'WORKFLOW_CANCELLATION_REQUESTED'; readonly reason: string; readonly requestedBy: string }
  | { readonly type: 'WORKFLOW_REOPENED'; readonly note: string; readonly previousError: string }
  | {
      readonly type: 'SIGNAL_RECEIVED';
      readonly signalName: string;
      readonly signalValue: Json;
      readonly withStart?: true;
    }
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
      /** Its code was not to blame: it does not count against the policy. */
      readonly uncounted?: true;
    }
  | { readonly type: 'TASK_COMPLETED'; readonly taskId: TaskId; readonly output: Json; readonly endedBy?: string }
  | {
      readonly type: 'TASK_FAILED';
      readonly taskId: TaskId;
      readonly error: string;
      readonly retryable: boolean;
      /** Its time was over. */
      readonly timedOut?: true;
      /** The token with which the holder itself said so: its repeat is recognised. Absent when others ended it. */
      readonly endedBy?: string;
    }
  | { readonly type: 'TASK_CANCELLED'; readonly taskId: TaskId; readonly reason: string; readonly endedBy?: string }
  | { readonly type: 'TASK_REOPENED'; readonly taskId: TaskId; readonly note: string }
  /** An end that came while the execution was closed is told to its history now that it is open again. */
  | { readonly type: 'TASK_END_REPORTED'; readonly taskId: TaskId }
  | { readonly type: 'TASK_OUTPUT'; readonly taskId: TaskId; readonly output: readonly TaskOutput[] }
  | { readonly type: 'TASK_LOGGED'; readonly taskId: TaskId; readonly log: TaskLog }
  | { readonly type: 'TASK_HEARTBEAT'; readonly taskId: TaskId };

/** What happens to the timers, promises and children of a workflow execution. */
export type WaitOccurrence =
  | {
      readonly type: 'TIMER_STARTED';
      readonly timerId: string;
      readonly durationMs: number;
      readonly fireAtMs: number;
    }
  | { readonly type: 'TIMER_FIRED'; readonly timerId: string }
  | { readonly type: 'TIMER_CANCELLED'; readonly timerId: string }
  | ({
      readonly type: 'PROMISE_CREATED';
      readonly timeoutMs?: number;
      readonly timeoutAt?: number;
      readonly idempotencyKey?: string;
    } & NamedPromise)
  | ({ readonly type: 'PROMISE_RESOLVED'; readonly value: Json } & NamedPromise)
  | ({ readonly type: 'PROMISE_REJECTED'; readonly error: string } & NamedPromise)
  | ({ readonly type: 'PROMISE_TIMED_OUT' } & NamedPromise)
  | ({
      readonly type: 'CHILD_INITIATED';
      readonly input: Json;
      readonly queue: string;
      readonly prioritySeconds: number;
    } & NamedChild)
  | ({ readonly type: 'CHILD_STARTED' } & NamedChild)
  | ({ readonly type: 'CHILD_COMPLETED'; readonly output: Json } & NamedChild)
  | ({ readonly type: 'CHILD_FAILED'; readonly error: string; readonly cancelled?: true } & NamedChild)
  | ({ readonly type: 'CHILD_CANCELLATION_REQUESTED'; readonly reason: string } & NamedChild)
  | ({ readonly type: 'CHILD_CANCELLATION_FAILED'; readonly error: string } & NamedChild)
  | ({
      readonly type: 'CHILD_SIGNALLED';
      readonly signalName: string;
      readonly signalValue: Json;
      /** The child had ended: nobody gets it. */
      readonly missed?: true;
    } & NamedChild);

interface NamedPromise {
  /** The key of its wait. */
  readonly key: string;
  readonly promiseId: string;
  readonly promiseName: string;
}

interface NamedChild {
  readonly childId: ExecutionId;
  readonly childName: string;
  readonly kind: string;
}

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
