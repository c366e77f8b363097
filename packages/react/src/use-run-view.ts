import { useSyncExternalStore } from 'react';
import { useFlovyn } from './provider.js';
import type { RunView } from './run-view.js';
import type { RunTarget } from './stream-hub.js';

/**
 * A part of what the stream of an execution, or of a standalone task, has told so far, kept fresh. All readers of one
 * execution share one stream.
 *
 * @param select - picks the part. It must give the same object as long as nothing in it has changed; the component is
 * drawn again only when it does not.
 * @example
 * ```tsx
 * import { useRunView } from '@flovyn/react';
 *
 * export function Answer({ id }: { readonly id: string }) {
 *   const tasks = useRunView({ type: 'workflow', id }, (view) => view.live.tasks);
 *   return <p>{[...tasks.values()].map(({ text }) => text)}</p>;
 * }
 * ```
 */
export function useRunView<Part>(target: RunTarget, select: (view: RunView) => Part): Part {
  const { hub } = useFlovyn();
  // The hub gives the same store for the same target, so this is cheap and stable.
  const store = hub.view(target);
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}

/**
 * A function that makes the stream of a target try again at once.
 *
 * @example
 * ```tsx
 * import { useReconnect, useRunView } from '@flovyn/react';
 *
 * export function Connection({ id }: { readonly id: string }) {
 *   const state = useRunView({ type: 'workflow', id }, (view) => view.connection.state);
 *   const reconnect = useReconnect({ type: 'workflow', id });
 *   return state === 'waiting' ? <button onClick={reconnect}>Try again now</button> : null;
 * }
 * ```
 */
export function useReconnect(target: RunTarget): () => void {
  return useFlovyn().hub.view(target).reconnect;
}
