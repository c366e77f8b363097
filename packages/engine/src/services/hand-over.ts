import type { HandOver } from '../engine.js';
import { type Execution, factsAfter } from '../execution/view.js';
import type { TaskId } from '../ids.js';
import type { Store } from '../ports/store.js';
import type { Offer, Place } from './dispatcher.js';

/** Longest list of facts that goes with an activation; the worker asks for the rest in pages. */
export const ACTIVATION_EVENTS = 1_000;

/** Work that has met a worker in a batch, to be given to it once the batch is stored. */
export interface Meeting {
  readonly place: Place;
  readonly execution: Execution;
  readonly taskId?: TaskId;
}

/** What the workflow of an execution asks for now, if it asks for a worker. */
export function workflowOffer(execution: Execution): Offer | undefined {
  const { workflow } = execution;
  if (workflow?.status !== 'PENDING') return undefined;
  return {
    type: 'workflow',
    orgId: execution.orgId,
    queue: workflow.queue,
    kind: workflow.kind,
    executionId: execution.id,
    ...(workflow.holder === undefined ? {} : { holder: workflow.holder }),
  };
}

/** What a task asks for now, if it asks for a worker. A worker that holds the workflow's instance is the better one. */
export function taskOffer(execution: Execution, taskId: TaskId): Offer | undefined {
  const task = execution.tasks.get(taskId);
  if (task?.status !== 'PENDING' || task.dueAt !== undefined) return undefined;
  const { workflow } = execution;
  const holder = workflow?.status === 'RUNNING' ? workflow.claim.sessionId : workflow?.holder;
  return {
    type: 'task',
    orgId: execution.orgId,
    queue: task.queue,
    kind: task.kind,
    executionId: execution.id,
    taskId,
    ...(holder === undefined ? {} : { holder }),
  };
}

/** What a stored claim gives to its session; `undefined` when the claim ended in the same moment. */
export function assignment({ place, execution, taskId }: Meeting): HandOver | undefined {
  const task = taskId === undefined ? undefined : execution.tasks.get(taskId);
  if (task?.status !== 'RUNNING' || task.claim.token !== place.token) return undefined;
  return {
    type: 'task',
    taskId: task.id,
    workflowExecutionId: task.workflowExecutionId,
    executionId: execution.id,
    token: place.token,
    kind: task.kind,
    input: task.input,
    attempt: task.executionCount,
    maxRetries: task.retry.maxRetries,
    timeoutMs: task.timeoutMs,
    queue: task.queue,
  };
}

export type Activation = Extract<HandOver, { type: 'activation' }>;

/**
 * The same for a turn, for a worker that has seen the facts up to `held`. What must be read first is read from the
 * store, when it is called for and as often; everything else is what the execution is at this moment. A worker that fetches
 * the history itself is given all of it, or none when that would have to be read.
 */
export function activation(
  meeting: Meeting,
  held: number | undefined,
  store: Store,
): Activation | (() => Promise<Activation>) | undefined {
  const { place, execution } = meeting;
  const { workflow } = execution;
  if (workflow?.status !== 'RUNNING' || workflow.claim.token !== place.token) return undefined;
  const isFetching = held === undefined;
  const after = held ?? (factsAfter(execution, 0) === undefined ? execution.sequence : 0);
  const given: Activation = {
    type: 'activation',
    executionId: execution.id,
    token: place.token,
    kind: workflow.kind,
    orgId: execution.orgId,
    queue: workflow.queue,
    input: after === 0 || isFetching ? workflow.input : undefined,
    workflowVersion: workflow.workflowVersion,
    parentId: workflow.parentId,
    afterSequence: after,
    events: [],
    sequence: execution.sequence,
    createdAt: workflow.createdAt,
    prioritySeconds: workflow.prioritySeconds,
  };
  const events = factsAfter(execution, after);
  if (events !== undefined) return { ...given, events: events.slice(0, ACTIVATION_EVENTS) };
  const range = { after, before: execution.sequence + 1, limit: ACTIVATION_EVENTS };
  return async () => ({
    ...given,
    events: (await store.queries.history(given.orgId, given.executionId, range)) ?? [],
  });
}
