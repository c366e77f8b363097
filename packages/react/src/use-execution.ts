import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Flovyn } from './flovyn.js';
import type { Execution, ExecutionTarget, ExecutionType } from './executions.js';
import { RETRY, isSilent, pollingWhile } from './polling.js';
import { useFlovyn } from './provider.js';
import { useLiveView } from './use-live-view.js';

/**
 * One workflow execution or standalone task as the server answers it, kept fresh by its stream: status, input, output,
 * error, times. While the stream is away or was refused it is asked for every 5 s. What it says while it runs gives `useLiveView`.
 *
 * A refusal that waiting does not cure (no such run, not allowed) is its `error` at once, and stays it: it is asked for again
 * only when its stream says that it is there after all, on mounting, and as `QueryClient` is told to.
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
  const silent = useLiveView(target, isSilent);
  return useQuery({
    queryKey: keys.detail(target),
    queryFn: ({ signal }) => caches.readDetail(target, () => load(client, target, signal)),
    retry: RETRY,
    refetchInterval: pollingWhile(silent),
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
