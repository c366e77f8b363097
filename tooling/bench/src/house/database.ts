import { join } from 'node:path';
import pg from 'pg';

/** The database of a server that brought its own, looked into from outside. */
export interface Database {
  /** When the timers of executions were due, and when they fired: instants, by execution. */
  firings(ids: readonly string[]): Promise<ReadonlyMap<string, Firing>>;
  /** The history of an execution as it is stored, or its beginning. */
  facts(id: string, count?: number): Promise<readonly StoredFact[]>;
  /** How many transactions there have been. The server makes each of its queries one; all statements of a commit are one. */
  transactions(): Promise<number>;
  close(): Promise<void>;
}

export interface Firing {
  readonly dueAt: number;
  readonly firedAt: number;
}

export interface StoredFact {
  readonly type: string;
  /** When it was recorded, by the server's clock: an instant. */
  readonly at: number;
  /** JSON text. */
  readonly data: string;
}

/** Where the server has told its PostgreSQL to listen, who it is, and what it calls its database. */
const socketDirectory = 'run';
const identity = { user: 'postgres', database: 'flovyn' };

export async function openDatabase(dataDir: string): Promise<Database> {
  const client = new pg.Client({ ...identity, host: join(dataDir, socketDirectory), application_name: 'bench' });
  await client.connect();
  return {
    async firings(ids) {
      const { rows } = await client.query<{ id: string; due_at: string; fired_at: string }>(
        `select started.execution_id as id, convert_from(started.data, 'UTF8')::json ->> 'fireAtMs' as due_at,
           fired.at as fired_at
         from flovyn.history_event as started join flovyn.history_event as fired using (execution_id)
         where started.type = 'TIMER_STARTED' and fired.type = 'TIMER_FIRED' and execution_id = any($1::uuid[])`,
        [ids],
      );
      return new Map(
        rows.map(({ id, due_at, fired_at }) => [id, { dueAt: Number(due_at), firedAt: Number(fired_at) }]),
      );
    },
    async facts(id, count) {
      const { rows } = await client.query<{ type: string; at: string; data: string }>(
        `select type, at, convert_from(data, 'UTF8') as data
         from flovyn.history_event where execution_id = $1 order by sequence limit $2`,
        [id, count],
      );
      return rows.map(({ type, at, data }) => ({ type, at: Number(at), data }));
    },
    async transactions() {
      const { rows } = await client.query<{ count: string }>(
        'select xact_commit + xact_rollback as count from pg_stat_database where datname = current_database()',
      );
      return Number(rows[0]?.count);
    },
    close: () => client.end(),
  };
}
