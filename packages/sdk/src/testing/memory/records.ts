import type { WaitingOn } from '@flovyn/events';
import type { HistoryEventName } from '@flovyn/protocol';
import type { RawFact } from '../../replay/fact.js';
import { deserialize } from '../../serde.js';
import type { TestExecution } from './test-execution.js';
import type { TestTask } from './test-tasks.js';

/** A line of a history, in the words of `client.getWorkflowEvents`. */
export interface TestHistoryEvent {
  /** From 1, without holes. */
  readonly sequence: number;
  /** What has happened, such as `TASK_COMPLETED`. */
  readonly eventType: HistoryEventName;
  /** When, by the clock of the environment. */
  readonly timestamp: Date;
  /** The members of the fact; dates, `bigint` and bytes are what they were. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** How an execution stands, or ended. */
export type WorkflowEnding =
  | { readonly status: 'PENDING' }
  | { readonly status: 'WAITING'; readonly reason: string; readonly waitingOn: readonly WaitingOn[] }
  | { readonly status: 'COMPLETED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly failureType: string }
  | { readonly status: 'CANCELLED'; readonly reason: string };

/** A workflow execution of a test environment. */
export type WorkflowExecutionRecord = WorkflowEnding & {
  readonly workflowExecutionId: string;
  /** The name of its workflow. */
  readonly kind: string;
  readonly input: unknown;
  /** Of a child: the execution that started it. */
  readonly parentExecutionId: string | undefined;
};

/** How a task stands, or ended. */
export type TaskEnding =
  | { readonly status: 'PENDING' | 'RUNNING' }
  | { readonly status: 'COMPLETED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly retryable: boolean }
  | { readonly status: 'CANCELLED'; readonly reason: string };

/** A task execution of a test environment. */
export type TaskExecutionRecord = TaskEnding & {
  readonly taskExecutionId: string;
  /** The name of its task. */
  readonly kind: string;
  readonly input: unknown;
  /** How often its code was begun, or its given result taken. */
  readonly attempts: number;
  /** Absent for `executeTask`. */
  readonly workflowExecutionId: string | undefined;
};

export function toHistoryEvent({ sequence, type, data, timestampMs }: RawFact): TestHistoryEvent {
  return {
    sequence,
    eventType: type as HistoryEventName,
    timestamp: new Date(timestampMs),
    data: deserialize<Record<string, unknown>>(data),
  };
}

export function toWorkflowRecord(execution: TestExecution): WorkflowExecutionRecord {
  return {
    workflowExecutionId: execution.id,
    kind: execution.kind,
    input: deserialize(execution.input),
    parentExecutionId: execution.parent?.execution.id,
    ...toWorkflowEnding(execution.outcome),
  };
}

export function toWorkflowEnding(outcome: TestExecution['outcome']): WorkflowEnding {
  switch (outcome?.type) {
    case undefined:
      return { status: 'PENDING' };
    case 'SUSPENDED':
      return { status: 'WAITING', reason: outcome.reason, waitingOn: outcome.waitingOn };
    case 'COMPLETED':
      return { status: 'COMPLETED', output: deserialize(outcome.output) };
    case 'FAILED':
      return { status: 'FAILED', error: outcome.error, failureType: outcome.failureType };
    case 'CANCELLED':
      return { status: 'CANCELLED', reason: outcome.reason };
  }
}

export function toTaskRecord({ id, kind, input, attempts, workflowExecutionId, state }: TestTask): TaskExecutionRecord {
  const task = { taskExecutionId: id, kind, input: deserialize(input), attempts, workflowExecutionId };
  return state.status === 'COMPLETED'
    ? { ...task, ...state, output: deserialize(state.output) }
    : { ...task, ...state };
}
