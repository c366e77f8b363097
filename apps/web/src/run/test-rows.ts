import { type TaskStatus, parseExecutionId } from '@flovyn/events';
import type { StreamRow } from '@flovyn/react';

const STATUS = {
  TASK_CREATED: 'PENDING',
  TASK_STARTED: 'RUNNING',
  TASK_COMPLETED: 'COMPLETED',
  TASK_FAILED: 'FAILED',
  TASK_CANCELLED: 'CANCELLED',
} as const;

interface TaskFields {
  readonly id: string;
  readonly attempt?: number;
  readonly status?: TaskStatus;
  readonly error?: string;
}

/** A line of news of a task, for tests; its time is its number. */
export function news(
  seq: number,
  event: keyof typeof STATUS,
  { id, attempt = 1, status, error }: TaskFields,
): StreamRow {
  const executionId = parseExecutionId('00000000-0000-4000-8000-000000000001');
  if (executionId === undefined) throw new Error('This is a UUID.');
  const data = {
    id,
    kind: 'a-task',
    status: status ?? STATUS[event],
    executionCount: attempt,
    maxRetries: 3,
    workerId: null,
    error: error ?? '',
  };
  const head = { v: 1, seq, epoch: 'e', executionId, rootExecutionId: executionId, timestampMs: seq } as const;
  return { kind: 'news', key: `${seq}`, frame: { ...head, event: { type: 'Event', event, data, timestampMs: seq } } };
}
