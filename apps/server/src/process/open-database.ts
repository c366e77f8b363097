import { type OnTrip, type PostgresStore, createPostgresStore, startEmbeddedPostgres } from '@flovyn/store-postgres';
import type { Config } from '../config/config.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import type { Closers } from './closers.js';

/** Opens the database the configuration names, starting it when it is our own. */
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
  });
  closers.add('store', () => store.close());
  return store;
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
