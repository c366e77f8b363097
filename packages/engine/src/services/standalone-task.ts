import { executionIdOfTask } from '@flovyn/events';
import { ServiceError } from '@flovyn/protocol';
import { type Circumstances, decided } from '../decision.js';
import { waking } from '../execution/waking.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import { type TaskState, isOpenTask } from '../task/state.js';
import type { Change } from '../change.js';

interface Request {
  readonly orgId: OrgId;
  readonly id: TaskId;
}

/** Ends a task that is PENDING or RUNNING; its worker learns of it from its next word. */
export function cancelTask(
  request: Request & { readonly executionId?: ExecutionId; readonly reason: string },
): Change<void> {
  const { orgId, id, executionId = executionIdOfTask(id), reason } = request;
  return {
    id: executionId,
    orgId,
    taskIds: [id],
    decide: ({ execution }) => {
      const task = execution?.tasks.get(id);
      if (task === undefined) throw noTask(id);
      if (!isOpenTask(task)) throw wrongState(task, 'cancelled', 'Only a PENDING or RUNNING task can be cancelled.');
      return decided(undefined, [{ type: 'TASK_CANCELLED', taskId: id, reason }, ...waking(execution)]);
    },
  };
}

function noTask(id: TaskId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no task ${id}.`);
}

/** Tries a FAILED task once more. */
export function retryTask(request: Request & { readonly note: string }): Change<void> {
  return onTask(request, (task) => {
    if (task.status !== 'FAILED') throw wrongState(task, 'retried', 'Only a FAILED task can be retried.');
    return decided(undefined, [{ type: 'TASK_REOPENED', taskId: task.id, note: request.note }]);
  });
}

/** Removes a PENDING task as if it had never been. */
export function deleteTask(request: Request): Change<void> {
  return onTask(request, (task) => {
    if (task.status !== 'PENDING') {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `Task ${task.id} is ${task.status}; only a PENDING task can be deleted. Cancel it instead.`,
      );
    }
    return { ...decided(undefined), remove: true };
  });
}

function onTask({ orgId, id }: Request, decide: (task: TaskState) => ReturnType<Change<void>['decide']>): Change<void> {
  return {
    id: executionIdOfTask(id),
    orgId,
    taskIds: [id],
    decide: ({ execution }: Circumstances) => {
      const task = execution?.workflow === undefined ? execution?.tasks.get(id) : undefined;
      if (task === undefined) throw new ServiceError('NOT_FOUND', `There is no standalone task ${id}.`);
      return decide(task);
    },
  };
}

function wrongState(task: TaskState, done: string, rule: string): ServiceError {
  return new ServiceError('FAILED_PRECONDITION', `Task ${task.id} is ${task.status} and cannot be ${done}. ${rule}`);
}
