/**
 * The id that names a stream: a workflow execution, an agent execution, or a standalone task (see
 * {@link executionIdOfTask}). A lower-case UUID; it can only come from {@link parseExecutionId}, so it is never empty.
 */
export type ExecutionId = string & { readonly '~id': 'execution' };

/** The id of a task execution: a lower-case UUID that can only come from {@link parseTaskId}. */
export type TaskId = string & { readonly '~id': 'task' };

/** Any UUID text in lower case, whatever its version: ids are chosen by clients too. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `value` is an execution id in its canonical, lower-case form. */
export function isExecutionId(value: unknown): value is ExecutionId {
  return typeof value === 'string' && UUID.test(value);
}

/** The execution id a text names, in lower case; `undefined` when it is not a UUID. */
export function parseExecutionId(text: string): ExecutionId | undefined {
  const id = text.toLowerCase();
  return isExecutionId(id) ? id : undefined;
}

/** Whether `value` is a task id in its canonical, lower-case form. */
export function isTaskId(value: unknown): value is TaskId {
  return typeof value === 'string' && UUID.test(value);
}

/** The task id a text names, in lower case; `undefined` when it is not a UUID. */
export function parseTaskId(text: string): TaskId | undefined {
  const id = text.toLowerCase();
  return isTaskId(id) ? id : undefined;
}

/** The id of a standalone task's stream: the task's own id. */
export function executionIdOfTask(id: TaskId): ExecutionId {
  return id as string as ExecutionId;
}
