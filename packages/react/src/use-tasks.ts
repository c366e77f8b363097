import { useMutation, useQuery } from '@tanstack/react-query';
import type { Client } from '@flovyn/client';
import type { TaskFilter } from './executions.js';
import { LIST_POLL_MS, REST_POLL_MS } from './polling.js';
import { useFlovyn } from './provider.js';
import { useRunView } from './use-run-view.js';

/** The newest standalone tasks that match, kept fresh while the page is visible. */
export function useTasks(filter: TaskFilter = {}) {
  const { client, keys } = useFlovyn();
  return useQuery({
    queryKey: keys.taskList(filter),
    queryFn: async ({ signal }) => (await client.tasks.list(filter, { signal })).tasks,
    refetchInterval: LIST_POLL_MS,
  });
}

/** One standalone task, kept fresh by its stream, and by asking again while the stream is away. */
export function useTask(id: string) {
  const { client, keys } = useFlovyn();
  const isAway = useRunView({ type: 'task', id }, (view) => view.live.freshness === 'stale');
  return useQuery({
    queryKey: keys.task(id),
    queryFn: ({ signal }) => client.tasks.get(id, { signal }),
    refetchInterval: isAway && REST_POLL_MS,
  });
}

/** Starts a standalone task; the lists show it at once. Give an `idempotencyKey`, so that a double click starts one. */
export function useStartTask() {
  const { client, keys } = useFlovyn();
  return useMutation({
    mutationFn: (body: Parameters<Client['tasks']['start']>[0]) => client.tasks.start(body),
    onSuccess: (_started, _body, _result, { client: queryClient }) =>
      queryClient.invalidateQueries({ queryKey: keys.taskLists }),
  });
}
