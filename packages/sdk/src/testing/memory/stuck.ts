import { type WaitingOn, suspendType } from '@flovyn/events';
import { FlovynError } from '../../errors.js';
import type { MemoryServer } from './memory-server.js';
import type { TestExecution } from './test-execution.js';
import type { TestTask } from './test-tasks.js';

/** An execution that nothing in the environment will ever wake: says what it waits for, and how to give it. */
export function stuckError(execution: TestExecution, server: MemoryServer): FlovynError {
  return new FlovynError(
    `Workflow "${execution.kind}" (${execution.id}) waits for what nobody will give: ${waitsOf(execution, server)}.`,
  );
}

/** The same for a task by itself. */
export function stuckTaskError(task: TestTask, server: MemoryServer): FlovynError {
  return new FlovynError(`${missingTask(task.kind, task.id, server)}.`);
}

function waitsOf(execution: TestExecution, server: MemoryServer): string {
  const { outcome, kind } = execution;
  if (outcome?.type !== 'SUSPENDED') return missingWorkflow(kind);
  return outcome.waitingOn.map((wait) => waitOf(wait, server)).join('; and ');
}

function waitOf({ type, name = '', id = '' }: WaitingOn, server: MemoryServer): string {
  switch (type) {
    case suspendType.TASK:
      return missingTask(name, id, server);
    case suspendType.PROMISE:
      return `promise "${name}" (call setPromiseResult('${name}', …) before, or resolvePromise(handle, '${name}', …) after startWorkflow)`;
    case suspendType.SIGNAL:
      return `signal "${name}" (call startWorkflow, then signalWorkflow(handle, '${name}', …))`;
    case suspendType.CHILD_WORKFLOW: {
      const child = server.executions.get(id);
      if (child === undefined) return `child workflow "${name}"`;
      return `child workflow "${name}" (${id}), which waits for ${waitsOf(child, server)}`;
    }
    case suspendType.TIMER:
      return `timer "${id}", which was taken off the clock`;
    default:
      return `something of type ${type}`;
  }
}

function missingWorkflow(kind: string): string {
  return `a worker that knows workflow "${kind}" (call registerWorkflow with its definition)`;
}

function missingTask(kind: string, id: string, { tasks }: MemoryServer): string {
  if (tasks.given.get(kind)?.type === 'pending') return `task "${kind}" (${id}), which setTaskPending holds open`;
  return `task "${kind}" (${id}), which nobody runs (call registerTask with its definition, or setTaskResult('${kind}', …))`;
}
