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
