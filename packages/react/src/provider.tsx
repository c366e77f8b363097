import { type ReactNode, createContext, useContext, useEffect } from 'react';
import type { Flovyn } from './flovyn.js';
import type { StreamHub } from './stream-hub.js';

/** What a {@link FlovynProvider} is given. */
export interface FlovynProviderProps {
  /** What the hooks below it work with. */
  readonly flovyn: Flovyn;
  /** What may use the hooks. */
  readonly children: ReactNode;
}

const FlovynContext = createContext<Flovyn | undefined>(undefined);

/**
 * Hands `flovyn` down to the hooks. Its streams are given back while the page has been hidden for half a minute, and
 * continue when it is looked at again; those that wait to reconnect do so at once when the network is back.
 *
 * @example
 * ```tsx
 * import { type Flovyn, FlovynProvider } from '@flovyn/react';
 * import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
 * import type { ReactNode } from 'react';
 *
 * interface PageProps {
 *   readonly flovyn: Flovyn;
 *   readonly queryClient: QueryClient;
 *   readonly children: ReactNode;
 * }
 *
 * export function Page({ flovyn, queryClient, children }: PageProps) {
 *   return (
 *     <QueryClientProvider client={queryClient}>
 *       <FlovynProvider flovyn={flovyn}>{children}</FlovynProvider>
 *     </QueryClientProvider>
 *   );
 * }
 * ```
 */
export function FlovynProvider({ flovyn, children }: FlovynProviderProps): ReactNode {
  useEffect(() => heedPage(flovyn.hub), [flovyn]);
  return <FlovynContext value={flovyn}>{children}</FlovynContext>;
}

/**
 * The {@link Flovyn} of the nearest provider, for calls the hooks do not cover.
 *
 * @throws {Error} when there is no provider above.
 * @example
 * ```tsx
 * import { useFlovyn } from '@flovyn/react';
 *
 * export function Stop({ id }: { readonly id: string }) {
 *   const { client } = useFlovyn();
 *   return <button onClick={() => void client.workflows.cancel(id)}>Stop</button>;
 * }
 * ```
 */
export function useFlovyn(): Flovyn {
  const flovyn = useContext(FlovynContext);
  if (flovyn === undefined) throw new Error('This hook needs a <FlovynProvider> above it.');
  return flovyn;
}

/** A browser holds six connections to a server over HTTP/1.1: hidden pages must not keep them from the one in front. */
const PAUSE_AFTER_MS = 30_000;

function heedPage(hub: StreamHub): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onNetwork = () => hub.nudge();
  const onVisibility = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') {
      timer = setTimeout(() => hub.pause(), PAUSE_AFTER_MS);
    } else {
      hub.resume();
      hub.nudge();
    }
  };
  onVisibility();
  window.addEventListener('online', onNetwork);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    clearTimeout(timer);
    window.removeEventListener('online', onNetwork);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
