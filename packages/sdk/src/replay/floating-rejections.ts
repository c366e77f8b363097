import { toError } from '../errors.js';
import type { Logger } from '../types.js';
import { isDraining } from './quiescence.js';

const guards = new Set<Logger>();

/**
 * Keeps a rejection that nobody handles yet from ending the process while workflow code is being played.
 *
 * Workflow code may hold a promise that has failed for as long as it waits for another one: for days. Node takes a
 * rejection without a handler at the end of a turn of the event loop for a mistake and ends the process, and every worker
 * that plays the same history would end the same way. Outside of workflow code everything stays as Node has it.
 *
 * @returns stops guarding.
 */
export function guardFloatingRejections(logger: Logger): () => void {
  if (guards.size === 0) process.on('unhandledRejection', onUnhandled);
  guards.add(logger);
  return () => {
    guards.delete(logger);
    if (guards.size === 0) process.off('unhandledRejection', onUnhandled);
  };
}

function onUnhandled(reason: unknown): void {
  if (!isDraining()) {
    // Nobody else listens: as without us, it ends the process.
    if (process.listenerCount('unhandledRejection') === 1) throw reason;
    return;
  }
  const [logger] = guards;
  logger?.warn(`A promise in workflow code was rejected, and nobody handles it so far: ${toError(reason).message}`);
}
