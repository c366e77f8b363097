import type { SignalBody, SignalView } from '@flovyn/client';
import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useFlovyn } from './provider.js';

/**
 * Sends signals into a workflow execution. Every call is one signal, and none is sent twice by itself; what it brings
 * about, the views show.
 *
 * @param workflowId - the id of the execution, a UUID.
 * @example
 * ```tsx
 * import { useSignal } from '@flovyn/react';
 *
 * export function Approve({ workflowId }: { readonly workflowId: string }) {
 *   const { mutate, isPending } = useSignal(workflowId);
 *   return (
 *     <button disabled={isPending} onClick={() => mutate({ signalName: 'approve', signalValue: { by: 'Ada' } })}>
 *       Approve
 *     </button>
 *   );
 * }
 * ```
 */
export function useSignal(workflowId: string): UseMutationResult<SignalView, Error, SignalBody> {
  const { client } = useFlovyn();
  return useMutation({ mutationFn: (body: SignalBody) => client.workflows.signal(workflowId, body) });
}
