import type { StateEventPayload, TaskStatus, WorkflowStatus, Written } from '@flovyn/events';
import { invariant } from '@flovyn/protocol';
import { type WorkflowState, publicStatus } from './execution/state.js';
import type { Occurrence } from './occurrence.js';
import type { TaskState } from './task/state.js';

/** One piece of public news, as it is written. */
export type News = Written<StateEventPayload>;

/** What an occurrence happened to. */
export interface Affected {
  readonly workflow: WorkflowState | undefined;
  readonly task: TaskState | undefined;
}

/**
 * The public news of an occurrence; `undefined` where nobody outside is told, on purpose. Total over the occurrences: a
 * new one does not compile until it has an answer here, and nobody publishes news by another way.
 */
export function announce(before: Affected, occurrence: Occurrence, after: Affected, now: number): News | undefined {
  switch (occurrence.type) {
    case 'WORKFLOW_CREATED':
      return workflowNews('WORKFLOW_CREATED', workflowOf(after), now);
    case 'WORKFLOW_CLAIMED':
      // The first claim is the start; a later one follows a resumption that was announced, or a lost worker, which is
      // nobody's news.
      return before.workflow?.startedAt === undefined
        ? workflowNews('WORKFLOW_STARTED', workflowOf(after), now)
        : undefined;
    case 'WORKFLOW_WOKEN':
      return workflowNews('WORKFLOW_RESUMED', workflowOf(after), now);
    case 'WORKFLOW_SUSPENDED':
      return {
        type: 'Event',
        event: 'WORKFLOW_SUSPENDED',
        data: {
          ...workflowSnapshot(workflowOf(after)),
          suspendType: occurrence.suspendType,
          waitingOn: occurrence.waitingOn.map((wait) => ({ ...wait })),
        },
        timestampMs: now,
      };
    case 'WORKFLOW_COMPLETED':
      return workflowNews('WORKFLOW_COMPLETED', workflowOf(after), now);
    case 'WORKFLOW_FAILED':
      return {
        type: 'Event',
        event: 'WORKFLOW_FAILED',
        data: { ...workflowSnapshot(workflowOf(after)), error: occurrence.error },
        timestampMs: now,
      };
    case 'WORKFLOW_CANCELLED':
      return workflowNews('WORKFLOW_CANCELLED', workflowOf(after), now);
    case 'WORKFLOW_CANCELLATION_REQUESTED':
      return {
        type: 'Event',
        event: 'CANCELLATION_REQUESTED',
        data: { workflowExecutionId: workflowOf(after).id, reason: occurrence.reason },
        timestampMs: now,
      };
    case 'WORKFLOW_REOPENED':
      return {
        type: 'Event',
        event: 'RETRY_REQUESTED',
        data: { targetId: workflowOf(after).id, targetType: 'workflow', attempt: null },
        timestampMs: now,
      };
    case 'OPERATION_COMPLETED':
      return {
        type: 'Event',
        event: 'OPERATION_COMPLETED',
        data: { operationId: occurrence.operationName, result: occurrence.result },
        timestampMs: now,
      };
    case 'STATE_SET':
      return {
        type: 'Event',
        event: 'STATE_SET',
        data: { key: occurrence.key, value: occurrence.value },
        timestampMs: now,
      };
    case 'STATE_CLEARED':
      return { type: 'Event', event: 'STATE_CLEARED', data: { key: occurrence.key, value: null }, timestampMs: now };
    case 'TASK_CREATED':
      return taskNews('TASK_CREATED', taskOf(after), now);
    case 'TASK_CLAIMED':
      return taskNews('TASK_STARTED', taskOf(after), now);
    case 'TASK_COMPLETED':
      return taskNews('TASK_COMPLETED', taskOf(after), now);
    case 'TASK_CANCELLED':
      return taskNews('TASK_CANCELLED', taskOf(after), now);
    case 'TASK_ATTEMPT_FAILED':
    case 'TASK_FAILED':
      return {
        type: 'Event',
        event: 'TASK_FAILED',
        data: { ...taskSnapshot(taskOf(after)), error: occurrence.error },
        timestampMs: now,
      };
    case 'TASK_REOPENED':
      return {
        type: 'Event',
        event: 'RETRY_REQUESTED',
        data: { targetId: occurrence.taskId, targetType: 'task', attempt: taskOf(after).executionCount + 1 },
        timestampMs: now,
      };
    case 'TASK_END_REPORTED':
      return taskEndNews(taskOf(after), now);
    case 'TIMER_STARTED':
      return {
        type: 'Event',
        event: 'TIMER_STARTED',
        data: { timerId: occurrence.timerId, fireAtMs: occurrence.fireAtMs },
        timestampMs: now,
      };
    case 'TIMER_FIRED':
    case 'TIMER_CANCELLED':
      return {
        type: 'Event',
        event: occurrence.type,
        data: { timerId: occurrence.timerId, fireAtMs: null },
        timestampMs: now,
      };
    case 'PROMISE_CREATED':
      return {
        type: 'Event',
        event: 'PROMISE_CREATED',
        data: { promiseId: occurrence.promiseId, result: null, error: null },
        timestampMs: now,
      };
    case 'PROMISE_RESOLVED':
      return {
        type: 'Event',
        event: 'PROMISE_RESOLVED',
        data: { promiseId: occurrence.promiseId, result: occurrence.value, error: null },
        timestampMs: now,
      };
    case 'PROMISE_REJECTED':
      return {
        type: 'Event',
        event: 'PROMISE_REJECTED',
        data: { promiseId: occurrence.promiseId, result: null, error: occurrence.error },
        timestampMs: now,
      };
    case 'CHILD_INITIATED':
      return childNews('CHILD_WORKFLOW_INITIATED', occurrence, 'PENDING', now);
    case 'CHILD_STARTED':
      return childNews('CHILD_WORKFLOW_STARTED', occurrence, 'RUNNING', now);
    case 'CHILD_COMPLETED':
      return childNews('CHILD_WORKFLOW_COMPLETED', occurrence, 'COMPLETED', now);
    case 'CHILD_CANCELLATION_REQUESTED':
      return childNews('CHILD_WORKFLOW_CANCELLATION_REQUESTED', occurrence, 'CANCELLING', now);
    case 'CHILD_FAILED': {
      const status = occurrence.cancelled === true ? 'CANCELLED' : 'FAILED';
      return failedChildNews('CHILD_WORKFLOW_FAILED', occurrence, status, now);
    }
    case 'CHILD_CANCELLATION_FAILED':
      return failedChildNews('CHILD_WORKFLOW_CANCELLATION_FAILED', occurrence, null, now);
    // Version 1 of the contract has no events for these; readers see the execution resume.
    case 'SIGNAL_RECEIVED':
    case 'PROMISE_TIMED_OUT':
    // The child's own business.
    case 'CHILD_SIGNALLED':
    // A claim that changed hands, and a session's guess, are the engine's own business.
    case 'WORKFLOW_SPECULATED':
    case 'WORKFLOW_RELEASED':
    // Still PENDING to everybody outside.
    case 'TASK_DUE':
    // Output is its own entry; logs and heartbeats are read by REST.
    case 'TASK_OUTPUT':
    case 'TASK_LOGGED':
    case 'TASK_HEARTBEAT':
      return undefined;
  }
}

type PlainWorkflowNews =
  | 'WORKFLOW_CREATED'
  | 'WORKFLOW_STARTED'
  | 'WORKFLOW_RESUMED'
  | 'WORKFLOW_COMPLETED'
  | 'WORKFLOW_CANCELLED';
type PlainTaskNews = 'TASK_CREATED' | 'TASK_STARTED' | 'TASK_COMPLETED' | 'TASK_CANCELLED';

function workflowNews(event: PlainWorkflowNews, workflow: WorkflowState, now: number): News {
  return { type: 'Event', event, data: workflowSnapshot(workflow), timestampMs: now };
}

function taskNews(event: PlainTaskNews, task: TaskState, now: number): News {
  return { type: 'Event', event, data: taskSnapshot(task), timestampMs: now };
}

/** An end that is told late reads as if it had been told in time. */
function taskEndNews(task: TaskState, now: number): News | undefined {
  if (task.status === 'COMPLETED') return taskNews('TASK_COMPLETED', task, now);
  if (task.status === 'CANCELLED') return taskNews('TASK_CANCELLED', task, now);
  if (task.status !== 'FAILED') return undefined;
  return { type: 'Event', event: 'TASK_FAILED', data: { ...taskSnapshot(task), error: task.error }, timestampMs: now };
}

interface Child {
  readonly childId: string;
  readonly kind: string;
}

type PlainChildNews = `CHILD_WORKFLOW_${'INITIATED' | 'STARTED' | 'COMPLETED' | 'CANCELLATION_REQUESTED'}`;
type FailedChildNews = `CHILD_WORKFLOW_${'FAILED' | 'CANCELLATION_FAILED'}`;

function childNews(event: PlainChildNews, { childId, kind }: Child, status: WorkflowStatus, now: number): News {
  return { type: 'Event', event, data: { childWorkflowId: childId, kind, status, error: null }, timestampMs: now };
}

function failedChildNews(
  event: FailedChildNews,
  { childId, kind, error }: Child & { readonly error: string },
  status: WorkflowStatus | null,
  now: number,
): News {
  return { type: 'Event', event, data: { childWorkflowId: childId, kind, status, error }, timestampMs: now };
}

function workflowSnapshot(workflow: WorkflowState) {
  return {
    id: workflow.id as string,
    kind: workflow.kind,
    status: publicStatus(workflow),
    workerId: workflow.status === 'RUNNING' ? workflow.claim.workerId : null,
    error: workflow.status === 'FAILED' ? workflow.error : null,
    parentWorkflowExecutionId: (workflow.parentId as string | undefined) ?? null,
  };
}

function taskSnapshot(task: TaskState) {
  return {
    id: task.id as string,
    kind: task.kind,
    status: task.status satisfies TaskStatus,
    executionCount: task.executionCount,
    maxRetries: task.retry.maxRetries,
    workerId: task.workerId ?? null,
    error: task.status === 'FAILED' ? task.error : null,
  };
}

function workflowOf(affected: Affected): WorkflowState {
  invariant(affected.workflow !== undefined, "a workflow's news is about a workflow that exists");
  return affected.workflow;
}

function taskOf(affected: Affected): TaskState {
  invariant(affected.task !== undefined, "a task's news is about a task that exists");
  return affected.task;
}
