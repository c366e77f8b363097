import { ServiceError, invariant } from '@flovyn/protocol';
import pg from 'pg';
import { translateFailure, unavailable } from '../failures.js';
import { ByteWriter } from './byte-writer.js';
import { PlanHygiene } from './plan-hygiene.js';
import type { TextRow } from '../text-row.js';
import { type OnTrip, tell } from '../trip.js';
import { RoundTrip } from './round-trip.js';
import { type Call, type Statement, call, writeCall, writeParse, writeSync } from './statement.js';

export interface LaneOptions {
  readonly connection: pg.ClientConfig;
  /** Everything that will ever be called, prepared when connecting: a statement after a failing one is not parsed. */
  readonly statements: readonly Statement[];
  /** Runs on each new connection before anything else; answers with the database's life. */
  readonly greet: (client: pg.Client) => Promise<string>;
  readonly warn: (message: string, details?: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds one group of statements may take. */
  readonly timeLimitMs: number;
  readonly onTrip?: OnTrip;
}

const rollback: Statement = { name: 'rollback', sql: 'rollback', columns: [] };

/** How long a call waits for a connection that is being made: as long as the pool's readers wait. */
const connectWaitMs = 2_000;
const backOff = { firstMs: 20, lastMs: 1_000 };

/**
 * The one connection everything is written on.
 *
 * I1 One group of statements at a time: the caller waits for the answer before it sends the next.
 * I2 Whoever calls hears of every lost connection exactly once, as UNAVAILABLE: the group that was under way, or else the
 *    next one. What it kept in memory from before may be ahead of what the database still has.
 * I3 A connection that failed for any other reason than a refused statement is never used again.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #onTrip: OnTrip;
  readonly #out = new ByteWriter();
  #hygiene = new PlanHygiene();
  #client: pg.Client | undefined;
  #life = '';
  #underWay: RoundTrip | undefined;
  #lostUnheard = false;
  #closed = false;
  #connecting: Promise<void> | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#onTrip = options.onTrip ?? (() => {});
  }

  /** The life of the database this connection has met. */
  get life(): string {
    return this.#life;
  }

  /** Connects for the first time; rejects with the first failure, so that a wrong address is told at once. */
  async open(): Promise<void> {
    await this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
    await this.#connecting;
  }

  /** Sends a group that reads and answers with the rows of each call. */
  read(attempt: string, calls: readonly Call[]): Promise<readonly (readonly TextRow[])[]> {
    return tell(this.#onTrip, 'load', async () => {
      const client = await this.#connected(attempt);
      return this.#exchange(client, attempt, calls);
    });
  }

  /** Sends a group that writes: one transaction, whole or not at all, over when this resolves with the rows of each call. */
  write(attempt: string, calls: readonly Call[]): Promise<readonly (readonly TextRow[])[]> {
    return tell(this.#onTrip, 'commit', async () => {
      const client = await this.#connected(attempt);
      const before = this.#hygiene.before(calls);
      return (await this.#exchange(client, attempt, [...before, ...calls])).slice(before.length);
    });
  }

  /** Ends a transaction that is open on the connection without keeping anything of it. */
  async rollback(): Promise<void> {
    const client = this.#client;
    // Without a connection there is no transaction either.
    if (client === undefined) return;
    await tell(this.#onTrip, 'unlock', () =>
      this.#exchange(client, 'Letting go of locked executions', [call(rollback, [])]),
    );
  }

  async #exchange(
    client: pg.Client,
    attempt: string,
    calls: readonly Call[],
  ): Promise<readonly (readonly TextRow[])[]> {
    invariant(this.#underWay === undefined, 'the lane carries one group at a time');
    const out = this.#out;
    out.reset();
    for (const { statement, rows } of calls) writeCall(out, statement, rows);
    writeSync(out);
    const trip = new RoundTrip(out.view());
    this.#underWay = trip;
    const { timeLimitMs } = this.#options;
    const timer = setTimeout(() => trip.fail(new Error(`No answer within ${timeLimitMs} ms`)), timeLimitMs);
    try {
      client.query(trip);
      return await trip.answer;
    } catch (error) {
      const failure = translateFailure(error, attempt);
      if (ServiceError.is(failure) && failure.code === 'UNAVAILABLE') {
        this.#lose(client, error);
        this.#lostUnheard = false;
      }
      throw failure;
    } finally {
      clearTimeout(timer);
      this.#underWay = undefined;
    }
  }

  async #connected(attempt: string): Promise<pg.Client> {
    if (this.#lostUnheard) {
      this.#lostUnheard = false;
      throw unavailable(attempt, new Error('The connection was lost since the last call'));
    }
    if (this.#client === undefined) await this.#waitForConnection();
    if (this.#client === undefined) throw unavailable(attempt);
    return this.#client;
  }

  async #waitForConnection(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, connectWaitMs);
    });
    await Promise.race([this.#connecting, limit]);
    clearTimeout(timer);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ ...this.#options.connection, keepAlive: true });
    client.on('error', (error) => this.#lose(client, error));
    try {
      await client.connect();
      this.#life = await this.#options.greet(client);
      await this.#prepare(client);
    } catch (error) {
      await client.end().catch(() => {
        // It never was whole; the error that matters is the one that stopped us.
      });
      throw error;
    }
    if (this.#closed) return client.end();
    client.on('end', () => this.#lose(client, new Error('The database closed the connection')));
    this.#hygiene = new PlanHygiene();
    this.#client = client;
  }

  async #prepare(client: pg.Client): Promise<void> {
    const out = new ByteWriter();
    for (const statement of [...this.#options.statements, ...PlanHygiene.statements, rollback])
      writeParse(out, statement);
    writeSync(out);
    const trip = new RoundTrip(out.view());
    client.query(trip);
    await trip.answer;
  }

  #lose(client: pg.Client, reason: unknown): void {
    if (client !== this.#client || this.#closed) return;
    this.#client = undefined;
    // Also with a group under way: its answer may have come just before, in the same breath. One that fails takes it back.
    this.#lostUnheard = true;
    client.connection.stream.destroy();
    this.#options.warn('The connection for writing was lost; connecting again.', { reason: String(reason) });
    this.#connecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let delay = backOff.firstMs; !this.#closed; delay = Math.min(delay * 2, backOff.lastMs)) {
      try {
        await this.#connect();
        return;
      } catch (error) {
        this.#options.warn('The database cannot be reached yet.', { reason: String(error), nextTryMs: delay });
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }
}
