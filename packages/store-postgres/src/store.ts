import type { Store } from '@flovyn/engine';
import { ServiceError, invariant } from '@flovyn/protocol';
import type pg from 'pg';
import { createDatabase } from './database.js';
import { createFamilyLog, toNumberedRun } from './family-log.js';
import { requireDurability } from './durability.js';
import { unavailable } from './failures.js';
import { Lane } from './lane/lane.js';
import { PlanHygiene } from './lane/plan-hygiene.js';
import { call } from './lane/statement.js';
import { load } from './loading.js';
import { migrate } from './migrate.js';
import { createOrgs } from './orgs.js';
import { createQueries } from './queries.js';
import { createRetention } from './retention.js';
import { createSessions } from './sessions.js';
import { commitCalls, commitStatements } from './statements/commit.js';
import { numberFamilies } from './statements/family.js';
import { commitTransaction, loadStatements } from './statements/load.js';
import { createStreamLog } from './stream-log.js';
import { createStreamTickets } from './stream-tickets.js';
import { createTaskState } from './task-state.js';
import { number } from './text-row.js';
import type { OnTrip } from './trip.js';
import { dueTimers, nextTimer, readyCounts, readyLines, release, reserve } from './work.js';
import { createWorkerTokens } from './worker-tokens.js';
import { createWorkers } from './workers.js';

export interface PostgresStoreOptions {
  /** Where the database is: what `pg` takes, a URL or its parts. PostgreSQL 15 or newer. */
  readonly connection: string | pg.ClientConfig;
  /** Connections for everything but the commits, which have one of their own. 4 when nothing is said. */
  readonly connections?: number;
  /** Serves a database that runs with `fsync` off instead of refusing it. Never for data that matters. */
  readonly allowDataLoss?: boolean;
  /** What is worth telling an operator. */
  readonly warn?: (message: string, details?: Readonly<Record<string, unknown>>) => void;
  /** Called after each exchange with the database. */
  readonly onTrip?: OnTrip;
}

/** The `Store` port, and what only a database of one's own has. */
export interface PostgresStore extends Store {
  /** Epoch milliseconds by the database's clock, which durable instants follow. */
  now(): Promise<number>;
  /** Lets idempotency keys go that expired before `now`; answers with how many. Asked every few minutes. */
  removeExpiredKeys(now: number): Promise<number>;
}

/** 10 s in the database, and a little more until we give up on hearing from it. */
const statementLimitMs = 10_000;
const batchLimitMs = 15_000;

/**
 * Opens the store on a PostgreSQL database, after bringing its schema up to date.
 *
 * @throws when the database cannot be reached, cannot be migrated, or would lose what it acknowledged.
 */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { warn = () => {}, onTrip = () => {} } = options;
  const connection = toClientConfig(options.connection);
  await migrate(connection);
  const lane = new Lane({
    connection: { application_name: 'flovyn commits', ...connection },
    statements: [...loadStatements, ...commitStatements],
    greet: (client) => greet(client, options.allowDataLoss === true, warn),
    warn,
    timeLimitMs: batchLimitMs,
    onTrip,
  });
  await lane.open();
  const database = createDatabase({
    connection: { application_name: 'flovyn', ...connection },
    connections: options.connections ?? 4,
    warn,
    onTrip,
  });
  const streams = createStreamLog(database);
  let locked = false;

  return {
    async load(wanted, { lock }) {
      try {
        const loaded = await load(lane, wanted, lock);
        locked = lock;
        return loaded;
      } catch (error) {
        // The transaction was opened by a statement, so a group that failed has not ended it.
        if (!isLost(error)) await lane.rollback();
        throw error;
      }
    },

    async unlock() {
      if (!locked) return;
      locked = false;
      await lane.rollback();
    },

    async commit(batch) {
      const what = `Storing ${batch.executions.length} executions and ${batch.entries.length} entries`;
      const inTransaction = locked;
      locked = false;
      try {
        const calls = commitCalls(batch);
        if (calls.length === 0 && !inTransaction) return [];
        const answers = await lane.write(what, inTransaction ? [...calls, call(commitTransaction, [])] : calls);
        const numbered = calls.findIndex(({ statement }) => statement.name === numberFamilies.name);
        return (answers[numbered] ?? []).map(toNumberedRun);
      } catch (error) {
        if (inTransaction && !isLost(error)) await lane.rollback();
        throw error;
      }
    },

    async now() {
      const [row] = await database.query(
        'Asking the database for the time',
        'select (extract(epoch from clock_timestamp()) * 1000)::bigint as now',
      );
      invariant(row !== undefined, 'a select without a condition answers');
      return number(row, 'now');
    },

    async removeExpiredKeys(now) {
      const rows = await database.query(
        'Removing expired keys',
        'delete from flovyn.idempotency_key where expires_at < $1 returning 1 as gone',
        [now],
      );
      return rows.length;
    },

    reserve: (request) => reserve(database, request),
    release: (id) => release(database, id),
    readyLines: (limit) => readyLines(database, limit),
    readyCounts: (limits) => readyCounts(database, limits),
    dueTimers: (now, limit) => dueTimers(database, now, limit),
    nextTimer: (now) => nextTimer(database, now),
    sessions: createSessions(database),
    queries: createQueries(database),
    streams,
    families: createFamilyLog(database, streams),
    retention: createRetention(database),
    orgs: createOrgs(database),
    workers: createWorkers(database),
    workerTokens: createWorkerTokens(database),
    streamTickets: createStreamTickets(database),
    taskState: createTaskState(database),

    async ping() {
      await database.query('Reaching the database', 'select 1');
    },

    async close() {
      await lane.close();
      await database.close();
    },
  };
}

/** Whether the connection went with the failure, and any transaction with it. */
function isLost(error: unknown): boolean {
  return ServiceError.is(error) && error.code === 'UNAVAILABLE';
}

function toClientConfig(connection: string | pg.ClientConfig): pg.ClientConfig {
  return typeof connection === 'string' ? { connectionString: connection } : connection;
}

/** Makes a connection fit for commits, and asks which life of the database it has met. */
async function greet(client: pg.Client, allowDataLoss: boolean, warn: (message: string) => void): Promise<string> {
  await requireDurability(client, allowDataLoss, warn);
  const limits = [
    `set statement_timeout = ${statementLimitMs}`,
    // A process that stands still while it holds locked executions must not stop the others.
    `set idle_in_transaction_session_timeout = ${statementLimitMs}`,
  ];
  for (const setting of [...PlanHygiene.settings, ...limits]) await client.query(setting);
  await client.query('insert into flovyn.database_life default values on conflict do nothing');
  const { rows } = await client.query<{ name: string }>('select name from flovyn.database_life');
  const life = rows[0]?.name;
  if (life === undefined) throw unavailable('Asking for the life of the database');
  return life;
}
