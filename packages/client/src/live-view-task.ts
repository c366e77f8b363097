import type { FrameHead, StateEventPayload, StreamEvent, TaskStatus, Unrecognized } from '@flovyn/events';

/** A task as its execution's stream has told it so far. */
export interface TaskView extends AttemptOutput {
  /** The id of the task, a UUID. */
  readonly id: string;
  /** Absent while only its output was seen, after a gap. */
  readonly kind: string | undefined;
  /** Absent as `kind` is. */
  readonly status: TaskStatus | Unrecognized | undefined;
  /** The newest attempt, from 1; 0 before the first. */
  readonly attempt: number;
  /** Attempts after the first one. Absent as `kind` is. */
  readonly maxRetries: number | undefined;
  /** Why its newest attempt failed, as text. */
  readonly error: string | undefined;
  /** The attempts that were seen to fail, in their order. What those before the newest one put out was taken back. */
  readonly failedAttempts: readonly FailedAttempt[];
}

/** An attempt that failed. */
export interface FailedAttempt {
  /** Its number, from 1. */
  readonly attempt: number;
  /** Why, as text. */
  readonly error: string | undefined;
}

/** What the newest attempt has put out. A later attempt starts again, so nothing is shown twice. */
export interface AttemptOutput {
  /** Its tokens, joined. */
  readonly text: string;
  /** From 0 to 1, as last reported. */
  readonly progress: number | undefined;
  /** The words that went with it. */
  readonly progressDetails: string | undefined;
  /** What went wrong without ending it. */
  readonly errors: readonly { readonly message: string; readonly code?: string | undefined }[];
  /** How many values of the author's own it has sent. */
  readonly dataCount: number;
}

/** News of a task. */
export type TaskNews = Extract<StateEventPayload, { event: `TASK_${string}` }>;

type Tasks = ReadonlyMap<string, TaskView>;

const NO_OUTPUT: AttemptOutput = {
  text: '',
  progress: undefined,
  progressDetails: undefined,
  errors: [],
  dataCount: 0,
};

/** The tasks after news of one of them. */
export function foldTask(tasks: Tasks, { event, data }: TaskNews): Tasks {
  const { id, kind, status, executionCount, maxRetries, error } = data;
  const before = tasks.get(id) ?? unseen(id);
  const known = event === 'TASK_FAILED' ? withFailure(before, executionCount, error ?? undefined) : before;
  // The news of an attempt whose successor has begun is history.
  if (executionCount < known.attempt) return withTask(tasks, { ...known, kind, maxRetries });
  const task = atAttempt(known, executionCount);
  return withTask(tasks, { ...task, kind, status, maxRetries, error: error ?? undefined });
}

/** The tasks after one was asked to be tried again. Its old output stays until the new attempt starts. */
export function reopenTask(tasks: Tasks, id: string): Tasks {
  return withTask(tasks, { ...(tasks.get(id) ?? unseen(id)), status: 'PENDING', error: undefined });
}

/** The tasks after a line of output. What an attempt says after its successor began is void. */
export function foldOutput(tasks: Tasks, event: StreamEvent, { taskExecutionId: id, attempt }: FrameHead): Tasks {
  if (id === undefined) return tasks;
  const known = tasks.get(id) ?? unseen(id);
  if (attempt !== undefined && attempt < known.attempt) return tasks;
  const task = atAttempt(known, attempt ?? known.attempt);
  return withTask(tasks, { ...task, ...withOutput(task, event) });
}

function withOutput(output: AttemptOutput, event: StreamEvent): Partial<AttemptOutput> {
  switch (event.type) {
    case 'token':
      return { text: output.text + event.text };
    case 'progress':
      return { progress: event.progress, progressDetails: event.details };
    case 'data':
      return { dataCount: output.dataCount + 1 };
    case 'error':
      return { errors: [...output.errors, { message: event.message, code: event.code }] };
  }
}

/** The task in an attempt at least this high. A new one runs, also when a gap has the news of it, and begins without output. */
function atAttempt(task: TaskView, attempt: number): TaskView {
  if (attempt <= task.attempt) return task;
  return { ...task, attempt, status: task.status && 'RUNNING', error: undefined, ...NO_OUTPUT };
}

function withFailure(task: TaskView, attempt: number, error: string | undefined): TaskView {
  if (task.failedAttempts.some((failed) => failed.attempt === attempt)) return task;
  return { ...task, failedAttempts: [...task.failedAttempts, { attempt, error }] };
}

function unseen(id: string): TaskView {
  const unknown = { kind: undefined, status: undefined, maxRetries: undefined, error: undefined };
  return { id, attempt: 0, ...unknown, failedAttempts: [], ...NO_OUTPUT };
}

function withTask(tasks: Tasks, task: TaskView): Tasks {
  return new Map(tasks).set(task.id, task);
}
