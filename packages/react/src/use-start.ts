import type { StartTaskBody, StartWorkflowBody, StartedWorkflow } from '@flovyn/client';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import type { TaskExecution } from './executions.js';
import { useFlovyn } from './provider.js';

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
  const { caches, client } = useFlovyn();
  return useMutation({
    mutationFn: (body: StartWorkflowBody) => client.workflows.start(body),
    onSuccess: () => caches.reloadLists('workflow'),
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
  const { caches, client } = useFlovyn();
  return useMutation({
    mutationFn: (body: StartTaskBody) => client.tasks.start(body),
    onSuccess: () => caches.reloadLists('task'),
  });
}
