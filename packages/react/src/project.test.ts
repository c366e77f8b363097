import type { StreamEntry } from '@flovyn/client';
import type { FlovynEvent } from '@flovyn/events';
import { describe, expect, test } from 'vitest';
import { EXECUTION, TASK, entry } from '../test/support/streams.js';
import type { TaskExecution, WorkflowExecution } from './executions.js';
import { afterEntry, targetOf } from './project.js';

const at = (seq: number, event: object, parts: { taskId?: string; attempt?: number } = {}) =>
  entry(seq, event as FlovynEvent, parts) as StreamEntry;
const news = (seq: number, event: string, data: object) => at(seq, { type: 'Event', event, data, timestampMs: 1_000 });

const workflow = { id: EXECUTION, kind: 'order', status: 'RUNNING', asOf: 'e.4' } as WorkflowExecution;
const task = { id: EXECUTION, kind: 'export', status: 'RUNNING', asOf: 'e.4', maxRetries: 3 } as TaskExecution;
const running = { ...task, executionCount: 1, progress: 0.5, progressDetails: 'half' };

const ended = (seq: number, status: string) =>
  news(seq, `WORKFLOW_${status}`, { id: EXECUTION, kind: 'order', status, workerId: null, error: null });
const taskNews = (seq: number, event: string, status: string, executionCount: number) =>
  news(seq, event, {
    id: EXECUTION,
    kind: 'export',
    status,
    executionCount,
    maxRetries: 3,
    workerId: null,
    error: null,
  });
const retry = (targetType: string) => news(5, 'RETRY_REQUESTED', { targetId: EXECUTION, targetType, attempt: null });

describe('a row after an entry', () => {
  test('has its status, its place and the time of its end', () => {
    expect(afterEntry('workflow', workflow, ended(5, 'COMPLETED'))).toMatchObject({
      status: 'COMPLETED',
      asOf: 'e.5',
      completedAt: '1970-01-01T00:00:01.000Z',
    });
  });

  test('is the same when it has heard of more than the entry', () => {
    expect(afterEntry('workflow', workflow, ended(3, 'FAILED'))).toBe(workflow);
  });

  test('keeps the time an answer has told', () => {
    const row = { ...workflow, completedAt: '2026-01-01T00:00:00.000Z' };
    expect(afterEntry('workflow', row, ended(5, 'COMPLETED'))).toMatchObject({ completedAt: row.completedAt });
  });

  test('is open again when it is tried again', () => {
    const failed = { ...workflow, status: 'FAILED', error: 'broke', completedAt: '2026-01-01T00:00:00.000Z' } as const;
    expect(afterEntry('workflow', failed, retry('workflow'))).toMatchObject({
      status: 'PENDING',
      error: null,
      completedAt: null,
    });
    expect(afterEntry('task', { ...running, status: 'FAILED' }, retry('task'))).toMatchObject({ status: 'PENDING' });
  });

  test('moves its progress, and loses it to the next attempt', () => {
    const moved = at(5, { type: 'progress', progress: 0.7 }, { taskId: EXECUTION, attempt: 1 });
    expect(afterEntry('task', running, moved)).toMatchObject({ progress: 0.7, progressDetails: null });
    const next = afterEntry('task', running, taskNews(5, 'TASK_STARTED', 'RUNNING', 2));
    expect(next).toMatchObject({ executionCount: 2, progress: null });
    const late = at(6, { type: 'progress', progress: 0.9 }, { taskId: EXECUTION, attempt: 1 });
    expect(afterEntry('task', next, late)).toMatchObject({ executionCount: 2, progress: null });
  });

  test('keeps its progress when it ends', () => {
    expect(afterEntry('task', running, taskNews(5, 'TASK_COMPLETED', 'COMPLETED', 1))).toMatchObject({
      status: 'COMPLETED',
      progress: 0.5,
      progressDetails: 'half',
    });
  });
});

describe('an entry is about', () => {
  test.each([
    ['the workflow it is news of', ended(1, 'COMPLETED'), 'workflow'],
    ['the standalone task it is news of', taskNews(1, 'TASK_STARTED', 'RUNNING', 1), 'task'],
    [
      'the standalone task whose progress it is',
      at(1, { type: 'progress', progress: 1 }, { taskId: EXECUTION }),
      'task',
    ],
    ['the workflow that is tried again', retry('workflow'), 'workflow'],
    ['the task that is tried again', retry('task'), 'task'],
    [
      'the workflow that is to stop',
      news(1, 'CANCELLATION_REQUESTED', { workflowExecutionId: EXECUTION, reason: null }),
      'workflow',
    ],
    ['nobody, when a task of a workflow moves', at(1, { type: 'progress', progress: 1 }, { taskId: TASK }), undefined],
    [
      'nobody, when a task of a workflow starts',
      news(1, 'TASK_STARTED', { id: TASK, kind: 'llm', status: 'RUNNING', executionCount: 1 }),
      undefined,
    ],
  ])('%s', (_what, message, type) => {
    expect(targetOf(message)).toEqual(type === undefined ? undefined : { type, id: EXECUTION });
  });
});
