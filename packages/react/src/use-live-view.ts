import { useSyncExternalStore } from 'react';
import type { ExecutionTarget } from './executions.js';
import { useFlovyn } from './provider.js';
import type { StreamView } from './stream-view.js';

/**
 * What the stream of an execution, or of a standalone task, has told so far, kept fresh: status, tasks with their texts and
 * progress, the lines, and how the connection is. All readers of one execution share one stream.
 *
 * @param select - picks a part. It must give the same object as long as nothing in it has changed; the component is drawn
 * again only when it does not. Without it, with every change.
 * @example
 * ```tsx
 * import { useLiveView } from '@flovyn/react';
 *
 * export function Answer({ id }: { readonly id: string }) {
 *   const tasks = useLiveView({ type: 'workflow', id }, (view) => view.tasks);
 *   return <p>{[...tasks.values()].map(({ text }) => text)}</p>;
 * }
 * ```
 */
export function useLiveView(target: ExecutionTarget): StreamView;
export function useLiveView<Part>(target: ExecutionTarget, select: (view: StreamView) => Part): Part;
export function useLiveView(target: ExecutionTarget, select: (view: StreamView) => unknown = whole): unknown {
  const { hub } = useFlovyn();
  // The hub gives the same one for the same target, so this is cheap and stable.
  const stream = hub.view(target);
  return useSyncExternalStore(stream.subscribe, () => select(stream.getSnapshot()));
}

const whole = (view: StreamView) => view;

/**
 * A function that makes the stream of a target try again at once.
 *
 * @example
 * ```tsx
 * import { useLiveView, useReconnect } from '@flovyn/react';
 *
 * export function Connection({ id }: { readonly id: string }) {
 *   const state = useLiveView({ type: 'workflow', id }, (view) => view.connection.state);
 *   const reconnect = useReconnect({ type: 'workflow', id });
 *   return state === 'waiting' ? <button onClick={reconnect}>Try again now</button> : null;
 * }
 * ```
 */
export function useReconnect(target: ExecutionTarget): () => void {
  return useFlovyn().hub.view(target).reconnect;
}
