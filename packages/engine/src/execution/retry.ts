import { ServiceError } from '@flovyn/protocol';
import { type Circumstances, type OwnDecision, decided } from '../decision.js';
import type { ExecutionId, TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import { isOpenTask } from '../task/state.js';
import { childEnd } from './children.js';
import { noExecution } from './refusals.js';
import type { ExecutionView } from './view.js';

export interface RetryWorkflow {
  readonly id: ExecutionId;
  readonly note: string;
  /** Tasks whose end its history does not have. */
  readonly unended: readonly TaskId[];
}

/**
 * Opens a FAILED execution again. What ended while it was closed is told to it now: its code, which runs on from the
 * history, would wait for that for ever. Timers that were running run on.
 */
export function decideRetry(circumstances: Circumstances, { id, note, unended }: RetryWorkflow): OwnDecision<void> {
  const { execution } = circumstances;
  const workflow = execution?.workflow;
  if (execution === undefined || workflow === undefined) throw noExecution(id);
  if (workflow.status !== 'FAILED') {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `Execution ${id} is ${workflow.status}; only a FAILED one can be retried.`,
    );
  }
  // A child may end at this very moment, in another process that takes its parent for closed.
  circumstances.reread();
  const reopened: Occurrence = { type: 'WORKFLOW_REOPENED', note, previousError: workflow.error };
  return decided(undefined, [
    reopened,
    ...unended.flatMap((taskId) => endOf(execution, taskId)),
    ...endedChildren(execution, circumstances),
  ]);
}

function endOf(execution: ExecutionView, taskId: TaskId): Occurrence[] {
  const task = execution.tasks.get(taskId);
  return task === undefined || isOpenTask(task) ? [] : [{ type: 'TASK_END_REPORTED', taskId }];
}

function endedChildren(execution: ExecutionView, circumstances: Circumstances): Occurrence[] {
  const open =
    execution.workflow === undefined ? undefined : { ...execution, workflow: reopenedLike(execution.workflow) };
  return [...execution.waits.values()].flatMap((wait) => {
    if (wait.type !== 'child' || !wait.open) return [];
    const child = circumstances.other(wait.key as ExecutionId)?.workflow;
    return (child === undefined ? undefined : childEnd(open, child)) ?? [];
  });
}

/** As it will be once it is open again. */
function reopenedLike(workflow: NonNullable<ExecutionView['workflow']>): NonNullable<ExecutionView['workflow']> {
  return { ...workflow, status: 'PENDING' };
}
