import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';

/**
 * Keeps the process until it is told to stop, by a signal or by a failure nobody expected; stops the server in order, and
 * ends. A second signal, or a stop that takes too long, ends it at once.
 *
 * @param stop - stops the server.
 */
export function untilStopped(stop: () => Promise<void>, limitMs: number, log: Logger): void {
  let isStopping = false;

  const end = (reason: string, exitCode: number): void => {
    if (isStopping) {
      log.warn({ reason }, logEvents.stopCutOff);
      process.exit(exitCode === 0 ? 1 : exitCode);
    }
    isStopping = true;
    log.info({ reason }, logEvents.stopping);
    const timer = setTimeout(() => {
      log.error({ limitMs }, logEvents.stopCutOff);
      process.exit(1);
    }, limitMs);
    timer.unref();
    stop().then(
      () => {
        log.info(logEvents.stopped);
        process.exit(exitCode);
      },
      (error: unknown) => {
        log.fatal({ err: error }, logEvents.fault);
        process.exit(1);
      },
    );
  };

  process.on('SIGTERM', () => end('SIGTERM', 0));
  process.on('SIGINT', () => end('SIGINT', 0));
  const onFault = (error: unknown): void => {
    log.fatal({ err: error }, logEvents.fault);
    // What a fault leaves behind cannot be trusted for long, but what is stored can: stop in order, and say that it failed.
    if (!isStopping) end('fault', 1);
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
}
