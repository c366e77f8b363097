import type { SuspendType, WaitingOn } from '@flovyn/events';
import type { Json } from './json.js';

/** The durable facts of one execution: what replay is made from. Member names are the keys of the stored JSON object. */
export type HistoryEvent =
  | { readonly type: 'WORKFLOW_STARTED'; readonly input: Json }
  | {
      readonly type: 'TASK_SCHEDULED';
      readonly taskExecutionId: string;
      readonly kind: string;
      readonly input: Json;
      readonly queue: string;
      readonly maxRetries: number;
      readonly timeoutMs?: number | undefined;
      readonly idempotencyKey?: string | undefined;
    }
  | { readonly type: 'TASK_COMPLETED'; readonly taskExecutionId: string; readonly kind: string; readonly output: Json }
  | {
      readonly type: 'TASK_FAILED';
      readonly taskExecutionId: string;
      readonly kind: string;
      readonly error: string;
      readonly retryable: boolean;
      readonly cancelled?: true;
    }
  | {
      readonly type: 'TASK_CANCELLED';
      readonly taskExecutionId: string;
      readonly kind: string;
      readonly reason: string;
    }
  | { readonly type: 'TIMER_STARTED'; readonly timerId: string; readonly durationMs: number; readonly fireAtMs: number }
  | { readonly type: 'TIMER_FIRED'; readonly timerId: string }
  | { readonly type: 'TIMER_CANCELLED'; readonly timerId: string }
  | {
      readonly type: 'PROMISE_CREATED';
      readonly promiseId: string;
      readonly promiseName: string;
      readonly timeoutMs?: number;
      readonly idempotencyKey?: string;
    }
  | {
      readonly type: 'PROMISE_RESOLVED';
      readonly promiseId: string;
      readonly promiseName: string;
      readonly value: Json;
    }
  | {
      readonly type: 'PROMISE_REJECTED';
      readonly promiseId: string;
      readonly promiseName: string;
      readonly error: string;
    }
  | { readonly type: 'PROMISE_TIMEOUT'; readonly promiseId: string; readonly promiseName: string }
  | {
      readonly type: 'CHILD_WORKFLOW_INITIATED';
      readonly childExecutionName: string;
      readonly childWorkflowKind: string;
      readonly childExecutionId: string;
      readonly input: Json;
      readonly queue: string;
    }
  | { readonly type: 'CHILD_WORKFLOW_STARTED'; readonly childExecutionName: string; readonly childExecutionId: string }
  | {
      readonly type: 'CHILD_WORKFLOW_COMPLETED';
      readonly childExecutionName: string;
      readonly childExecutionId: string;
      readonly output: Json;
    }
  | {
      readonly type: 'CHILD_WORKFLOW_FAILED';
      readonly childExecutionName: string;
      readonly childExecutionId: string;
      readonly error: string;
      /** It did not fail by itself. */
      readonly cancelled?: true | undefined;
    }
  | {
      readonly type: 'CHILD_WORKFLOW_CANCELLED';
      readonly childExecutionName: string;
      readonly childExecutionId: string;
      readonly reason: string;
    }
  | {
      readonly type: 'CHILD_WORKFLOW_CANCELLATION_REQUESTED';
      readonly childExecutionName: string;
      readonly childExecutionId: string;
      readonly reason: string;
    }
  | {
      readonly type: 'CHILD_WORKFLOW_CANCELLATION_FAILED';
      readonly childExecutionName: string;
      readonly childExecutionId: string;
      readonly error: string;
    }
  | {
      readonly type: 'CHILD_WORKFLOW_SIGNALLED';
      /** Empty when the child was not there any more. */
      readonly childExecutionName: string;
      readonly childExecutionId: string;
      readonly signalName: string;
      /** The child had ended: nobody got it. */
      readonly missed?: true | undefined;
    }
  | { readonly type: 'OPERATION_COMPLETED'; readonly operationName: string; readonly result: Json }
  | { readonly type: 'STATE_SET'; readonly key: string; readonly value: Json }
  | { readonly type: 'STATE_CLEARED'; readonly key: string }
  | {
      readonly type: 'SIGNAL_RECEIVED';
      readonly signalName: string;
      readonly signalValue: Json;
      readonly withStart?: true;
    }
  | { readonly type: 'CANCELLATION_REQUESTED'; readonly reason: string; readonly requestedBy: string }
  | {
      readonly type: 'WORKFLOW_SUSPENDED';
      readonly reason: string;
      readonly suspendType: SuspendType;
      readonly waitingOn: readonly WaitingOn[];
    }
  | { readonly type: 'WORKFLOW_COMPLETED'; readonly output: Json }
  | {
      readonly type: 'WORKFLOW_EXECUTION_FAILED';
      readonly error: string;
      readonly stackTrace: string;
      readonly failureType: string;
    }
  | { readonly type: 'WORKFLOW_CANCELLED'; readonly reason: string }
  | { readonly type: 'RETRY_REQUESTED'; readonly note: string; readonly previousError: string };

export type HistoryEventName = HistoryEvent['type'];

/** A fact as it stands in a history: numbered from 1 without holes, with its time, its data as the stored JSON object. */
export interface RecordedEvent {
  readonly sequence: number;
  readonly type: string;
  readonly data: Json;
  readonly timestampMs: number;
}
