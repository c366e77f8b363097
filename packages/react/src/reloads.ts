import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { isRefused } from './polling.js';

/** 1 s between two reloads that news ask for: in a busy organisation every moment brings a reason. */
const LEAST_MS = 1_000;

/** Asks for lists again. */
export interface Reloads {
  /** All below this key that the server has not refused, at once. */
  readonly now: (key: QueryKey) => void;
  /** This one, but not more than once a second. */
  readonly ask: (key: QueryKey) => void;
  /** Forgets what is still to be asked. */
  readonly close: () => void;
}

export function createReloads(queryClient: QueryClient): Reloads {
  const asked = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** What is under way may have been answered before the reason for asking again. */
  function now(queryKey: QueryKey): void {
    void queryClient
      .cancelQueries({ queryKey }, { silent: true })
      .then(() => queryClient.invalidateQueries({ queryKey, predicate: (query) => !isRefused(query) }));
  }

  function flush(): void {
    timer = undefined;
    if (asked.size === 0) return;
    for (const key of asked.values()) now(key);
    asked.clear();
    timer = setTimeout(flush, LEAST_MS);
  }

  return {
    now,
    ask(key) {
      asked.set(JSON.stringify(key), key);
      if (timer === undefined) flush();
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      asked.clear();
    },
  };
}
