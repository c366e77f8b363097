import type { StreamRow } from '@flovyn/react';

/** One try of a task, as the news of its stream tell it. */
export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly error: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
}

/** The attempts of a task, first to last. One whose start lies in a gap is not among them. */
export function attemptsOf(rows: readonly StreamRow[], taskId: string): Attempt[] {
  const attempts: Attempt[] = [];
  for (const row of rows) {
    if (row.kind !== 'news') continue;
    const { event, timestampMs } = row.frame;
    if (!('executionCount' in event.data) || event.data.id !== taskId) continue;
    const { executionCount, error } = event.data;
    if (event.event === 'TASK_STARTED') {
      attempts.push({
        attempt: executionCount,
        status: 'RUNNING',
        error: undefined,
        startedAtMs: timestampMs,
        endedAtMs: undefined,
      });
      continue;
    }
    const status = OUTCOMES[event.event];
    const last = attempts.at(-1);
    if (status === undefined || last?.status !== 'RUNNING') continue;
    attempts[attempts.length - 1] = { ...last, status, error: error ?? undefined, endedAtMs: timestampMs };
  }
  return attempts;
}

const OUTCOMES: Readonly<Record<string, Attempt['status'] | undefined>> = {
  TASK_COMPLETED: 'COMPLETED',
  TASK_FAILED: 'FAILED',
  TASK_CANCELLED: 'CANCELLED',
};
