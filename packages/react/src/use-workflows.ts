import { useMutation, useQuery } from '@tanstack/react-query';
import type { Client } from '@flovyn/client';
import type { WorkflowFilter } from './executions.js';
import { LIST_POLL_MS, REST_POLL_MS } from './polling.js';
import { useFlovyn } from './provider.js';
import { useRunView } from './use-run-view.js';

/** The newest workflow executions that match, kept fresh while the page is visible. */
export function useWorkflows(filter: WorkflowFilter = {}) {
  const { client, keys } = useFlovyn();
  return useQuery({
    queryKey: keys.workflowList(filter),
    queryFn: async ({ signal }) => (await client.workflows.list(filter, { signal })).workflows,
    refetchInterval: LIST_POLL_MS,
  });
}

/** One workflow execution, kept fresh by its stream, and by asking again while the stream is away. */
export function useWorkflow(id: string) {
  const { client, keys } = useFlovyn();
  const isAway = useRunView({ type: 'workflow', id }, (view) => view.live.freshness === 'stale');
  return useQuery({
    queryKey: keys.workflow(id),
    queryFn: ({ signal }) => client.workflows.get(id, { signal }),
    refetchInterval: isAway && REST_POLL_MS,
  });
}

/** Starts a workflow; the lists show it at once. Give an `idempotencyKey`, so that a double click starts one. */
export function useStartWorkflow() {
  const { client, keys } = useFlovyn();
  return useMutation({
    mutationFn: (body: Parameters<Client['workflows']['start']>[0]) => client.workflows.start(body),
    onSuccess: (_started, _body, _result, { client: queryClient }) =>
      queryClient.invalidateQueries({ queryKey: keys.workflowLists }),
  });
}
