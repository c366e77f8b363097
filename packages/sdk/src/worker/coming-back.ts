import { toError } from '../errors.js';
import type { Logger } from '../types.js';
import { type Reconnection, reconnectDelayMs } from './reconnection.js';

/** What coming back needs to know and to tell. */
export interface ComingBack {
  readonly reconnection: Reconnection;
  readonly logger: Logger;
  /** False once there is a connection, or none is wanted any more. */
  isWanted(): boolean;
  /** An attempt is about to be made. */
  trying(attempt: number, lastError: Error): void;
  connect(): Promise<unknown>;
  failed(error: Error): void;
  gaveUp(error: Error): void;
}

/** Makes attempts as the strategy says, until one succeeds, none is wanted, or none is left. */
export async function comeBack(lost: Error, coming: ComingBack): Promise<void> {
  const { reconnection } = coming;
  let error = lost;
  let attempt = 0;
  // The first attempt after a standing connection was cut is made at once and not counted: most cuts are a proxy's.
  let isFirst = reconnection.type !== 'custom';
  while (coming.isWanted()) {
    let delay: number | undefined;
    try {
      delay = reconnectDelayMs(reconnection, attempt, error);
    } catch (thrown) {
      // A strategy of the owner's that throws, or says no duration, has no more to say.
      error = toError(thrown);
    }
    if (delay === undefined) {
      coming.gaveUp(error);
      return;
    }
    if (!isFirst) {
      await pause(delay);
      attempt += 1;
    }
    isFirst = false;
    if (!coming.isWanted()) return;
    coming.trying(attempt, error);
    try {
      await coming.connect();
    } catch (thrown) {
      error = toError(thrown);
      coming.logger.warn(`Reconnecting failed: ${error.message}`);
      coming.failed(error);
      continue;
    }
    if (reconnection.type === 'custom') tellStrategy(reconnection, coming.logger);
    return;
  }
}

function tellStrategy(strategy: Extract<Reconnection, { readonly type: 'custom' }>, logger: Logger): void {
  try {
    strategy.onReconnected?.();
    strategy.reset?.();
  } catch (error) {
    logger.warn(`The reconnection strategy threw: ${toError(error).message}`);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
