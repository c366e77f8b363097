import {
  AttemptPage,
  type CancelBody,
  type ListLogsQuery,
  type ListTasksQuery,
  LogPage,
  type RetryBody,
  type StartTaskBody,
  TaskExecutionPage,
  TaskExecutionView,
  pathTo,
  clientPaths as paths,
} from '@flovyn/protocol/http';

import { type Http, noContent } from './http.js';
import { type Optional, type RequestOptions, toQuery } from './request-options.js';

/**
 * Standalone tasks, as REST names them. Ids are UUIDs.
 *
 * Every call throws a `ServiceError`: with the server's code; UNAVAILABLE when there was no answer; DEADLINE_EXCEEDED
 * when it took too long with all its tries; INTERNAL when the answer is not what the contract says. Aborted by its
 * `signal`, it throws the signal's reason. Reads are tried again while the server is away.
 */
export interface Tasks {
  /**
   * Starts a task, or finds the one the same `idempotencyKey` has started. Only with a key is it tried again when the
   * answer got lost.
   *
   * @example
   *   import { createClient } from '@flovyn/client';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   const { id } = await client.tasks.start({ kind: 'resize-image', input: { width: 80 }, idempotencyKey: 'cat-80' });
   */
  start(body: StartTaskBody, options?: RequestOptions): Promise<TaskExecutionView>;
  /** One task, as it stands. */
  get(id: string, options?: RequestOptions): Promise<TaskExecutionView>;
  /** Newest first, 50 unless `limit` says otherwise, 100 at most; go on with `cursor: nextCursor`. */
  list(query?: Optional<ListTasksQuery>, options?: RequestOptions): Promise<TaskExecutionPage>;
  /** Stops a task that is PENDING or RUNNING; FAILED_PRECONDITION for one that has ended. */
  cancel(id: string, body?: CancelBody, options?: RequestOptions): Promise<TaskExecutionView>;
  /** Gives a FAILED task another attempt. */
  retry(id: string, body?: RetryBody, options?: RequestOptions): Promise<TaskExecutionView>;
  /** Takes back a task that is still PENDING. */
  delete(id: string, options?: RequestOptions): Promise<void>;
  /** Its attempts with their times and errors, the first one first. */
  attempts(id: string, options?: RequestOptions): Promise<AttemptPage>;
  /** What its attempts have logged, oldest first. */
  logs(id: string, query?: Optional<ListLogsQuery>, options?: RequestOptions): Promise<LogPage>;
}

export function createTasks({ request }: Http, org: string): Tasks {
  const get = { method: 'GET', repeatable: true } as const;
  // Repeated after a lost answer, these would report the state they have made themselves as a conflict.
  const act = { method: 'POST', repeatable: false, answer: TaskExecutionView } as const;
  return {
    start: (body, options) =>
      request({
        ...act,
        path: pathTo(paths.taskExecutions, { org }),
        body,
        repeatable: body.idempotencyKey !== undefined,
        ...options,
      }),
    get: (id, options) =>
      request({ ...get, path: pathTo(paths.taskExecution, { org, id }), answer: TaskExecutionView, ...options }),
    list: (query, options) =>
      request({
        ...get,
        path: pathTo(paths.taskExecutions, { org }),
        query: toQuery(query),
        answer: TaskExecutionPage,
        ...options,
      }),
    cancel: (id, body = {}, options = {}) =>
      request({ ...act, path: pathTo(paths.taskCancel, { org, id }), body, ...options }),
    retry: (id, body = {}, options = {}) =>
      request({ ...act, path: pathTo(paths.taskRetry, { org, id }), body, ...options }),
    delete: (id, options) =>
      request({
        method: 'DELETE',
        repeatable: false,
        path: pathTo(paths.taskExecution, { org, id }),
        answer: noContent,
        ...options,
      }),
    attempts: (id, options) =>
      request({ ...get, path: pathTo(paths.taskAttempts, { org, id }), answer: AttemptPage, ...options }),
    logs: (id, query, options) =>
      request({
        ...get,
        path: pathTo(paths.taskLogs, { org, id }),
        query: toQuery(query),
        answer: LogPage,
        ...options,
      }),
  };
}
