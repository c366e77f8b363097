import type { LiveView, TaskView } from '@flovyn/client';
import type { DataEvent } from '@flovyn/events';
import { useMemo } from 'react';
import type { ExecutionTarget } from './executions.js';
import type { StreamRow } from './stream-view.js';
import { useLiveView } from './use-live-view.js';

/** What one task puts out, in its newest attempt: what a failed one said is taken back. */
export interface TaskStream extends Omit<TaskView, 'dataCount'> {
  /** The values of the author's own, in their order; `stream` names the one they belong to. */
  readonly data: readonly Pick<DataEvent, 'data' | 'stream'>[];
  /** Whether it is the present. */
  readonly freshness: LiveView['freshness'];
}

/**
 * What one task says while it runs: its text, its progress, its data and its errors. Absent until something was heard of it.
 *
 * @param target - the standalone task, or the workflow execution the task belongs to.
 * @param taskId - which task of the workflow.
 * @example
 * ```tsx
 * import { useTaskStream } from '@flovyn/react';
 *
 * export function Export({ id }: { readonly id: string }) {
 *   const task = useTaskStream({ type: 'task', id });
 *   return <progress value={task?.progress ?? 0}>{task?.progressDetails}</progress>;
 * }
 * ```
 * @example
 * ```tsx
 * import { useTaskStream } from '@flovyn/react';
 *
 * interface WordsProps {
 *   readonly workflowId: string;
 *   readonly taskId: string;
 * }
 *
 * export function Words({ workflowId, taskId }: WordsProps) {
 *   return <p>{useTaskStream({ type: 'workflow', id: workflowId }, taskId)?.text}</p>;
 * }
 * ```
 */
export function useTaskStream(target: ExecutionTarget<'task'>): TaskStream | undefined;
export function useTaskStream(target: ExecutionTarget<'workflow'>, taskId: string): TaskStream | undefined;
export function useTaskStream(target: ExecutionTarget, taskId: string = target.id): TaskStream | undefined {
  const task = useLiveView(target, (view) => view.tasks.get(taskId));
  const rows = useLiveView(target, (view) => view.rows);
  const freshness = useLiveView(target, (view) => view.freshness);
  const attempt = task?.attempt;
  const data = useMemo(() => dataOf(rows, taskId, attempt), [rows, taskId, attempt]);
  return useMemo(() => {
    if (task === undefined) return undefined;
    const { dataCount: _counted, ...said } = task;
    return { ...said, data, freshness };
  }, [task, data, freshness]);
}

/** Only of the newest attempt: what an earlier one said is void. */
function dataOf(rows: readonly StreamRow[], taskId: string, attempt: number | undefined): TaskStream['data'] {
  return rows.flatMap((row) => {
    if (row.kind !== 'output' || row.frame.taskExecutionId !== taskId) return [];
    const { event, attempt: own = attempt } = row.frame;
    return event.type === 'data' && own === attempt ? [event] : [];
  });
}
