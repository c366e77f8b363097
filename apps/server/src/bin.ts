#!/usr/bin/env node
import { startServer } from './compose.js';
import { ConfigError } from './config/config-error.js';
import { isLoopback, loadConfig } from './config/config.js';
import { developmentUser, developmentWorker } from './config/development.js';
import { logEvents } from './observe/events.js';
import { createLog } from './observe/log.js';
import { untilStopped } from './process/until-stopped.js';

try {
  const { config, warnings } = loadConfig(process.env);
  const log = createLog(config.logLevel);
  for (const warning of warnings) log.warn({ warning }, logEvents.configIgnored);
  const starting = startServer(config, log);
  // A stop while starting waits for the start: what was opened is closed in order.
  untilStopped(async () => (await starting).stop(), config.shutdownMs, log);
  const { httpPort, grpcPort, metricsPort } = await starting;
  log.info({ host: config.host, httpPort, grpcPort, metricsPort }, logEvents.listening);
  if (config.isDevelopment) log.info({ user: developmentUser, worker: developmentWorker }, logEvents.developmentKeys);
  else if (!isLoopback(config.host)) {
    const ports = config.tls === undefined ? { httpPort, grpcPort } : { grpcPort };
    log.warn({ host: config.host, ...ports }, logEvents.openToNetwork);
  }
} catch (error: unknown) {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof ConfigError ? `${why}\n` : `${logEvents.startFailed}: ${why}\n`);
  process.exitCode = 1;
}
