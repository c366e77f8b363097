import { type ReactNode, createContext, useContext, useEffect } from 'react';
import type { Flovyn } from './flovyn.js';

const FlovynContext = createContext<Flovyn | undefined>(undefined);

/** Hands `flovyn` down to the hooks, and wakes its streams when the network is back or the page is looked at again. */
export function FlovynProvider({ flovyn, children }: { readonly flovyn: Flovyn; readonly children: ReactNode }) {
  useEffect(() => {
    const wake = () => {
      if (document.visibilityState === 'visible') flovyn.hub.nudge();
    };
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [flovyn]);
  return <FlovynContext value={flovyn}>{children}</FlovynContext>;
}

/** The {@link Flovyn} of the nearest provider, for calls the hooks do not cover. */
export function useFlovyn(): Flovyn {
  const flovyn = useContext(FlovynContext);
  if (flovyn === undefined) throw new Error('This hook needs a <FlovynProvider> above it.');
  return flovyn;
}
