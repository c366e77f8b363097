import type { ExecutionId, TaskId } from '@flovyn/engine';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresStore, createPostgresStore } from '../src/index.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import { batch, orgId, wanted } from './rows.js';

/** The last migration of the version that knew neither waits nor workers. */
const before = 5;

const workflowId = randomUUID() as string as ExecutionId;
const taskId = randomUUID() as string as TaskId;
const standaloneId = randomUUID() as string as TaskId;
const sessionId = randomUUID();

// What a process of that version writes: its statements, and its members in their places.
const insertTimer = `
  insert into flovyn.timer (id, execution_id, org_id, due_at) select unnest($1::uuid[]), $2::uuid, $3::uuid, $4::bigint
  on conflict (id) do update set due_at = excluded.due_at`;
const selectTimers = `
  select id, execution_id, org_id, due_at from flovyn.timer where due_at <= $1 order by due_at, id limit $2`;
const insertExecution = `
  insert into flovyn.execution (
    id, org_id, root_id, version, sequence, created_at, kind, queue, input, fixed, status, claim_session, state
  )
  values ($1, $2, $1, 3, 2, $3, $4, 'default', convert_to($5, 'UTF8'), convert_to($6, 'UTF8'), $7, $8, convert_to($9, 'UTF8'))`;
const insertTask = `
  insert into flovyn.task (
    id, execution_id, org_id, created_at, scheduled_sequence, kind, queue, input, fixed, status, execution_count, state
  )
  values ($1, $2, $3, 100, $4, 'export', 'default', '{}', convert_to($5, 'UTF8'), 'PENDING', 1, convert_to($6, 'UTF8'))`;

const retry = { maxRetries: 3, initialDelayMs: 1000, maxDelayMs: 60_000, multiplier: 2 };
const claim = { sessionId, workerId: 'worker-1', token: 'token-1', claimedSequence: 2 };

describe('R37 a database of the version before', () => {
  let database: TestDatabase;
  let old: pg.Client;
  let store: PostgresStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    old = new pg.Client(database.connection);
    await old.connect();
    await old.query('drop schema flovyn cascade');
    await old.query('create schema flovyn');
    await runner({
      dbClient: old,
      dir: fileURLToPath(new URL('../sql', import.meta.url)),
      ignorePattern: 'schema\\.sql',
      direction: 'up',
      count: before,
      migrationsSchema: 'flovyn',
      migrationsTable: 'migration',
      log: () => {},
    });
    const running = JSON.stringify(['e1', 0, 'life', [110, 2, 105, sessionId, null, claim]]);
    const frame = JSON.stringify(['e1', 0, 'life']);
    const told = JSON.stringify([2.5, '1.2.0', null, 'order/7']);
    const workflow = [workflowId, orgId, 100, 'order', '{"a":1.0}', told, 'RUNNING', sessionId, running];
    await old.query(insertExecution, workflow);
    await old.query(insertExecution, [standaloneId, orgId, null, null, null, null, null, null, frame]);
    const policy = JSON.stringify([0, retry]);
    const putOff = JSON.stringify([90, null, null, 'worker-1', null, null, 500, 'It broke']);
    await old.query(insertTask, [taskId, workflowId, orgId, 2, policy, putOff]);
    await old.query(insertTask, [standaloneId, standaloneId, orgId, 0, policy, putOff]);
    await old.query(insertTimer, [[taskId], workflowId, orgId, 500]);
    await old.query(insertTimer, [[standaloneId], standaloneId, orgId, 400]);
    await old.query(`insert into flovyn.organisation values ($1, 'acme', 'Acme', 'FREE', 7)`, [orgId]);

    store = await createPostgresStore({ connection: database.connection, allowDataLoss: true });
  });

  afterAll(async () => {
    await store.close();
    await old.end();
    await database.drop();
  });

  test('is brought forward with its executions and tasks', async () => {
    const { executions } = await store.load([wanted(workflowId)], { lock: false });
    expect(executions).toEqual([
      {
        id: workflowId,
        orgId,
        rootId: workflowId,
        version: 3,
        sequence: 2,
        seq: 0,
        epoch: 'e1',
        life: 'life',
        hasFamily: false,
        workflow: {
          id: workflowId,
          orgId,
          rootId: workflowId,
          kind: 'order',
          queue: 'default',
          input: '{"a":1.0}',
          metadata: '{}',
          workflowVersion: '1.2.0',
          prioritySeconds: 2.5,
          idempotencyKey: 'order/7',
          createdAt: 100,
          updatedAt: 110,
          startedAt: 105,
          holder: sessionId,
          wakeSequence: 2,
          status: 'RUNNING',
          claim,
        },
        tasks: [
          {
            id: taskId,
            orgId,
            workflowExecutionId: workflowId,
            kind: 'export',
            queue: 'default',
            input: '{}',
            metadata: '{}',
            retry,
            prioritySeconds: 0,
            createdAt: 100,
            scheduledSequence: 2,
            executionCount: 1,
            startedAt: 90,
            workerId: 'worker-1',
            status: 'PENDING',
            dueAt: 500,
            error: 'It broke',
          },
        ],
        waits: [],
      },
    ]);
    expect((await store.queries.task(orgId, standaloneId))?.task).toMatchObject({ status: 'PENDING', dueAt: 500 });
    expect(await store.sessions.orphans()).toEqual([{ executionId: workflowId, orgId, sessionId, token: 'token-1' }]);
    expect(await store.queries.children(orgId, workflowId)).toEqual([]);
    expect(await store.orgs.find('acme')).toEqual({
      id: orgId,
      slug: 'acme',
      name: 'Acme',
      tier: 'FREE',
      createdAt: 7,
    });
  });

  test('is brought forward with what is due', async () => {
    const type = 'task' as const;
    expect(await store.dueTimers(500, 10)).toEqual([
      { executionId: standaloneId, type, id: standaloneId, orgId, dueAt: 400 },
      { executionId: workflowId, type, id: taskId, orgId, dueAt: 500 },
    ]);
    expect(await store.nextTimer(0)).toBe(400);
  });

  test('a process of the version before goes on with its timers, and meets none that it does not know', async () => {
    const known = async () => (await old.query<{ id: string }>(selectTimers, [500, 10])).rows.map(({ id }) => id);
    expect(await known()).toEqual([standaloneId, taskId]);
    const ours = { executionId: workflowId, orgId };
    await store.commit(
      batch({
        timers: {
          set: [
            { ...ours, type: 'timer', id: 'nap', dueAt: 300 },
            { ...ours, type: 'deadline', id: taskId, dueAt: 301 },
          ],
          remove: [],
        },
      }),
    );
    await old.query(insertTimer, [[taskId], workflowId, orgId, 350]);
    expect(await known()).toEqual([taskId, standaloneId]);
    expect((await store.dueTimers(500, 10)).map(({ dueAt }) => dueAt)).toEqual([300, 301, 350, 400]);
  });
});
