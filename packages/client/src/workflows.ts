import {
  type CancelBody,
  ChildWorkflowsPage,
  HistoryEventPage,
  type ListEventsQuery,
  type ListWorkflowsQuery,
  type RetryBody,
  type SignalBody,
  SignalView,
  type SignalWithStartBody,
  SignalWithStartView,
  type StartWorkflowBody,
  StartedWorkflow,
  WorkflowActionView,
  WorkflowExecutionPage,
  WorkflowExecutionView,
  WorkflowStateView,
  WorkflowTasksPage,
  pathTo,
  clientPaths as paths,
} from '@flovyn/protocol/http';

import type { Http } from './http.js';
import { type Optional, type RequestOptions, toQuery } from './request-options.js';

/**
 * Workflow executions, as REST names them. Ids are UUIDs.
 *
 * Every call throws a `ServiceError`: with the server's code; UNAVAILABLE when there was no answer; DEADLINE_EXCEEDED
 * when it took too long with all its tries; INTERNAL when the answer is not what the contract says. Aborted by its
 * `signal`, it throws the signal's reason. Reads are tried again while the server is away.
 */
export interface Workflows {
  /**
   * Starts an execution, or finds the one the same `idempotencyKey` has started. Only with a key is it tried again when
   * the answer got lost.
   *
   * @example
   *   import { createClient } from '@flovyn/client';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   const { id } = await client.workflows.start({ kind: 'order', input: { cents: 500 }, idempotencyKey: 'order-17' });
   */
  start(body: StartWorkflowBody, options?: RequestOptions): Promise<StartedWorkflow>;
  /** One execution, as it stands. */
  get(id: string, options?: RequestOptions): Promise<WorkflowExecutionView>;
  /**
   * Newest first, 50 unless `limit` says otherwise, 100 at most; go on with `cursor: nextCursor`.
   *
   * @example
   *   import { createClient } from '@flovyn/client';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   const { workflows, nextCursor } = await client.workflows.list({ kind: 'order', status: 'FAILED' });
   */
  list(query?: Optional<ListWorkflowsQuery>, options?: RequestOptions): Promise<WorkflowExecutionPage>;
  /** The history: all of it, or what lies between two numbers. */
  events(id: string, query?: Optional<ListEventsQuery>, options?: RequestOptions): Promise<HistoryEventPage>;
  /** What the workflow keeps, by key. */
  state(id: string, options?: RequestOptions): Promise<WorkflowStateView>;
  /** Its tasks, in the order they were scheduled. */
  tasks(id: string, options?: RequestOptions): Promise<WorkflowTasksPage>;
  /** Its children, the oldest first. */
  children(id: string, options?: RequestOptions): Promise<ChildWorkflowsPage>;
  /** Sends a message into it. Every call is one signal, so it is not tried again when the answer got lost. */
  signal(id: string, body: SignalBody, options?: RequestOptions): Promise<SignalView>;
  /** Signals the open execution that `workflowId`, a key of the caller's, stands for, or starts one with the signal. */
  signalWithStart(body: SignalWithStartBody, options?: RequestOptions): Promise<SignalWithStartView>;
  /** Asks it to stop. It ends as its code decides. */
  cancel(id: string, body?: CancelBody, options?: RequestOptions): Promise<WorkflowActionView>;
  /** Lets a FAILED execution run on from its history. */
  retry(id: string, body?: RetryBody, options?: RequestOptions): Promise<WorkflowActionView>;
}

export function createWorkflows({ request }: Http, org: string): Workflows {
  const get = { method: 'GET', repeatable: true } as const;
  // Repeated after a lost answer, these would be done twice, or report the state they have made themselves as a conflict.
  const act = { method: 'POST', repeatable: false } as const;
  return {
    start: (body, options) =>
      request({
        method: 'POST',
        path: pathTo(paths.workflowExecutions, { org }),
        body,
        answer: StartedWorkflow,
        repeatable: body.idempotencyKey !== undefined,
        ...options,
      }),
    get: (id, options) =>
      request({
        ...get,
        path: pathTo(paths.workflowExecution, { org, id }),
        answer: WorkflowExecutionView,
        ...options,
      }),
    list: (query, options) =>
      request({
        ...get,
        path: pathTo(paths.workflowExecutions, { org }),
        query: toQuery(query),
        answer: WorkflowExecutionPage,
        ...options,
      }),
    events: (id, query, options) =>
      request({
        ...get,
        path: pathTo(paths.workflowEvents, { org, id }),
        query: toQuery(query),
        answer: HistoryEventPage,
        ...options,
      }),
    state: (id, options) =>
      request({ ...get, path: pathTo(paths.workflowState, { org, id }), answer: WorkflowStateView, ...options }),
    tasks: (id, options) =>
      request({ ...get, path: pathTo(paths.workflowTasks, { org, id }), answer: WorkflowTasksPage, ...options }),
    children: (id, options) =>
      request({ ...get, path: pathTo(paths.workflowChildren, { org, id }), answer: ChildWorkflowsPage, ...options }),
    signal: (id, body, options) =>
      request({ ...act, path: pathTo(paths.workflowSignal, { org, id }), body, answer: SignalView, ...options }),
    signalWithStart: (body, options) =>
      request({ ...act, path: pathTo(paths.signalWithStart, { org }), body, answer: SignalWithStartView, ...options }),
    cancel: (id, body = {}, options = {}) =>
      request({
        ...act,
        path: pathTo(paths.workflowCancel, { org, id }),
        body,
        answer: WorkflowActionView,
        ...options,
      }),
    retry: (id, body = {}, options = {}) =>
      request({ ...act, path: pathTo(paths.workflowRetry, { org, id }), body, answer: WorkflowActionView, ...options }),
  };
}
