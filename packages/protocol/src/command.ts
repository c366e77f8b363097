import type { WaitingOn } from '@flovyn/events';
import type { Json } from './json.js';

/** How long to wait before a task's next attempt: `min(initialDelayMs * multiplier^(n-1), maxDelayMs)` after failure n. */
export interface RetryPolicy {
  /** Attempts after the first one: 0 means a single attempt. From 0 to 1,000; 3 when nothing is said. */
  readonly maxRetries: number;
  /** Milliseconds; 0 repeats at once. */
  readonly initialDelayMs: number;
  /** Milliseconds, at most 24 hours. */
  readonly maxDelayMs: number;
  /** At least 1. */
  readonly multiplier: number;
}

/** What a workflow asks for. The commands of one turn are carried out together or not at all, in order. */
export type Command =
  | { readonly type: 'RECORD_OPERATION'; readonly operationName: string; readonly result: Json }
  | { readonly type: 'SET_STATE'; readonly key: string; readonly value: Json }
  | { readonly type: 'CLEAR_STATE'; readonly key: string }
  | ScheduleTask
  | { readonly type: 'START_TIMER'; readonly timerId: string; readonly durationMs: number }
  | { readonly type: 'CANCEL_TIMER'; readonly timerId: string }
  | {
      readonly type: 'CREATE_PROMISE';
      readonly promiseName: string;
      readonly timeoutMs?: number;
      readonly idempotencyKey?: string;
      readonly idempotencyKeyTtlSeconds?: number;
    }
  | { readonly type: 'RESOLVE_PROMISE'; readonly promiseName: string; readonly value: Json }
  | {
      readonly type: 'SCHEDULE_CHILD_WORKFLOW';
      readonly childExecutionName: string;
      readonly childWorkflowExecutionId: string;
      readonly kind: string;
      readonly input: Json;
      readonly queue: string;
      readonly prioritySeconds: number;
    }
  | {
      readonly type: 'REQUEST_CANCEL_CHILD_WORKFLOW';
      readonly childExecutionName: string;
      readonly childWorkflowExecutionId: string;
      readonly reason: string;
    }
  | { readonly type: 'REQUEST_CANCEL_TASK'; readonly taskExecutionId: string; readonly reason: string }
  | {
      readonly type: 'SIGNAL_CHILD_WORKFLOW';
      readonly childWorkflowExecutionId: string;
      readonly signalName: string;
      readonly signalValue: Json;
    }
  | { readonly type: 'REQUEST_CANCELLATION'; readonly reason: string };

export interface ScheduleTask {
  readonly type: 'SCHEDULE_TASK';
  /** Made by the worker, the same on every replay. */
  readonly taskExecutionId: string;
  readonly kind: string;
  readonly input: Json;
  /** Absent, empty or `default`: the queue of the execution. */
  readonly queue?: string;
  readonly retry?: Partial<RetryPolicy>;
  /** Milliseconds from creation until the task fails for good. */
  readonly timeoutMs?: number;
  readonly prioritySeconds?: number;
  readonly idempotencyKey?: string;
  readonly idempotencyKeyTtlSeconds?: number;
}

/** How a turn ended. */
export type Outcome =
  | { readonly type: 'COMPLETED'; readonly output: Json }
  | { readonly type: 'FAILED'; readonly error: string; readonly stackTrace: string; readonly failureType: string }
  | { readonly type: 'CANCELLED'; readonly reason: string }
  | { readonly type: 'SUSPENDED'; readonly reason: string; readonly waitingOn: readonly WaitingOn[] };

export type CommandType = Command['type'];
export type OutcomeType = Outcome['type'];
