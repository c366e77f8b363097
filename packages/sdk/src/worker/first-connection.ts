import { ConnectionError, WorkerControlError, toError } from '../errors.js';
import type { Logger } from '../types.js';
import { type Reconnection, reconnectDelayMs } from './reconnection.js';
import type { Session } from './session.js';

/** How long the first connection may take, all attempts together: a server that starts at the same time is waited for. */
const FIRST_CONNECTION_MS = 30_000;
/** 150 ms: a worker is often started beside its server, which is there in a moment. */
const FIRST_DELAY_MS = 150;

/**
 * Connects for the first time. A server that cannot be reached is waited for, as far as the strategy allows; one that
 * refuses is not.
 *
 * @throws {WorkerControlError} `shuttingDown` when the session is closed meanwhile.
 */
export async function connectFirst(
  session: Pick<Session, 'open' | 'isClosed'>,
  reconnection: Reconnection,
  logger: Logger,
  failed: (error: Error, willRetry: boolean) => void,
): Promise<void> {
  const until = Date.now() + FIRST_CONNECTION_MS;
  for (let attempt = 0; ; attempt += 1) {
    let delay: number | undefined;
    try {
      await session.open();
      if (!session.isClosed) return;
    } catch (thrown) {
      const error = toError(thrown);
      if (!session.isClosed) {
        delay = ConnectionError.is(error) ? firstDelayMs(reconnection, attempt, error) : undefined;
        const willRetry = delay !== undefined && Date.now() + delay <= until;
        failed(error, willRetry);
        if (!willRetry) throw error;
        if (attempt === 0) logger.warn(`${error.message}; waiting for it up to ${FIRST_CONNECTION_MS / 1_000} s`);
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
    if (session.isClosed) throw new WorkerControlError('shuttingDown', 'The worker was stopped before it was ready');
  }
}

function firstDelayMs(reconnection: Reconnection, attempt: number, error: Error): number | undefined {
  const asked = reconnectDelayMs(reconnection, attempt, error);
  return asked === undefined ? undefined : Math.min(asked, FIRST_DELAY_MS);
}
