import { type Circumstances, type OwnDecision, decided } from '../decision.js';
import type { TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import type { DueTimer, TimerRef } from '../ports/store.js';
import { isOpenTask } from '../task/state.js';
import { dueAtOf, waitName } from '../wait/state.js';
import { isTerminalWorkflow } from './state.js';
import type { ExecutionView } from './view.js';
import { waking } from './waking.js';

/** What tests and people look for in the error of a task whose time was over. */
export const TASK_TIMED_OUT = 'Task timed out';

/** Something is due. What has been settled meanwhile, or is not due after all, is left as it is, and its timer goes. */
export function decideDue({ execution, now }: Circumstances, timer: DueTimer): OwnDecision<void> {
  const occurrences = execution === undefined ? [] : occurrencesOf(timer, execution, now);
  if (occurrences.length > 0) return decided(undefined, occurrences);
  // Not quite yet: clocks differ.
  if (timer.dueAt > now) return decided(undefined);
  const { executionId, type, id } = timer;
  return { ...decided(undefined), staleTimer: { executionId, type, id } };
}

function occurrencesOf({ type, id }: TimerRef, execution: ExecutionView, now: number): readonly Occurrence[] {
  switch (type) {
    case 'task':
      return taskReady(execution, id as TaskId, now);
    case 'deadline':
      return taskTimedOut(execution, id as TaskId, now);
    case 'timer':
    case 'promise':
      return waitEnded(execution, { type, key: id }, now);
  }
}

function taskReady(execution: ExecutionView, taskId: TaskId, now: number): readonly Occurrence[] {
  const task = execution.tasks.get(taskId);
  const due = task?.status === 'PENDING' && task.dueAt !== undefined && task.dueAt <= now;
  return due ? [{ type: 'TASK_DUE', taskId }] : [];
}

function taskTimedOut(execution: ExecutionView, taskId: TaskId, now: number): readonly Occurrence[] {
  const task = execution.tasks.get(taskId);
  if (task === undefined || !isOpenTask(task) || task.timeoutMs === undefined) return [];
  if (task.createdAt + task.timeoutMs > now) return [];
  return [
    { type: 'TASK_FAILED', taskId, error: TASK_TIMED_OUT, retryable: false, timedOut: true },
    ...waking(execution),
  ];
}

function waitEnded(
  execution: ExecutionView,
  ref: { readonly type: 'timer' | 'promise'; readonly key: string },
  now: number,
): readonly Occurrence[] {
  const { workflow } = execution;
  const wait = execution.waits.get(waitName(ref));
  const dueAt = wait === undefined ? undefined : dueAtOf(wait);
  if (workflow === undefined || isTerminalWorkflow(workflow) || dueAt === undefined || dueAt > now) return [];
  const ended: Occurrence =
    wait?.type === 'promise'
      ? { type: 'PROMISE_TIMED_OUT', key: wait.key, promiseId: wait.promiseId, promiseName: wait.name }
      : { type: 'TIMER_FIRED', timerId: ref.key };
  return [ended, ...waking(execution)];
}
