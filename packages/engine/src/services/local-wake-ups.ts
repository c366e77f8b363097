import type { WakeUps } from '../ports/surroundings.js';

type Listener = Parameters<WakeUps['onNudge']>[0];

/** Wake-ups within one process. */
export function createLocalWakeUps(): WakeUps {
  const listeners = new Set<Listener>();
  return {
    nudge(work) {
      for (const listener of listeners) listener(work);
    },
    onNudge(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
