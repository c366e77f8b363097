import { TaskCancelled, TaskFailed, WorkflowCancelled, WorkflowFailed } from '../../errors.js';
import { deserialize } from '../../serde.js';
import type { TestExecution } from './test-execution.js';
import type { TestTask } from './test-tasks.js';

/** What a client gets of an execution that has ended: its output, or the error that says how it ended. */
export function workflowResult({ id, outcome }: TestExecution): unknown {
  switch (outcome?.type) {
    case 'COMPLETED':
      return deserialize(outcome.output);
    case 'CANCELLED': {
      const { reason } = outcome;
      throw new WorkflowCancelled(`Workflow ${id} was cancelled${reason === '' ? '' : `: ${reason}`}`, reason);
    }
    case 'FAILED':
      throw new WorkflowFailed(id, outcome.error);
    default:
      throw new WorkflowFailed(id, 'It has not ended');
  }
}

/** The same of a task. */
export function taskResult<O>({ id, state }: TestTask): O {
  switch (state.status) {
    case 'COMPLETED':
      return deserialize<O>(state.output);
    case 'CANCELLED':
      throw new TaskCancelled(id, state.reason);
    case 'FAILED':
      throw new TaskFailed(state.error, id, state.retryable);
    default:
      throw new TaskFailed(`The task is ${state.status}`, id, false);
  }
}
