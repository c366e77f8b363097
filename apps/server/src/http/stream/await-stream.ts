import type { ExecutionId, OrgId, StreamHead, StreamLog, Streams } from '@flovyn/engine';
import { ServiceError, limits } from '@flovyn/protocol';

/** Looks come closer together at first: most executions that are waited for are about to be started. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

export type Awaited =
  | { readonly head: StreamHead }
  /** It did not come. How long and how often was looked for it. */
  | { readonly head: undefined; readonly waitedMs: number; readonly looks: number };

export interface Sought {
  readonly orgId: OrgId;
  readonly id: ExecutionId;
  readonly type: StreamHead['type'];
}

export interface StreamAwaiter {
  /**
   * Finds a stream, waiting for it when it does not exist yet: until a commit of this process begins it, or a look at the
   * database finds that another one has, or the time is over, or `signal` aborts. An execution of another organisation or
   * type is as good as none.
   *
   * @throws {ServiceError} UNAVAILABLE when too many readers wait already, or when the log cannot be read.
   */
  find(sought: Sought, signal: AbortSignal): Promise<Awaited>;
}

/** @param maxWaitMs - 0 looks once. */
export function createStreamAwaiter(
  { streams, log }: { readonly streams: Streams; readonly log: StreamLog },
  maxWaitMs: number,
): StreamAwaiter {
  let waiters = 0;

  const look = async ({ orgId, id, type }: Sought): Promise<StreamHead | undefined> => {
    const head = await log.head(orgId, id);
    return head?.type === type ? head : undefined;
  };

  const wait = async (sought: Sought, signal: AbortSignal): Promise<Awaited> => {
    const begun = performance.now();
    let looks = 1;
    let wake: () => void = () => undefined;
    let hasCome = false;
    const stopListening = streams.subscribe(sought.id, () => {
      hasCome = true;
      wake();
    });
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
        looks++;
        hasCome = false;
        const head = await look(sought);
        if (head !== undefined) return { head };
        const waitedMs = performance.now() - begun;
        if (waitedMs >= maxWaitMs || signal.aborted) return { head: undefined, waitedMs: Math.round(waitedMs), looks };
        // It may have come while we looked.
        if (hasCome) continue;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(pauseMs, maxWaitMs - waitedMs));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal.addEventListener('abort', wake, { once: true });
        });
        signal.removeEventListener('abort', wake);
      }
    } finally {
      stopListening();
    }
  };

  return {
    async find(sought, signal) {
      const head = await look(sought);
      if (head !== undefined) return { head };
      if (maxWaitMs === 0) return { head: undefined, waitedMs: 0, looks: 1 };
      if (waiters >= limits.streamWaiters) {
        throw new ServiceError('UNAVAILABLE', 'Too many readers wait for executions that do not exist yet.', {
          limit: limits.streamWaiters,
          retryAfterSeconds: 1,
        });
      }
      waiters++;
      try {
        return await wait(sought, signal);
      } finally {
        waiters--;
      }
    },
  };
}
