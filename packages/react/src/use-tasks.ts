import { type UseMutationResult, type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query';
import type { StartTaskBody } from '@flovyn/client';
import type { TaskExecution, TaskFilter } from './executions.js';
import { LIST_POLL_MS, REST_POLL_MS } from './polling.js';
import { useFlovyn } from './provider.js';
import { useRunView } from './use-run-view.js';

/**
 * The newest standalone tasks that match, 50 unless `filter.limit` says otherwise: asked for every 2 s while the page
 * is visible, and changed by the streams that are open.
 *
 * @example
 * ```tsx
 * import { useTasks } from '@flovyn/react';
 *
 * export function List() {
 *   const { data = [] } = useTasks({ status: 'RUNNING' });
 *   return <ul>{data.map(({ id, kind }) => <li key={id}>{kind}</li>)}</ul>;
 * }
 * ```
 */
export function useTasks(filter: TaskFilter = {}): UseQueryResult<TaskExecution[]> {
  const { client, keys } = useFlovyn();
  return useQuery({
    queryKey: keys.taskList(filter),
    queryFn: async ({ signal }) => (await client.tasks.list(filter, { signal })).tasks,
    refetchInterval: LIST_POLL_MS,
  });
}

/**
 * One standalone task, kept fresh by its stream, and by asking again every 5 s while the stream is away.
 *
 * @example
 * ```tsx
 * import { useTask } from '@flovyn/react';
 *
 * export function Status({ id }: { readonly id: string }) {
 *   const { data, error } = useTask(id);
 *   return <p>{error?.message ?? data?.status}</p>;
 * }
 * ```
 */
export function useTask(id: string): UseQueryResult<TaskExecution> {
  const { client, keys } = useFlovyn();
  const isAway = useRunView({ type: 'task', id }, (view) => view.live.freshness === 'stale');
  return useQuery({
    queryKey: keys.task(id),
    queryFn: ({ signal }) => client.tasks.get(id, { signal }),
    refetchInterval: isAway && REST_POLL_MS,
  });
}

/**
 * Starts a standalone task; the lists show it at once. Give an `idempotencyKey`, so that a double click starts one.
 *
 * @example
 * ```tsx
 * import { useStartTask } from '@flovyn/react';
 * import { useState } from 'react';
 *
 * export function Start() {
 *   const { mutate, isPending } = useStartTask();
 *   const [idempotencyKey] = useState(() => crypto.randomUUID());
 *   return (
 *     <button disabled={isPending} onClick={() => mutate({ kind: 'resize-image', idempotencyKey })}>
 *       Start
 *     </button>
 *   );
 * }
 * ```
 */
export function useStartTask(): UseMutationResult<TaskExecution, Error, StartTaskBody> {
  const { client, keys } = useFlovyn();
  return useMutation({
    mutationFn: (body: StartTaskBody) => client.tasks.start(body),
    onSuccess: (_started, _body, _result, { client: queryClient }) =>
      queryClient.invalidateQueries({ queryKey: keys.taskLists }),
  });
}
