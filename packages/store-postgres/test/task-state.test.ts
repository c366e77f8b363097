import type { ExecutionWrite, Store, TaskWrite } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresStore } from '../src/index.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import { batch, newTaskOf, newWrite, orgId } from './rows.js';

describe('the state of tasks', () => {
  let database: TestDatabase;
  let store: Store;
  let other: pg.Client;
  let observer: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await createPostgresStore({ connection: database.connection, allowDataLoss: true });
    other = new pg.Client(database.connection);
    await other.connect();
    // In a connection of its own: within a transaction the list of sessions does not change.
    observer = new pg.Client(database.connection);
    await observer.connect();
  });

  afterAll(async () => {
    await observer.end();
    await other.end();
    await store.close();
    await database.drop();
  });

  async function aStoredTask(): Promise<{ execution: ExecutionWrite; write: TaskWrite }> {
    const execution = newWrite();
    const write = newTaskOf(execution);
    await store.commit(batch({ executions: [execution], tasks: [write] }));
    return { execution, write };
  }

  test('is not left behind by a task that is removed while it is set', async () => {
    const { id } = (await aStoredTask()).write.task;
    await other.query('begin');
    await other.query('delete from flovyn.task where id = $1', [id]);
    const setting = store.taskState.set(orgId, id, 'page', '1' as Json);
    await expect.poll(waiting).toBe(1);
    await other.query('commit');
    expect(await setting).toBe(false);
    expect((await other.query('select from flovyn.task_state where task_id = $1', [id])).rowCount).toBe(0);
  });

  async function waiting(): Promise<number | null> {
    const sql = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return (await observer.query(sql)).rowCount;
  }

  test('is set beside commits: neither waits for the other', async () => {
    const { execution, write } = await aStoredTask();
    const { id } = write.task;
    await other.query('begin');
    await other.query('select from flovyn.task where id = $1 for key share', [id]);
    await store.commit(
      batch({
        executions: [{ ...execution, expectedVersion: 1, version: 2 }],
        tasks: [{ ...write, isNew: false, task: { ...write.task, executionCount: 1 } }],
      }),
    );
    await other.query('rollback');
    await other.query('begin');
    await other.query('update flovyn.task set execution_count = 2 where id = $1', [id]);
    expect(await store.taskState.set(orgId, id, 'page', '1' as Json)).toBe(true);
    await other.query('rollback');
  });
});
