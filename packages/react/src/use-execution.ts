import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Flovyn } from './flovyn.js';
import type { Execution, ExecutionTarget, ExecutionType } from './executions.js';
import { REST_POLL_MS, RETRY } from './polling.js';
import { useFlovyn } from './provider.js';
import { useLiveView } from './use-live-view.js';

/**
 * One workflow execution or standalone task as the server answers it, kept fresh by its stream: status, input, output,
 * error, times. While the stream is away it is asked for every 5 s. What it says while it runs gives `useLiveView`.
 *
 * @example
 * ```tsx
 * import { useExecution } from '@flovyn/react';
 *
 * export function Status({ id }: { readonly id: string }) {
 *   const { data, error } = useExecution({ type: 'workflow', id });
 *   return <p>{error?.message ?? data?.status}</p>;
 * }
 * ```
 */
export function useExecution<Type extends ExecutionType>(
  target: ExecutionTarget<Type>,
): UseQueryResult<Execution<Type>> {
  const { caches, client, keys } = useFlovyn();
  const isAway = useLiveView(target, ({ freshness }) => freshness === 'stale');
  return useQuery({
    queryKey: keys.detail(target),
    queryFn: ({ signal }) => caches.readDetail(target, () => load(client, target, signal)),
    retry: RETRY,
    refetchInterval: isAway && REST_POLL_MS,
  });
}

/** The type decides which of the two is asked; TypeScript cannot follow that through the parameter. */
function load<Type extends ExecutionType>(
  { workflows, tasks }: Flovyn['client'],
  { type, id }: ExecutionTarget<Type>,
  signal: AbortSignal,
): Promise<Execution<Type>> {
  const answer: Promise<Execution> = type === 'workflow' ? workflows.get(id, { signal }) : tasks.get(id, { signal });
  return answer as Promise<Execution<Type>>;
}
