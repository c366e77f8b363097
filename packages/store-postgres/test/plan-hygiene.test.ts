import {
  CommitConflict,
  type DueTimer,
  type ExecutionWrite,
  type FamilyBeginning,
  type FamilyRun,
  type Store,
  type TaskId,
  type TaskWrite,
  type WaitWrite,
} from '@flovyn/engine';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresStore } from '../src/index.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import { batch, newTaskOf, newWrite, orgId, wanted } from './rows.js';

const tables = ['execution', 'task', 'wait', 'ready', 'timer', 'due', 'family', 'family_run'] as const;
const batchSize = 16;

describe('plans', () => {
  let database: TestDatabase;
  let store: Store;
  let admin: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    admin = new pg.Client(database.connection);
    await admin.connect();
    store = await createPostgresStore({ connection: database.connection, allowDataLoss: true });
  });

  afterAll(async () => {
    await admin.end();
    await store.close();
    await database.drop();
  });

  const newId = (): TaskId => randomUUID() as string as TaskId;

  const readyOf = ({ executionId, task }: TaskWrite) => ({
    id: task.id,
    type: 'task' as const,
    executionId,
    orgId,
    queue: 'default',
    kind: 'export',
    score: 1,
  });
  const newWaitOf = ({ id: executionId }: ExecutionWrite): WaitWrite => ({
    executionId,
    orgId,
    isNew: true,
    wait: { type: 'timer', key: 'nap', sequence: 1, open: true, dueAt: 1 },
  });
  const beginningOf = ({ id: rootId }: ExecutionWrite): FamilyBeginning => ({
    rootId,
    epoch: 'e1',
    life: 'life',
  });
  const runOf = ({ id }: ExecutionWrite, last: number): FamilyRun => ({
    rootId: id,
    executionId: id,
    first: undefined,
    last,
    epoch: 'e2',
  });
  /** One in each of the two tables. */
  const timersOf = ({ executionId, task }: TaskWrite): DueTimer[] => [
    { executionId, type: 'task', id: task.id, orgId, dueAt: 1 },
    { executionId, type: 'timer', id: 'nap', orgId, dueAt: 1 },
  ];

  /** Runs every statement that looks rows up by their ids, where there is none: so each makes its plan. */
  async function planOnEmptyTables(): Promise<void> {
    const unknown = newWrite();
    const changed = { ...unknown, expectedVersion: 1, version: 2 };
    await expect(store.commit(batch({ executions: [changed] }))).rejects.toBeInstanceOf(CommitConflict);
    const task = { ...newTaskOf(unknown), isNew: false };
    await expect(store.commit(batch({ executions: [unknown], tasks: [task] }))).rejects.toBeInstanceOf(CommitConflict);
    const waits = [{ ...newWaitOf(unknown), isNew: false }];
    await expect(store.commit(batch({ executions: [unknown], waits }))).rejects.toBeInstanceOf(CommitConflict);
    await store.commit(
      batch({
        families: { begun: [], runs: [runOf(unknown, 1)] },
        signs: [{ taskId: newId(), attempt: 1 }],
        ready: { add: [], remove: [newId()] },
        timers: { set: [], remove: timersOf(task) },
      }),
    );
    await store.load([wanted(unknown.id, { waits: [{ type: 'timer', key: 'nap' }] })], { lock: false });
  }

  /** How many index entries and rows each table's readers have gone over. */
  async function counts(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await admin.query<{ name: string; reads: string }>(
      `select t.relname as name, t.seq_tup_read + sum(i.idx_tup_read) as reads
       from pg_stat_user_tables as t join pg_stat_user_indexes as i on i.relid = t.relid
       where t.schemaname = 'flovyn' group by t.relname, t.seq_tup_read`,
    );
    return new Map(rows.map(({ name, reads }) => [name, Number(reads)]));
  }

  /**
   * The counts with everything the store has read up to now. A backend tells all its counts together, at the end of a
   * transaction and at most once a second: so it writes log lines, which nobody else does, until one of them shows.
   */
  async function settled(): Promise<ReadonlyMap<string, number>> {
    const told = async () => {
      const inserted = `select n_tup_ins::int as n from pg_stat_user_tables where relname = 'task_log'`;
      return (await admin.query<{ n: number }>(inserted)).rows[0]?.n ?? 0;
    };
    const before = await told();
    const log = { taskId: newId(), attempt: 1, level: 'INFO', message: '', timestampMs: 1 } as const;
    const writeAndAsk = () => store.commit(batch({ logs: [log] })).then(told);
    await expect.poll(writeAndAsk, { timeout: 10_000, interval: 100 }).toBeGreaterThan(before);
    return counts();
  }

  test('that were made on empty tables do not stay when the tables have grown', async () => {
    // The worst moment to make a plan: there is nothing, and that is known.
    await admin.query('analyze');
    await planOnEmptyTables();

    const executions = Array.from({ length: 10_000 }, () => newWrite());
    const tasks = executions.map(newTaskOf);
    for (let from = 0; from < executions.length; from += 500) {
      const some = tasks.slice(from, from + 500);
      await store.commit(
        batch({
          executions: executions.slice(from, from + 500),
          tasks: some,
          waits: executions.slice(from, from + 500).map(newWaitOf),
          families: {
            begun: executions.slice(from, from + 500).map(beginningOf),
            runs: executions.slice(from, from + 500).map((write) => runOf(write, 1)),
          },
          ready: { add: some.map(readyOf), remove: [] },
          timers: { set: some.flatMap(timersOf), remove: [] },
        }),
      );
    }
    const before = await settled();

    const [some, theirs] = [executions.slice(0, batchSize), tasks.slice(0, batchSize)];
    await store.load(
      some.map(({ id }) => wanted(id, { waits: [{ type: 'timer', key: 'nap' }] })),
      { lock: false },
    );
    await store.commit(
      batch({
        executions: some.map((write) => ({ ...write, expectedVersion: 1, version: 2 })),
        tasks: theirs.map((write) => ({ ...write, isNew: false })),
        waits: some.map((write) => ({ ...newWaitOf(write), isNew: false })),
        families: { begun: some.map(beginningOf), runs: some.map((write) => runOf(write, 2)) },
        ready: { add: [], remove: theirs.map(({ task }) => task.id) },
        timers: { set: [], remove: theirs.flatMap(timersOf) },
      }),
    );
    const after = await settled();

    for (const table of tables) {
      const reads = (after.get(table) ?? 0) - (before.get(table) ?? 0);
      expect.soft(reads, `rows of ${table} read for a batch of ${batchSize}`).toBeGreaterThanOrEqual(batchSize);
      expect.soft(reads, `rows of ${table} read for a batch of ${batchSize}`).toBeLessThan(batchSize * 20);
    }
  });
});
