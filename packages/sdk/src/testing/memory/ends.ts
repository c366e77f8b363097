import type { Json, Outcome } from '@flovyn/protocol';
import type { TestExecution } from './test-execution.js';
import type { TestTask } from './test-tasks.js';

/** How a promise is settled. */
export type GivenPromise = { readonly value: Json } | { readonly error: string };

/** The first turn of a child, in the history of its parent. */
export function recordChildStart(child: TestExecution): void {
  const parent = listening(child);
  parent?.execution.record({ type: 'CHILD_WORKFLOW_STARTED', ...parent.child });
}

/** The end of a child, in the history of its parent. */
export function recordChildEnd(child: TestExecution, outcome: Outcome): void {
  const parent = outcome.type === 'SUSPENDED' ? undefined : listening(child);
  if (parent === undefined) return;
  const { execution, child: named } = parent;
  execution.open.children.delete(child.id);
  if (outcome.type === 'COMPLETED') {
    execution.record({ type: 'CHILD_WORKFLOW_COMPLETED', ...named, output: outcome.output });
  } else if (outcome.type === 'FAILED') {
    execution.record({ type: 'CHILD_WORKFLOW_FAILED', ...named, error: outcome.error });
  } else {
    const error = `Child workflow cancelled${outcome.reason === '' ? '' : `: ${outcome.reason}`}`;
    execution.record({ type: 'CHILD_WORKFLOW_FAILED', ...named, error, cancelled: true });
  }
}

/** The end of a task, in the history of its workflow. */
export function recordTaskEnd(execution: TestExecution, { id: taskExecutionId, kind, state }: TestTask): void {
  execution.open.tasks.delete(taskExecutionId);
  const task = { taskExecutionId, kind };
  if (state.status === 'COMPLETED') execution.record({ type: 'TASK_COMPLETED', ...task, output: state.output });
  if (state.status === 'CANCELLED') execution.record({ type: 'TASK_CANCELLED', ...task, reason: state.reason });
  if (state.status === 'FAILED') {
    const { error, retryable } = state;
    execution.record({ type: 'TASK_FAILED', ...task, error, retryable });
  }
}

export function recordPromiseEnd(execution: TestExecution, promiseId: string, given: GivenPromise): void {
  const promiseName = execution.open.promises.get(promiseId)?.name ?? '';
  execution.open.promises.delete(promiseId);
  const promise = { promiseId, promiseName };
  if ('value' in given) execution.record({ type: 'PROMISE_RESOLVED', ...promise, value: given.value });
  else execution.record({ type: 'PROMISE_REJECTED', ...promise, error: given.error });
}

/** Who wants to know of a child: its parent, while that lives and the child is open to it. */
function listening({ id, parent }: TestExecution) {
  if (parent === undefined || parent.execution.isOver || !parent.execution.open.children.has(id)) return undefined;
  const { execution, childName } = parent;
  return { execution, child: { childExecutionName: childName, childExecutionId: id } };
}
