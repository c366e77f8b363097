/** Lets others look again whenever something has changed. */
export interface Bell {
  ring(): void;
  /**
   * Waits until `look` gives something, and gives it; what `look` throws ends the wait too.
   *
   * @throws {Error} when the limit is reached, naming what was waited for.
   */
  until<Value>(what: () => string, look: () => Value | undefined | false, limit: AbortSignal): Promise<Value>;
}

export function createBell(): Bell {
  const watchers = new Set<() => void>();
  return {
    ring() {
      for (const watcher of watchers) watcher();
    },
    until: (what, look, limit) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          watchers.delete(check);
          limit.removeEventListener('abort', giveUp);
        };
        const giveUp = (): void => {
          stop();
          reject(new Error(`waited in vain for ${what()}`));
        };
        const check = (): void => {
          try {
            const found = look();
            if (found === undefined || found === false) return;
            resolve(found);
          } catch (error: unknown) {
            reject(error);
          }
          stop();
        };
        watchers.add(check);
        limit.addEventListener('abort', giveUp);
        check();
        if (limit.aborted) giveUp();
      }),
  };
}
