import type { Logger } from './types.js';

/** A logger to the console, each line beginning with `[<prefix>]`. */
export function consoleLogger(prefix: string): Logger {
  const head = `[${prefix}]`;
  /* oxlint-disable no-console -- the one place that knows the console; applications hand in their own logger */
  return {
    debug: (message, ...args) => console.debug(`${head} ${message}`, ...args),
    info: (message, ...args) => console.info(`${head} ${message}`, ...args),
    warn: (message, ...args) => console.warn(`${head} ${message}`, ...args),
    error: (message, ...args) => console.error(`${head} ${message}`, ...args),
  };
  /* oxlint-enable no-console */
}

/** The levels, as methods are named. */
export type LogLevel = keyof Logger;

/** A logger that hands every line to one function. */
export function loggerTo(write: (level: LogLevel, message: string, args: readonly unknown[]) => void): Logger {
  return {
    debug: (message, ...args) => write('debug', message, args),
    info: (message, ...args) => write('info', message, args),
    warn: (message, ...args) => write('warn', message, args),
    error: (message, ...args) => write('error', message, args),
  };
}
