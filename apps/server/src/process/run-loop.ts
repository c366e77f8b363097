import type { Loop } from '@flovyn/engine';
import { callLater } from './delay.js';

/** 1 s after a failure: the database is probably away, and asking faster does not bring it back. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

/**
 * Runs a loop until it is stopped: one tick at a time, each after the delay the last one asked for, or earlier when woken.
 *
 * @param onFailure - told of a tick that failed, and not again until one has succeeded; the loop goes on after a second.
 * @returns stops it, and resolves when no tick is under way any more.
 */
export function runLoop(loop: Loop, onFailure: (error: unknown) => void): () => Promise<void> {
  let isStopped = false;
  let isWoken = false;
  let isPaused = false;
  let isFailing = false;
  let running: Promise<void> | undefined;
  let cancel: () => void = () => undefined;

  const run = async (): Promise<void> => {
    do {
      isWoken = false;
      let delayMs: number;
      try {
        delayMs = await loop.tick();
        isFailing = false;
      } catch (error: unknown) {
        if (!isFailing) onFailure(error);
        isFailing = true;
        // What woke it may be what fails: the pause holds for wakes too.
        isPaused = true;
        isWoken = false;
        delayMs = PAUSE_AFTER_FAILURE_MS;
      }
      if (!isWoken && !isStopped) cancel = callLater(delayMs, start);
    } while (isWoken && !isStopped);
    running = undefined;
  };
  const start = (): void => {
    isPaused = false;
    if (!isStopped) running ??= run();
  };
  const stopListening = loop.onWake(() => {
    if (isPaused) return;
    if (running !== undefined) {
      isWoken = true;
      return;
    }
    cancel();
    start();
  });

  start();
  return async () => {
    isStopped = true;
    stopListening();
    cancel();
    await running;
  };
}
