import type { Command, Json, Outcome } from '@flovyn/protocol';

let tasks = 0;

/** A task id nobody has used before. */
export function newTaskId(): string {
  tasks += 1;
  return `00000000-0000-4000-9000-${(tasks + Math.floor(performance.timeOrigin) * 1_000).toString(16).slice(-12).padStart(12, '0')}`;
}

export function schedule(overrides: Partial<Extract<Command, { type: 'SCHEDULE_TASK' }>> = {}): Command {
  return { type: 'SCHEDULE_TASK', taskExecutionId: newTaskId(), kind: 't', input: '{}' as Json, ...overrides };
}

export const waiting: Outcome = {
  type: 'SUSPENDED',
  reason: 'Waiting for a task',
  waitingOn: [{ type: 'SUSPEND_TYPE_TASK' }],
};

export function completed(output: unknown = null): Outcome {
  return { type: 'COMPLETED', output: JSON.stringify(output) as Json };
}

let children = 0;

/** A child id nobody has used before. */
export function newChildId(): string {
  children += 1;
  return `00000000-0000-4000-a000-${(children + Math.floor(performance.timeOrigin) * 1_000).toString(16).slice(-12).padStart(12, '0')}`;
}

export function child(overrides: Partial<Extract<Command, { type: 'SCHEDULE_CHILD_WORKFLOW' }>> = {}): Command {
  return {
    type: 'SCHEDULE_CHILD_WORKFLOW',
    childExecutionName: 'child',
    childWorkflowExecutionId: newChildId(),
    kind: 'w',
    input: '{}' as Json,
    queue: '',
    prioritySeconds: 0,
    ...overrides,
  };
}

export function timer(timerId: string, durationMs: number): Command {
  return { type: 'START_TIMER', timerId, durationMs };
}

/** A turn that waits, and for what. */
export function waitingFor(
  type: 'TASK' | 'SIGNAL' | 'TIMER' | 'PROMISE' | 'CHILD_WORKFLOW',
): Extract<Outcome, { type: 'SUSPENDED' }> {
  return { type: 'SUSPENDED', reason: `Waiting for ${type}`, waitingOn: [{ type: `SUSPEND_TYPE_${type}` }] };
}

export function failed(error: string): Outcome {
  return { type: 'FAILED', error, stackTrace: '', failureType: 'ERROR' };
}
