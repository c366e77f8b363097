import pg from 'pg';
import { translateFailure } from './failures.js';
import type { TextRow } from './text-row.js';
import { type OnTrip, tell } from './trip.js';

const asText = { getTypeParser: () => (value: string) => value };

/** A few connections for everything but the commits. */
export interface Database {
  /** Runs one statement, its own transaction. @throws {ServiceError} UNAVAILABLE when the database cannot be reached in 2 s. */
  query(attempt: string, sql: string, parameters?: readonly unknown[]): Promise<readonly TextRow[]>;
  close(): Promise<void>;
}

/**
 * Beginning of a statement whose commit need not wait for the disk: what a crash takes of it costs nothing but some time.
 * The statement must ask for `isRelaxed` somewhere, or this is never carried out.
 */
export const relaxed = `with relaxed as materialized (select set_config('synchronous_commit', 'off', true))`;
export const isRelaxed = '(select true from relaxed)';

export interface DatabaseOptions {
  readonly connection: pg.ClientConfig;
  readonly connections: number;
  readonly warn: (message: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly onTrip?: OnTrip;
}

export function createDatabase({ connection, connections, warn, onTrip = () => {} }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    ...connection,
    max: connections,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 10_000,
    types: asText as unknown as pg.CustomTypesConfig,
  });
  let isClosing = false;
  pool.on('error', (error) => {
    // Connections that are being given back may as well be taken: the database may stop at the same moment.
    if (!isClosing) warn('An idle connection for reading was lost.', { reason: String(error) });
  });
  return {
    query: (attempt, sql, parameters = []) =>
      tell(onTrip, 'query', async () => {
        try {
          const result = await pool.query<TextRow>(sql, [...parameters]);
          return result.rows;
        } catch (error) {
          throw translateFailure(error, attempt);
        }
      }),
    async close() {
      isClosing = true;
      await pool.end();
    },
  };
}
