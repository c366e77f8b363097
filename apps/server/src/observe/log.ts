import type { Reporter } from '@flovyn/engine';
import { type Logger, pino } from 'pino';

export type { Logger };

/** Where secrets may stand in what is logged. Payloads are not logged at all. */
const SECRETS = ['authorization', 'key', 'token', 'password', 'url', 'headers.authorization', 'headers.cookie'];

/**
 * The server's log: one JSON object per line on standard output. Its messages are the names in `events.ts`.
 *
 * Written synchronously: the last words before an exit are the ones that matter, and nothing is logged per item.
 */
export function createLog(level: string): Logger {
  return pino({ level, redact: { paths: SECRETS, censor: '[secret]' }, base: null }, pino.destination({ sync: true }));
}

/** What the engine says about itself, in the log. */
export function reporterOf(log: Logger): Reporter {
  return {
    warn: (message, details = {}) => log.warn(details, message),
    error: (message, details = {}) => log.error(details, message),
  };
}
