import { type UseMutationResult, type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query';
import type { StartWorkflowBody, StartedWorkflow } from '@flovyn/client';
import type { WorkflowExecution, WorkflowFilter } from './executions.js';
import { LIST_POLL_MS, REST_POLL_MS } from './polling.js';
import { useFlovyn } from './provider.js';
import { useRunView } from './use-run-view.js';

/**
 * The newest workflow executions that match, 50 unless `filter.limit` says otherwise: asked for every 2 s while the
 * page is visible, and changed by the streams that are open.
 *
 * @example
 * ```tsx
 * import { useWorkflows } from '@flovyn/react';
 *
 * export function List() {
 *   const { data = [] } = useWorkflows({ status: 'RUNNING' });
 *   return <ul>{data.map(({ id, kind }) => <li key={id}>{kind}</li>)}</ul>;
 * }
 * ```
 */
export function useWorkflows(filter: WorkflowFilter = {}): UseQueryResult<WorkflowExecution[]> {
  const { client, keys } = useFlovyn();
  return useQuery({
    queryKey: keys.workflowList(filter),
    queryFn: async ({ signal }) => (await client.workflows.list(filter, { signal })).workflows,
    refetchInterval: LIST_POLL_MS,
  });
}

/**
 * One workflow execution, kept fresh by its stream, and by asking again every 5 s while the stream is away.
 *
 * @example
 * ```tsx
 * import { useWorkflow } from '@flovyn/react';
 *
 * export function Status({ id }: { readonly id: string }) {
 *   const { data, error } = useWorkflow(id);
 *   return <p>{error?.message ?? data?.status}</p>;
 * }
 * ```
 */
export function useWorkflow(id: string): UseQueryResult<WorkflowExecution> {
  const { client, keys } = useFlovyn();
  const isAway = useRunView({ type: 'workflow', id }, (view) => view.live.freshness === 'stale');
  return useQuery({
    queryKey: keys.workflow(id),
    queryFn: ({ signal }) => client.workflows.get(id, { signal }),
    refetchInterval: isAway && REST_POLL_MS,
  });
}

/**
 * Starts a workflow; the lists show it at once. Give an `idempotencyKey`, so that a double click starts one.
 *
 * @example
 * ```tsx
 * import { useStartWorkflow } from '@flovyn/react';
 * import { useState } from 'react';
 *
 * export function Start() {
 *   const { mutate, isPending } = useStartWorkflow();
 *   const [idempotencyKey] = useState(() => crypto.randomUUID());
 *   return (
 *     <button disabled={isPending} onClick={() => mutate({ kind: 'order', idempotencyKey })}>
 *       Start
 *     </button>
 *   );
 * }
 * ```
 */
export function useStartWorkflow(): UseMutationResult<StartedWorkflow, Error, StartWorkflowBody> {
  const { client, keys } = useFlovyn();
  return useMutation({
    mutationFn: (body: StartWorkflowBody) => client.workflows.start(body),
    onSuccess: (_started, _body, _result, { client: queryClient }) =>
      queryClient.invalidateQueries({ queryKey: keys.workflowLists }),
  });
}
