import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Execution, ExecutionFilter, ExecutionQuery, ExecutionType } from './executions.js';
import type { Flovyn } from './flovyn.js';
import { RETRY, isSilent, pollingWhile } from './polling.js';
import { useFlovyn } from './provider.js';

/**
 * The newest workflow executions or standalone tasks that match, kept fresh by the stream of the organisation: rows change
 * their status and progress, new ones appear, and those that no longer match leave. All lists of a page share that one
 * stream. It is asked for again when the stream says that something may be missing, and every 5 s while it is away or was refused.
 * A refusal that waiting does not cure is its `error` at once, and stays it.
 *
 * @example
 * ```tsx
 * import { useExecutions } from '@flovyn/react';
 *
 * export function Running() {
 *   const { data = [] } = useExecutions({ type: 'task', status: 'RUNNING' });
 *   return (
 *     <ul>
 *       {data.map(({ id, kind, progress }) => (
 *         <li key={id}>
 *           {kind} <progress value={progress ?? 0} />
 *         </li>
 *       ))}
 *     </ul>
 *   );
 * }
 * ```
 */
export function useExecutions<Type extends ExecutionType>(
  filter: ExecutionFilter<Type>,
): UseQueryResult<Execution<Type>[]> {
  const { caches, client, hub, keys } = useFlovyn();
  const { organisation } = hub;
  const silent = useSyncExternalStore(organisation.subscribe, () => isSilent(organisation.getSnapshot()));
  return useQuery({
    queryKey: keys.list(filter),
    queryFn: ({ signal }) => caches.readList(filter, () => load(client, filter, signal)),
    retry: RETRY,
    refetchInterval: pollingWhile(silent),
  });
}

/** The type decides which of the two is asked; TypeScript cannot follow that through the parameter. */
async function load<Type extends ExecutionType>(
  { workflows, tasks }: Flovyn['client'],
  filter: ExecutionFilter<Type>,
  signal: AbortSignal,
): Promise<Execution<Type>[]> {
  const { type, ...query } = filter;
  const answer: Execution[] =
    type === 'workflow'
      ? (await workflows.list(query, { signal })).workflows
      : (await tasks.list(query as ExecutionQuery<'task'>, { signal })).tasks;
  return answer as Execution<Type>[];
}
