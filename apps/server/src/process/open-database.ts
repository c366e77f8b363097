import { type OnTrip, type PostgresStore, createPostgresStore, startEmbeddedPostgres } from '@flovyn/store-postgres';
import type { Config } from '../config/config.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import type { Closers } from './closers.js';

/**
 * Opens the database the configuration names, starting it when it is our own.
 *
 * @throws saying which key named it, when it cannot be opened.
 */
export async function openDatabase(
  database: Config['database'],
  log: Logger,
  closers: Closers,
  onTrip: OnTrip,
): Promise<PostgresStore> {
  const connection = database.type === 'url' ? database.url : await startOwn(database.directory, log, closers);
  const store = await createPostgresStore({
    connection,
    warn: (message, details = {}) => log.warn(details, message),
    onTrip,
  }).catch((error: unknown) => {
    if (database.type === 'embedded') throw error;
    throw new Error(`${database.setBy}: ${reasonOf(error)}`, { cause: error });
  });
  closers.add('store', () => store.close());
  return store;
}

/** A name that stands for several addresses fails with several errors, which have no message of their own together. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

async function startOwn(directory: string, log: Logger, closers: Closers) {
  const postgres = await startEmbeddedPostgres({
    dataDir: directory,
    onExit: (reason) => log.error({ reason }, logEvents.databaseEnded),
    log: (message) => log.debug({ message }, logEvents.databaseSays),
  });
  closers.add('database', () => postgres.stop());
  return postgres.connection;
}
